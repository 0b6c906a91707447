"""Text in UTF-16, which spreadsheets and PowerShell write, copied as UTF-8, which the readers take."""

import codecs
from pathlib import Path

from ingestion.contracts import DeliveryError

#: UTF-32's mark of little-endian files begins like that of UTF-16.
_UTF_32_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK_BYTES = 1 << 20


def as_utf_8(path: Path, name: str, workspace: Path, *, is_look: bool = False) -> Path:
    """The file, or its copy in UTF-8 where its byte order mark shows that it is written in UTF-16.

    ``is_look``: its end may be missing. Raises `DeliveryError` naming the file, called ``name``, and the line at which
    it is no UTF-16, or that it is written in UTF-32.
    """
    with path.open("rb") as stream:
        mark = stream.read(4)
    if mark in _UTF_32_MARKS:
        raise DeliveryError(f"{name}: is written in UTF-32; UTF-8 and UTF-16 are read")
    if not mark.startswith(_UTF_16_MARKS):
        return path
    workspace.mkdir(parents=True, exist_ok=True)
    target = workspace / "utf_8"
    decoder = codecs.getincrementaldecoder("utf-16")()
    line = 1
    with path.open("rb") as source, target.open("wb") as copy:
        is_over = False
        while not is_over:
            chunk = source.read(_CHUNK_BYTES)
            is_over = not chunk
            try:
                text = decoder.decode(chunk, final=is_over and not is_look)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].decode(error.encoding, "replace").count("\n")
                raise DeliveryError(f"{name}: line {line}: it is not whole UTF-16") from error
            line += text.count("\n")
            copy.write(text.encode())
    return target
