"""Reading a native export file's shape: its columns, nested ones included, and the SQL that reads it."""

import csv
import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from orchestration.sources.contracts import DeliveryError, NativeColumn, squeeze_name
from orchestration.sources.sql import quote_identifier, quote_literal, quote_path

CSV_SUFFIXES = (".csv", ".csv.gz")
PARQUET_SUFFIXES = (".parquet",)
MAX_LINE_BYTES = 16 * 1024 * 1024
#: DuckDB's default is sixteen times the longest line, and several buffers are held at a time: 400 MB more for nothing.
BUFFER_BYTES = 2 * MAX_LINE_BYTES


@dataclass(frozen=True)
class NativeFile:
    """One export file: SQL for its rows and its columns by squeezed name. Implements `NativeSchema`."""

    name: str
    reader_sql: str
    columns: tuple[NativeColumn, ...]
    is_text: bool

    def find(self, *names: str) -> NativeColumn | None:
        """The first column or nested leaf whose squeezed name is one of ``names`` (squeezed too), in that order."""
        by_name = {squeeze_name(c.name): c for c in reversed(self.columns)}
        for name in names:
            found = by_name.get(squeeze_name(name))
            if found is not None:
                return found
        return None

    def starting_with(self, prefix: str) -> Sequence[NativeColumn]:
        """The columns whose squeezed name starts with ``prefix``, in the file's order."""
        return [c for c in self.columns if squeeze_name(c.name).startswith(prefix)]

    @property
    def top_level_names(self) -> list[str]:
        """The file's column names as written, for messages and drift."""
        return [c.name for c in self.columns]


def read_native_file(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> NativeFile:
    """The shape of one file; `DeliveryError` names the file when it cannot be read as CSV or Parquet."""
    lower = path.name.lower()
    try:
        if lower.endswith(PARQUET_SUFFIXES):
            return _read_parquet(connection, path, name)
        if lower.endswith(CSV_SUFFIXES):
            return _read_csv(path, name)
    except PermissionError as error:
        raise DeliveryError(f"{name}: cannot be read: permission denied") from error
    raise DeliveryError(f"{name}: not a CSV, CSV.gz or Parquet file")


def _read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> NativeFile:
    try:
        pq.read_metadata(path)
        reader = f"read_parquet({quote_path(path)}, hive_partitioning = false)"
        described = connection.execute(f"describe select * from {reader}").fetchall()
    except PermissionError:
        raise
    except Exception as error:  # pyarrow raises ArrowInvalid or OSError, DuckDB its own errors
        raise DeliveryError(f"{name}: not a complete Parquet file ({_first_line(error)})") from error
    columns: list[NativeColumn] = []
    for column_name, column_type, *_ in described:
        _flatten(column_name, quote_identifier(column_name), column_type, columns)
    return NativeFile(name, reader, tuple(columns), is_text=False)


def _flatten(name: str, sql: str, duckdb_type: str, into: list[NativeColumn]) -> None:
    """Add a column and, for a struct, the leaves below it (``service`` -> ``service.description``)."""
    into.append(NativeColumn(name, sql, duckdb_type))
    if duckdb_type.startswith("STRUCT(") and duckdb_type.endswith(")"):
        for field_name, field_type in _struct_fields(duckdb_type[len("STRUCT(") : -1]):
            _flatten(f"{name}.{field_name}", f"{sql}.{quote_identifier(field_name)}", field_type, into)


def _struct_fields(body: str) -> list[tuple[str, str]]:
    """``a VARCHAR, b STRUCT(c INTEGER)`` -> name and type of each field."""
    fields, depth, start, quoted = [], 0, 0, False
    for i, char in enumerate(body + ","):
        if char == '"':
            quoted = not quoted
        elif not quoted and char == "(":
            depth += 1
        elif not quoted and char == ")":
            depth -= 1
        elif char == "," and depth == 0 and not quoted:
            part = body[start:i].strip()
            if part.startswith('"'):
                end = part.index('"', 1)
                fields.append((part[1:end], part[end + 1 :].strip()))
            else:
                field_name, _, field_type = part.partition(" ")
                fields.append((field_name, field_type))
            start = i + 1
    return fields


def _read_csv(path: Path, name: str) -> NativeFile:
    zipped = path.name.lower().endswith(".gz")
    opener = gzip.open if zipped else open
    try:
        with opener(path, "rb") as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
            csv.field_size_limit(MAX_LINE_BYTES)
            rows = csv.reader(text)
            header, first = next(rows, None), next(rows, None)
    except PermissionError:
        raise
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise DeliveryError(f"{name}: cannot be read as CSV ({_first_line(error)})") from error
    if not header or not any(h.strip() for h in header):
        raise DeliveryError(f"{name}: the file is empty, not even a header row is there")
    header = _without_repeats([h.strip() for h in header])
    if first and len(first) < len(header):
        # Seen in the wild: a header that names trailing columns of which no row has a value. Every row must then be
        # as short as the first; one that is not is an error of that row.
        header = header[: len(first)]
    listed = ", ".join(f"{quote_literal(h)}: 'VARCHAR'" for h in header)
    reader = (
        f"read_csv({quote_path(path)}, compression = '{'gzip' if zipped else 'none'}', header = false, "
        f"skip = 1, auto_detect = false, delim = ',', quote = '\"', escape = '\"', strict_mode = true, "
        f"null_padding = false, ignore_errors = false, max_line_size = {MAX_LINE_BYTES}, "
        f"buffer_size = {BUFFER_BYTES}, "
        f"columns = {{{listed}}})"
    )
    columns = tuple(NativeColumn(h, quote_identifier(h), "VARCHAR") for h in header)
    return NativeFile(name, reader, columns, is_text=True)


def _without_repeats(header: list[str]) -> list[str]:
    """Header names made unique the way DuckDB needs them: a repeated or empty name gets its position."""
    seen: set[str] = set()
    unique = []
    for i, h in enumerate(header):
        candidate = h or f"column{i}"
        if candidate.lower() in seen:
            candidate = f"{candidate}__{i}"
        seen.add(candidate.lower())
        unique.append(candidate)
    return unique


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
