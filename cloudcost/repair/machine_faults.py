"""Faults of the machine in one sentence: what, where, and what to do. Anything else is a defect and stays one."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from core.config_file import shorten
from state.sqlite_faults import explain_sqlite

_FULL = "the disk is full: free some space and run again; what was taken before is kept"
_NOT_OURS = "this user may not read and write here: change its owner or mode, or let CLOUDCOST_HOME name another folder"
_NO_HOME = "no folder can be made here: let CLOUDCOST_HOME name another one"
_EXPLAINED = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: _NOT_OURS,
    errno.EPERM: _NOT_OURS,
    errno.EROFS: "it is mounted read-only: mount it for writing, or let CLOUDCOST_HOME name another folder",
    errno.ENOTDIR: "a file is in the place of a folder: move it away, or let CLOUDCOST_HOME name another folder",
    errno.EEXIST: "a file is in the place of a folder: move it away, or let CLOUDCOST_HOME name another folder",
    errno.ENAMETOOLONG: "no name may be as long: let CLOUDCOST_HOME name another folder",
    errno.ELOOP: "its links lead in a circle: let CLOUDCOST_HOME name another folder",
    errno.EIO: "the disk cannot be read or written: see whether it is failing",
    errno.EMFILE: "too many files are open: raise the limit (ulimit -n) and run again",
    errno.ENFILE: "too many files are open on this machine: end what holds them and run again",
}


def explain_fault(error: BaseException, home: Path) -> str | None:
    """The sentence of a fault of the machine, also of one that another error was raised from; None for a defect.

    ``home``: where it was, if the error itself does not say.
    """
    for cause in _list_causes(error):
        if isinstance(cause, sqlite3.Error):
            # the state reports its own file; all others are Dagster's
            return f"{home / 'dagster'}: a database in it: {explain_sqlite(cause)}"
        if isinstance(cause, OSError):
            where = os.fsdecode(cause.filename) if isinstance(cause.filename, str | bytes) else str(home)
            # any other file that is not there is a defect
            meant = _NO_HOME if cause.errno == errno.ENOENT and home.is_relative_to(where) else None
            if meant := _EXPLAINED.get(cause.errno or 0, meant):
                return f"{shorten(where)}: {meant} ({cause.strerror})"
    return None


def _list_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
