"""What is wrong with the warehouse file, and what to do about it, out of what DuckDB states."""

from pathlib import Path

import duckdb

_FULL = "the disk is full: free some space and run again; what was built before is kept"
_NOT_OURS = "it cannot be opened: this user must be able to read and write the file and its folder"
_DAMAGED = "it is damaged: move it away, and `cloudcost run --all` builds it again from the lake"
#: Words of the system and of DuckDB -> what they mean.
_MEANINGS = {
    "no space left": _FULL,
    "file too large": _FULL,
    "disk quota": _FULL,
    "permission denied": _NOT_OURS,
    "read-only file system": _NOT_OURS,
    "is a directory": _NOT_OURS,
    "not a valid duckdb": _DAMAGED,
    "corrupt database": _DAMAGED,
    "could not read enough bytes": _DAMAGED,
    "replaying wal": _DAMAGED,
}


def explain_duckdb(error: duckdb.Error, path: Path) -> str:
    """One sentence. An error about another file, one of the lake, is explained in DuckDB's own words."""
    text = (str(error).strip().splitlines() or ["no reason given"])[0]
    meanings = [meaning for words, meaning in _MEANINGS.items() if words in text.lower()]
    is_about_it = str(path) in text or "database file" in text or meanings == [_FULL]
    return f"{meanings[0]} ({text})" if meanings and is_about_it else f"it cannot be used: {text}"
