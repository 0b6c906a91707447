"""An installation's folder is closed to others, once, and nothing else is."""

import stat
from pathlib import Path

from cloudcost.identity.home_access import close_home


def read_mode(path: Path) -> str:
    return f"{stat.S_IMODE(path.lstat().st_mode):o}"


def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    written = home / "lake/focus/part.parquet", home / "logs/run.log", home / "warehouse.duckdb", home / "exports.csv"
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
        path.chmod(0o664)
    (home / "serving").mkdir()
    (home / "serving/old").write_text("1")
    (home / "serving/old").chmod(0o444)
    (home / "serving/current").symlink_to("old")
    (home / "dashboards").mkdir()
    for folder in (home, home / "lake", home / "lake/focus", home / "logs", home / "serving"):
        folder.chmod(0o755)
    (home / "dashboards").chmod(0o711)
    assert close_home(home) == 9
    modes = {path.relative_to(home).as_posix(): read_mode(path) for path in home.rglob("*") if not path.is_symlink()}
    assert modes == {
        "lake": "700", "lake/focus": "700", "lake/focus/part.parquet": "600", "logs": "700", "logs/run.log": "600",
        "warehouse.duckdb": "600", "serving": "700", "serving/old": "400",
        # somebody else's file, and a folder that PostgreSQL's user passes through
        "exports.csv": "664", "dashboards": "711",
    }  # fmt: skip
    assert read_mode(home) == "700"
    assert close_home(home) == 0
    # one that was killed between two of them goes on
    (home / "logs").chmod(0o755)
    (home / "logs/run.log").chmod(0o644)
    assert close_home(home) == 2
    assert close_home(tmp_path / "nowhere") == 0
