"""Whose installation `make ui`, `make dashboards` and `make docs` show: the one that the command line would take."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).resolve().parents[3] / "Makefile"
NEEDED = ("pyproject.toml", "uv.lock", "scripts/make_env.sh", "scripts/make_superset_env.sh",
          "dashboards/requirements.txt")  # fmt: skip
DEMO = ("demo/cloudcost.yaml", "demo/state/warehouse.duckdb")
ON_DEMO = "CLOUDCOST_CONFIG=demo/cloudcost.yaml CLOUDCOST_HOME=demo/state"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the project as far as make looks at it."""
    for name in NEEDED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def say_what_is_done(folder: Path, target: str, **environment: str) -> str:
    """The commands of a target, which are not run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLOUDCOST_", "MAKE"))}
    done = subprocess.run(
        ["make", "-n", "-f", str(MAKEFILE), target],
        cwd=folder, env=kept | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize(
    ("files", "environment", "shown"),
    [
        (DEMO, {}, "the demo (demo/cloudcost.yaml), state in demo/state"),
        ((), {}, "cloudcost.yaml, state in .cloudcost"),
        ((*DEMO, "cloudcost.yaml"), {}, "cloudcost.yaml, state in .cloudcost"),
        (DEMO, {"CLOUDCOST_CONFIG": "/etc/mine.yaml"}, "/etc/mine.yaml, state in .cloudcost"),
        (DEMO, {"CLOUDCOST_HOME": "/var/mine"}, "cloudcost.yaml, state in /var/mine"),
        ((*DEMO, "cloudcost.yaml"), {"CLOUDCOST_CONFIG": "demo/cloudcost.yaml"},
         "the demo (demo/cloudcost.yaml), state in demo/state"),
        (DEMO, {"CLOUDCOST_CONFIG": "demo/cloudcost.yaml", "CLOUDCOST_HOME": "/var/mine"},
         "demo/cloudcost.yaml, state in /var/mine"),
    ],
    ids=["demo", "nothing", "own file", "own config", "own home", "demo by name", "demo in own home"],
)  # fmt: skip
def test_the_users_own_installation_comes_before_the_demo(
    folder: Path, files: tuple[str, ...], environment: dict[str, str], shown: str
) -> None:
    put(folder, *files)
    is_demo = shown.startswith("the demo")
    ui, served = (say_what_is_done(folder, target, **environment) for target in ("ui", "dashboards"))
    assert f"Showing {shown}" in ui and f"Showing {shown}" in served
    assert ("-m simulator.demo ui" in ui, "cloudcost ui" in ui) == (is_demo, not is_demo)
    assert (ON_DEMO in served) == is_demo
    home = "demo/state" if is_demo else environment.get("CLOUDCOST_HOME", ".cloudcost")
    assert f"{home}/warehouse.duckdb" in say_what_is_done(folder, "docs", **environment)
