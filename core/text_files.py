"""Files of text that people write: read whole, within bounds, with one sentence that names file and line where not."""

import stat
from pathlib import Path

from core.errors import CloudcostError


class TextFileError(CloudcostError):
    """A file cannot be read as text; the message names the file, and the line where there is one."""


def read_text(path: Path, most_bytes: int) -> str:
    """The text of a file in UTF-8, without the byte order mark that spreadsheets write."""
    try:
        if path.is_dir():
            raise TextFileError(f"{path}: is a folder, not a file")
        # a pipe or a device may never end
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            raise TextFileError(f"{path}: is no regular file")
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except FileNotFoundError:
        raise TextFileError(f"{path}: no such file") from None
    except OSError as error:
        raise TextFileError(f"{path}: cannot be read: {error.strerror}") from error
    if len(content) > most_bytes:
        raise TextFileError(f"{path}: is larger than {most_bytes:,} bytes")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TextFileError(
            f"{path}:{line}: byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TextFileError(f"{path}:{line}: holds a NUL character")
    return text.removeprefix("\ufeff")
