"""Bills are nobody else's business: what cloudcost writes is its owner's alone, and so is what it wrote before.

The mask of a process holds for everything that it and its children write: Dagster, dbt, DuckDB, SQLite and Superset. A
folder that others may pass through without listing it (mode 0711) is left so where root is at work, who lets
PostgreSQL's user through it.

A home that somebody else made is theirs, whatever this account writes there. So what belongs to another account, root
apart, is not used; and what was open to others is looked through before it is closed.
"""

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from core.errors import CloudcostError
from core.file_trust import ROOT, WRITABLE_BY_OTHERS, explain_key, explain_owner

MASK = 0o077
#: A disk that has no room for this has none for anything else.
PROBE_BYTES = 1 << 20
#: What an installation keeps in its folder, databases with what stands beside them. The folder may hold more, which is
#: not ours to change.
FOLDERS = ("keys", "lake", "serving", "dagster", "dbt", "dbt_ducklake", "dbt_redshift", "logs", "dashboards")
FILES = ("audit_witness.json", "state.sqlite", "warehouse.duckdb", "run.lock", "first_admin_password")


class HomeError(CloudcostError):
    """The folder that was named cannot be an installation's; the message states why."""


def write_privately() -> None:
    """From now on this process and its children write what nobody else may read."""
    os.umask(MASK)


def close_home(home: Path, is_thorough: bool = False) -> int:
    """Take from others what an earlier version let them read of an installation; returns how many that were.

    Nobody gets through a closed folder, so where the outermost are closed only a thorough look goes on below them.
    Top-level entries are closed after what is in them, so a start that is cut short leaves something for the next to
    see. A link is not followed: whoever made it may mean another's folder. `HomeError` where something of the
    installation was put there by somebody else, or may have been, and where the folder cannot be closed.
    """
    if not is_folder(home):
        return 0
    trusted = _check_home_itself(home)
    entries = [path for path in home.iterdir() if path.name in FOLDERS or path.name.startswith(FILES)]
    _check_entries(home, entries, trusted)
    if not is_thorough and not any(_is_open(path) for path in (home, *entries)):
        _check_closed(home)
        return 0
    below = list(_list_below(entries))
    _check_below(home, below, trusted)
    closed = sum(_close(path) for path in (*below, *entries, home))
    _check_closed(home)
    if closed:
        print(
            f"note: {home}: {closed} files and folders were open to others; they are yours alone now", file=sys.stderr
        )
    return closed


def check_home(home: Path) -> None:
    """OSError where the folder cannot be made or written: better before the work than in the middle of it."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
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


def _check_home_itself(home: Path) -> set[int]:
    """Whom everything in it may belong to. Root may look after anybody's home, where that account is trusted."""
    found = home.stat()
    trusted = {found.st_uid} if os.geteuid() == ROOT else {os.geteuid()}
    for state in (found, home.lstat()):
        _refuse(home, explain_owner(state, trusted))
    if found.st_mode & stat.S_ISVTX and found.st_mode & stat.S_IWOTH:
        raise HomeError(f"{home}: all accounts share it; name a folder within it (CLOUDCOST_HOME)")
    return trusted


def _check_entries(home: Path, entries: list[Path], trusted: set[int]) -> None:
    for path in entries:
        with contextlib.suppress(FileNotFoundError):  # SQLite has just removed a journal
            _refuse(path, explain_owner(path.lstat(), trusted))
    # not above: each command starts with this module, and few of them need a key
    from audit.keys import KEY_FILE, KEY_FOLDER

    key = home / KEY_FOLDER / KEY_FILE
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        _refuse(key, explain_key(key.stat(), trusted))
        _refuse(key, explain_owner(key.lstat(), trusted))


def _check_below(home: Path, below: list[Path], trusted: set[int]) -> None:
    for path in below:
        # PostgreSQL's user has files of its own there
        if path.relative_to(home).parts[0] != "dashboards":
            with contextlib.suppress(FileNotFoundError):
                _refuse(path, explain_owner(path.lstat(), trusted))


def _check_closed(home: Path) -> None:
    """Who can write a folder can put another file in the place of every one that is in it."""
    found = home.stat()
    # root has given it to a group, which an account cannot change: Kubernetes does so with volumes
    bits = stat.S_IWOTH if found.st_uid == ROOT != os.geteuid() else WRITABLE_BY_OTHERS
    if found.st_mode & bits and not os.statvfs(home).f_flag & os.ST_RDONLY:
        _refuse(
            home,
            "others can write there, and this account cannot change it: name a folder within it (CLOUDCOST_HOME), "
            "which is made closed, or mount the disk so that its files are yours alone",
        )


def _refuse(path: Path, why: str | None) -> None:
    if why is not None:
        raise HomeError(f"{path}: {why}")


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
    if stat.S_ISLNK(found.st_mode) or os.geteuid() not in (0, found.st_uid):
        return False
    may_be_passed = stat.S_ISDIR(found.st_mode) and os.geteuid() == 0
    return bool(found.st_mode & (0o066 if may_be_passed else MASK))
