"""What a file is, recognised by its first bytes: its name means little, and a wrong one must not decide."""

from typing import Literal

Kind = Literal["parquet", "avro", "gzip", "zip", "json", "csv"]

#: As many first bytes as `sniff_kind` wants to see.
SNIFFED_BYTES = 512

_MAGIC: dict[bytes, Kind] = {
    b"PAR1": "parquet",
    b"Obj\x01": "avro",
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
}
#: What people also keep in such folders, by its first bytes, for the sentence that refuses it.
_FOREIGN = {
    b"PARE": "an encrypted Parquet file",
    b"ORC": "an ORC file",
    b"SQLite format 3": "an SQLite database",
    b"ARROW1": "an Arrow file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"<": "an HTML or XML page",
}
#: Whole, empty or in parts.
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
#: Of UTF-16, and of UTF-32 in part.
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SPACE = b" \t\r\n"
#: Control characters, which no text holds; of UTF-16, where half of every Latin letter is one, a copy is looked at.
_NO_TEXT = frozenset(range(32)) - frozenset(b"\t\n\r\f")


def sniff_kind(first_bytes: bytes, name: str) -> Kind:
    """The kind of the file whose content begins with ``first_bytes``.

    ``name`` decides only where the bytes do not: of an empty file, and of bytes that are no text (a Parquet file whose
    beginning is damaged is still called one, and its own reader states what is wrong).
    """
    for magic, kind in _MAGIC.items():
        if first_bytes.startswith(magic):
            return kind
    text = first_bytes.removeprefix(_BYTE_ORDER_MARK).lstrip(_SPACE)
    if not text or not _NO_TEXT.isdisjoint(text):
        return _kind_of_name(name)
    if text.startswith(b"{") or _begins_list(text):
        return "json"
    return "csv"


def name_foreign_kind(first_bytes: bytes) -> str | None:
    """What a file is that no reader takes, in words; None where it may be an export."""
    return next((words for magic, words in _FOREIGN.items() if first_bytes.startswith(magic)), None)


def name_no_export(first_bytes: bytes) -> str | None:
    """What a file is whose bytes show that it is no export, in words; None where it may be one."""
    if first_bytes.startswith(_ARCHIVES):
        return "another archive or an Office document"
    if first_bytes.startswith((*_MAGIC, *_WIDE_MARKS)):
        return None
    return name_foreign_kind(first_bytes) or (None if _NO_TEXT.isdisjoint(first_bytes) else "no text")


def _begins_list(text: bytes) -> bool:
    """Whether a JSON list of objects begins here, rather than a CSV header with a name in brackets."""
    return text.startswith(b"[") and text[1:].lstrip(_SPACE)[:1] in (b"{", b"]", b"")


def _kind_of_name(name: str) -> Kind:
    lower = name.lower()
    if lower.endswith(".parquet"):
        return "parquet"
    if lower.endswith(".avro"):
        return "avro"
    if lower.endswith((".json", ".jsonl", ".ndjson")):
        return "json"
    return "csv"
