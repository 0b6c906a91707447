"""What an error of SQLite means for somebody who keeps the file, and what to do about it."""

import sqlite3

#: Of a file that cannot be opened for writing.
NOT_WRITABLE = "it cannot be opened for writing: this user must be able to write the file and its folder"
#: Of a file that is no database any more.
DAMAGED = "it is damaged: put a backup of it back, or move it away to begin anew"
#: What SQLite's primary result codes mean for somebody who keeps the file, and what to do.
_EXPLAINED = {
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_FULL: "the disk is full: free some space and try again; what was written before is kept",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written: see whether it is full, and try again",
    sqlite3.SQLITE_BUSY: "another process holds it: try again when that is done",
    sqlite3.SQLITE_LOCKED: "another process holds it: try again when that is done",
} | dict.fromkeys(
    (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH),
    NOT_WRITABLE,
)


def explain_sqlite(error: sqlite3.Error) -> str:
    """What is wrong with a file and what to do about it, with SQLite's own words."""
    code = getattr(error, "sqlite_errorcode", None)
    what = None if code is None else _EXPLAINED.get(code & 0xFF)
    return f"{what or 'it does not hold what cloudcost wrote: put a backup of it back'} ({error})"
