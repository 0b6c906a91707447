"""Reading a native export file's shape: its columns, nested ones included, and the SQL that reads it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from core.errors import first_line, shorten
from ingestion.contracts import DeliveryError, NativeColumn, squeeze_name
from ingestion.expressions.sql import quote_identifier, quote_path
from ingestion.reading.native_csv import read_csv_file
from ingestion.reading.native_json import read_json_file
from ingestion.reading.sniffing import SNIFFED_BYTES, name_foreign_kind, sniff_kind
from ingestion.reading.transcoding import as_utf_8
from ingestion.reading.unpacking import unpack_file

#: More columns than any export has; each costs a piece of the statement that reads the file.
MOST_COLUMNS = 10_000


@dataclass(frozen=True)
class NativeFile:
    """One export file: SQL for its rows and its columns by squeezed name. Implements `NativeSchema`.

    ``reads_nothing``: the reader gives NULL for the words that stand for no value. ``is_csv``: its rows may be blank;
    ``has_body``: something other than white space stands below its header. ``is_json_lines``: each row is a line.
    ``path`` is where a CSV file lies, unpacked and in UTF-8; ``separator``: what stands between its values.
    ``as_written_sql``: its rows with those words as they are.
    """

    name: str
    reader_sql: str
    columns: tuple[NativeColumn, ...]
    reads_nothing: bool = False
    is_csv: bool = False
    has_body: bool = False
    is_json_lines: bool = False
    path: Path | None = None
    as_written_sql: str = ""
    separator: str = ","

    def find(self, *names: str) -> NativeColumn | None:
        """The first column or nested leaf whose squeezed name is one of ``names`` (squeezed too), in that order.

        Raises `DeliveryError` where two columns have that name: which one counts is not known.
        """
        for name in names:
            squeezed = squeeze_name(name)
            found = [c for c in self.columns if squeeze_name(c.name) == squeezed]
            if len(found) > 1:
                spelled = " and ".join(repr(shorten(c.name)) for c in found[:3])
                raise DeliveryError(f"{self.name}: the columns {spelled} have one name; which one counts is not known")
            if found:
                return found[0]
        return None

    def starting_with(self, prefix: str) -> Sequence[NativeColumn]:
        """The columns whose squeezed name starts with ``prefix``, in the file's order."""
        return [c for c in self.columns if squeeze_name(c.name).startswith(prefix)]

    @property
    def top_level_names(self) -> list[str]:
        """The file's column names as written, for messages and drift."""
        return [c.name for c in self.columns]


def read_native_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    workspace: Path,
    nothing: Sequence[str],
    *,
    is_look: bool = False,
    even_line_ends: bool = False,
) -> NativeFile:
    """The shape of one file, whose content shows its kind; what has to be unpacked or is written in UTF-16 goes below
    ``workspace``.

    ``nothing`` are the words that stand for no value. ``is_look``: only the columns are wanted, not the rows.
    ``even_line_ends``: see `read_csv_file`. Raises `DeliveryError` naming the file where it cannot be read.
    """
    try:
        plain = as_utf_8(unpack_file(path, name, workspace, is_look=is_look), name, workspace, is_look=is_look)
        with plain.open("rb") as stream:
            beginning = stream.read(SNIFFED_BYTES)
    except PermissionError as error:
        raise DeliveryError(f"{name}: cannot be read: permission denied") from error
    kind = sniff_kind(beginning, name)
    if kind == "parquet":
        native = _read_parquet(connection, plain, name)
    elif kind == "avro":
        from ingestion.reading.native_avro import convert_avro  # fastavro and pyarrow, for the few files of this kind

        native = _read_parquet(connection, convert_avro(plain, name, workspace, is_look=is_look), name)
    elif kind == "json":
        json = read_json_file(connection, plain, name, workspace, nothing, is_look=is_look)
        native = NativeFile(
            name,
            json.reader_sql,
            json.columns,
            reads_nothing=True,
            is_json_lines=json.is_lines,
            as_written_sql=json.as_written_sql,
        )
    elif foreign := name_foreign_kind(beginning):
        raise DeliveryError(f"{name}: is {foreign}; CSV, JSON lines, Avro and Parquet are read")
    else:
        csv = read_csv_file(plain, name, workspace, nothing, even_line_ends)
        native = NativeFile(
            name, csv.reader_sql, csv.columns, reads_nothing=True, is_csv=True, has_body=csv.has_body, path=plain,
            as_written_sql=csv.as_written_sql, separator=csv.separator,
        )  # fmt: skip
    if len(native.columns) > MOST_COLUMNS:
        raise DeliveryError(f"{name}: has {len(native.columns):,} columns, more than {MOST_COLUMNS:,}")
    return native


def _read_parquet(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> NativeFile:
    import pyarrow.parquet as pq  # takes longer than a run that finds nothing new; CSV needs none of it

    try:
        written = pq.read_schema(path).names
        reader = f"read_parquet({quote_path(path)}, hive_partitioning = false)"
        described = connection.execute(f"describe select * from {reader}").fetchall()
    except PermissionError:
        raise
    except Exception as error:  # pyarrow raises ArrowInvalid or OSError, DuckDB its own errors
        raise DeliveryError(f"{name}: not a complete Parquet file ({first_line(error)})") from error
    columns: list[NativeColumn] = []
    for (column_name, column_type, *_), name_in_file in zip(described, written, strict=True):
        # DuckDB gives a name that is there twice another one; whose column that is, the file's own spelling shows
        _flatten(name_in_file, quote_identifier(column_name), column_type, columns)
    return NativeFile(name, reader, tuple(columns), as_written_sql=reader)


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
