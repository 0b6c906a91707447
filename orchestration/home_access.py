"""Bills are nobody else's business: what cloudcost writes is its owner's alone, and so is what it wrote before.

The mask of a process holds for everything that it and its children write: Dagster, dbt, DuckDB, SQLite and Superset. A
folder that others may pass through without listing it (mode 0711) is left so: root lets PostgreSQL's user through it.
"""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

MASK = 0o077
#: A disk that has no room for this has none for anything else.
PROBE_BYTES = 1 << 20
#: What an installation keeps in its folder, databases with what stands beside them. The folder may hold more, which is
#: not ours to change.
FOLDERS = ("keys", "lake", "serving", "dagster", "dbt", "dbt_redshift", "logs", "dashboards")
FILES = ("audit_witness.json", "state.sqlite", "warehouse.duckdb", "run.lock")


class HomeError(Exception):
    """The folder that was named cannot be an installation's; the message says why."""


def write_privately() -> None:
    """From now on this process and its children write what nobody else may read."""
    os.umask(MASK)


def close_home(home: Path) -> int:
    """Take from others what an earlier version let them read of an installation; returns how many that were.

    Top-level entries are closed after what is in them, so a start that is cut short leaves something for the next to
    see. What somebody else owns is left to them.
    """
    if not is_folder(home):
        return 0
    entries = [path for path in home.iterdir() if path.name in FOLDERS or path.name.startswith(FILES)]
    if not any(_is_open(path) for path in (home, *entries)):
        return 0
    return sum(_close(path) for path in (*_list_below(entries), *entries, home))


def check_home(home: Path) -> None:
    """OSError where the folder cannot be made or written: better before the work than in the middle of it."""
    home.mkdir(parents=True, exist_ok=True)
    probe = home / f".probe-{os.getpid()}"
    try:
        probe.write_bytes(bytes(PROBE_BYTES))
    except OSError as error:
        error.filename = str(home)
        raise
    finally:
        probe.unlink(missing_ok=True)


def is_folder(home: Path) -> bool:
    """Whether it is there. `HomeError` for a name that no program could use or show, OSError for one that leads to
    nowhere: through a file, in a circle, or through a folder of somebody else's.
    """
    try:
        str(home).encode("utf-8")
    except UnicodeEncodeError:
        raise HomeError(f"CLOUDCOST_HOME {str(home)!r}: the name of the folder is not UTF-8; give it another") from None
    try:
        return stat.S_ISDIR(home.stat().st_mode)
    except FileNotFoundError:
        return False


def _close(path: Path) -> bool:
    try:
        if _is_open(path):
            path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~MASK)
            return True
    except FileNotFoundError:  # another process has just removed it
        return False
    except OSError as error:
        if error.errno != errno.EROFS:  # what is mounted read-only is closed where it is written
            raise
    return False


def _list_below(folders: list[Path]) -> Iterator[Path]:
    for folder in folders:
        if not folder.is_symlink():
            for parent, folders_below, files in os.walk(folder):
                yield from (Path(parent, name) for name in (*folders_below, *files))


def _is_open(path: Path) -> bool:
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode) or found.st_mode & stat.S_ISVTX or os.geteuid() not in (0, found.st_uid):
        return False
    return bool(found.st_mode & (0o066 if stat.S_ISDIR(found.st_mode) else MASK))
