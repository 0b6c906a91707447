"""Reading a CSV export: its header, and the SQL that reads its rows strictly and as text."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from core.errors import first_line
from ingestion.contracts import DeliveryError, NativeColumn
from ingestion.expressions.sql import quote_identifier, quote_literal, quote_path

#: No line of a bill is longer. Every thread of the reader holds several times as much.
MAX_LINE_BYTES = 2 * 1024 * 1024
#: DuckDB's default is sixteen times the longest line, and several buffers are held at a time: 400 MB more for nothing.
BUFFER_BYTES = 8 * MAX_LINE_BYTES
#: What stands between the values: a comma, or what a spreadsheet or a program in another country writes.
DELIMITERS = (",", ";", "\t", "|")
_CHUNK_BYTES = 1 << 20

# of the whole process, and so set once: its own limit of 128 KiB is less than a long tag
csv.field_size_limit(MAX_LINE_BYTES)


@dataclass(frozen=True)
class CsvFile:
    """SQL for the rows of a CSV file, its columns, and whether anything but blank cells stands below its header.

    ``as_written_sql``: its rows with the words for nothing as they are. ``separator``: what stands between its values.
    """

    reader_sql: str
    as_written_sql: str
    columns: tuple[NativeColumn, ...]
    has_body: bool
    separator: str


def read_csv_file(
    path: Path, name: str, workspace: Path, nothing: Sequence[str], even_line_ends: bool = False
) -> CsvFile:
    """SQL for the rows of a CSV file in UTF-8, and its columns; the words of ``nothing`` are read as NULL.

    ``even_line_ends``: its lines end in different ways, which DuckDB's reader refuses, so a copy of it is read. A
    header is one line, so that whoever skips a line and whoever reads a record leave out the same. Raises
    `DeliveryError` naming the file and what its first lines have wrong.
    """
    delimiter, header, following = _read_beginning(path, name)
    first, is_alone = (following[0] if following else None), len(following) == 1
    if first is not None and len(first) < len(header):
        # Seen in the wild: a header that names trailing columns of which no row has a value. Every row must then be
        # as short as the first; one that is not is an error of that row.
        if is_alone and not _ends_with_line(path):
            raise DeliveryError(
                f"{name}: line 2 (data row 1) has {len(first)} columns where {len(header)} are expected"
            )
        header = header[: len(first)]
    unique = _without_repeats(header)
    if even_line_ends:
        path = _write_even_line_ends(path, workspace / "even_lines")
    reader, as_written = (_write_reader(path, delimiter, unique, words) for words in (nothing, ("",)))
    names = [h or u for h, u in zip(header, unique, strict=True)]
    columns = tuple(NativeColumn(n, quote_identifier(u), "VARCHAR") for n, u in zip(names, unique, strict=True))
    return CsvFile(reader, as_written, columns, has_body=bool(following), separator=delimiter)


def _write_reader(path: Path, delimiter: str, names: Sequence[str], nothing: Sequence[str]) -> str:
    listed = ", ".join(f"{quote_literal(name)}: 'VARCHAR'" for name in names)
    words = ", ".join(quote_literal(word) for word in spell_nothing(nothing))
    return (
        f"read_csv({quote_path(path)}, compression = 'none', header = false, skip = 1, auto_detect = false, "
        f"delim = {quote_literal(delimiter)}, quote = '\"', escape = '\"', strict_mode = true, "
        f"null_padding = false, ignore_errors = false, max_line_size = {MAX_LINE_BYTES}, "
        f"buffer_size = {BUFFER_BYTES}, nullstr = [{words}], columns = {{{listed}}})"
    )


def spell_nothing(words: Sequence[str]) -> list[str]:
    """The words as they are met: in lower case, capitals, with a capital, and ``NaN``."""
    spelled = [s for w in words for s in (w, w.upper(), w.capitalize(), w.replace("nan", "NaN"), w.title())]
    return list(dict.fromkeys(spelled))


def _read_beginning(path: Path, name: str) -> tuple[str, list[str], list[list[str]]]:
    """What separates the values, the header, and the first rows that are not blank."""
    try:
        with path.open("rb") as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
            lines = _limit_lines(text, name)
            first = next(lines, "")
            delimiter = _choose_delimiter(first)
            rows = csv.reader(chain([first] if first else [], lines), delimiter=delimiter, strict=True)
            header = next(rows, None)
            length = rows.line_num
            following = list(islice((row for row in rows if any(cell.strip() for cell in row)), 10))
    except UnicodeDecodeError as error:
        raise DeliveryError(f"{name}: cannot be read as CSV: {find_other_encoding(path)}") from error
    except csv.Error as error:
        raise DeliveryError(f"{name}: line {rows.line_num}: cannot be read as CSV ({first_line(error)})") from error
    if header is not None and not header and following:
        raise DeliveryError(f"{name}: line 1 is blank where the names of the columns are expected")
    if not header or not any(h.strip() for h in header):
        raise DeliveryError(f"{name}: the file is empty, not even a header row is there")
    broken = next((h for h in header if "\n" in h or "\r" in h), None)
    if broken is not None or length > 1:
        raise DeliveryError(f"{name}: line 1: the column name {(broken or header[-1])[:60]!r} holds a line break")
    return delimiter, [h.strip() for h in header], following


def _choose_delimiter(line: str) -> str:
    """What gives the first line the most columns; a comma, unless something else gives more."""
    return max(DELIMITERS, key=lambda mark: _count_columns(line, mark))


def _count_columns(line: str, delimiter: str) -> int:
    try:
        names = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return 0
    # a quotation mark within a name is one that encloses a name between other separators
    is_cut = delimiter != "," and any('"' in name for name in names)
    return 0 if is_cut else len(names)


def _limit_lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    """The lines of a text, none longer than what is read of one: a line of millions of cells would fill the memory."""
    for number, line in enumerate(iter(lambda: text.readline(MAX_LINE_BYTES + 1), ""), start=1):
        if len(line) > MAX_LINE_BYTES:
            raise DeliveryError(f"{name}: line {number} is longer than {MAX_LINE_BYTES:,} characters")
        yield line


def _ends_with_line(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - 1, 0))
        return stream.read() in (b"\n", b"\r")


def find_other_encoding(path: Path) -> str | None:
    """Which line of a file is not written in UTF-8, and what stands there; None where all are."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                near = line[max(error.start - 10, 0) : error.start + 10].decode("utf-8", "replace")
                return f"line {number} (data row {number - 1}): it is not written in UTF-8 (near {near!r})"
    return None


def _without_repeats(header: Sequence[str]) -> list[str]:
    """Header names made unique the way DuckDB needs them: a repeated or empty name gets its position."""
    seen: set[str] = set()
    unique = []
    for i, h in enumerate(header):
        candidate = h or f"column{i}"
        while candidate.lower() in seen:
            candidate = f"{candidate}__{i}"
        seen.add(candidate.lower())
        unique.append(candidate)
    return unique


def _write_even_line_ends(path: Path, target: Path) -> Path:
    """The same file with every line ended by a line feed; what stands in quotation marks stays as it is."""
    target.parent.mkdir(parents=True, exist_ok=True)
    is_quoted, held = False, b""
    with path.open("rb") as source, target.open("wb") as out:
        while chunk := source.read(_CHUNK_BYTES):
            chunk = held + chunk
            held = b"\r" if chunk.endswith(b"\r") else b""
            pieces = chunk[: len(chunk) - len(held)].split(b'"')
            for number, piece in enumerate(pieces):
                if number:
                    out.write(b'"')
                    is_quoted = not is_quoted
                out.write(piece if is_quoted else piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
        out.write(held.replace(b"\r", b"\n"))
    return target
