"""Reading an export written as JSON: one object per line, as BigQuery and most tools write it, or one list of objects.

Every field of an object is a column of text: a string as it is, a number as the characters that it is written with,
and an object or a list as its JSON. A field that is left out, as BigQuery leaves out what has no value, is NULL; so the
names in all objects are gathered before a row is read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from core.errors import shorten
from ingestion.contracts import DeliveryError, NativeColumn
from ingestion.expressions.json_numbers import quote_numbers, quote_numbers_fast
from ingestion.expressions.sql import null_if_nothing, quote_literal, quote_path
from ingestion.formats import UnknownFormatError
from ingestion.reading.json_records import MAX_RECORD_BYTES, RecordFault, read_records

#: More fields than any export has; each costs a piece of the statement that reads the file.
MOST_FIELDS = 10_000
#: Of the objects of a file whose end is missing.
LOOKED_AT = 1000
_PLACE_OF_ERROR = re.compile(r"^[A-Za-z ]+Error: |( in file \"[^\"]*\",)?( at byte \d+)?( in line \d+)?")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class JsonFile:
    """SQL for the rows of a JSON file, its columns, and whether each row is a line of it."""

    reader_sql: str
    as_written_sql: str
    columns: tuple[NativeColumn, ...]
    is_lines: bool


def read_json_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    workspace: Path,
    nothing: Sequence[str],
    *,
    is_look: bool = False,
) -> JsonFile:
    """SQL for the rows of an unpacked JSON file, and its columns; the words of ``nothing`` are read as NULL.

    ``is_look``: only its columns are wanted, and its end may be missing. Raises `DeliveryError` naming the file, the
    line (of a list: the record) and what was found where the file is not JSON as a whole, `UnknownFormatError` where it
    is empty, as BigQuery leaves files of an export that had no rows for them.
    """
    beginning = _read_beginning(path)
    is_list = beginning.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(b"[")
    if beginning.startswith(_BYTE_ORDER_MARK):
        path = _copy_without_mark(path, workspace / "without_mark")
    try:
        fields = _find_fields(connection, path, name, is_list)
    except DeliveryError:
        if not is_look:
            raise
        fields = _look_at_fields(path, name, is_list)
    if not fields:
        raise UnknownFormatError(f"{name}: holds no JSON object with a field, and so no costs")
    columns = [NativeColumn(field, f"f{number}", "VARCHAR") for number, field in enumerate(fields)]
    reader, as_written = (_write_reader(path, fields, is_list, words) for words in (nothing, ()))
    return JsonFile(reader, as_written, tuple(columns), not is_list)


def _write_reader(path: Path, fields: Sequence[str], is_list: bool, nothing: Sequence[str]) -> str:
    pointers = ", ".join(quote_literal(_point_to(field)) for field in fields)
    values = ", ".join(
        f"{null_if_nothing(f'values[{number + 1}]', nothing)} as f{number}" for number in range(len(fields))
    )
    fast, careful = quote_numbers_fast("json"), quote_numbers("json")
    return (
        f"(select {values} from (select coalesce(try(json_extract_string({fast}, [{pointers}])), "
        f"json_extract_string({careful}, [{pointers}])) as values from {_objects(path, is_list)}))"
    )


def _objects(path: Path, is_list: bool) -> str:
    kind = "array" if is_list else "newline_delimited"
    return (
        f"read_json_objects({quote_path(path)}, format = '{kind}', compression = 'uncompressed', "
        f"maximum_object_size = {MAX_RECORD_BYTES})"
    )


def _find_fields(connection: duckdb.DuckDBPyConnection, path: Path, name: str, is_list: bool) -> list[str]:
    """The names of the fields of all objects; a file that is no JSON as a whole is found out here."""
    # objects with the same fields count as one: there are a handful of combinations, whatever the size of the file
    names = "if(starts_with(json::varchar, '{'), json_keys(json), null)"
    query = (
        "select count(*) filter (names is null or len(names) <> len(list_distinct(names))), "
        "arg_max(names, len(names)), list_distinct(flatten(list(names) filter (names is not null))) "
        f"from (select distinct {names} as names from {_objects(path, is_list)})"
    )
    try:
        odd, most, names_of_all = connection.execute(query).fetchall()[0]
    except duckdb.InvalidInputException as error:
        raise _name_fault(path, name, is_list, error) from error
    # DuckDB takes a list whose end is missing
    if odd or (is_list and not _read_end(path).endswith(b"]")):
        raise _name_fault(path, name, is_list)
    fields = list(dict.fromkeys([*(most or ()), *sorted(names_of_all or ())]))
    if len(fields) > MOST_FIELDS:
        raise DeliveryError(f"{name}: its objects have {len(fields):,} fields, more than {MOST_FIELDS:,}")
    nameless = next((field for field in fields if not field.strip() or "\0" in field), None)
    if nameless is not None:
        raise DeliveryError(f"{name}: a field is called {shorten(nameless)!r}, which is no name")
    return fields


def _name_fault(path: Path, name: str, is_list: bool, error: duckdb.Error | None = None) -> DeliveryError:
    """What is wrong with a file, and where: DuckDB names neither the right line (1.5.6) nor what stands there."""
    try:
        for _ in read_records(path, is_list):
            pass
    except RecordFault as fault:
        return DeliveryError(f"{name}: {fault}")
    detail = _PLACE_OF_ERROR.sub("", str(error).splitlines()[0]) if error else "it is not well formed"
    return DeliveryError(f"{name}: cannot be read as JSON ({detail[:200].strip()})")


def _look_at_fields(path: Path, name: str, is_list: bool) -> list[str]:
    fields: dict[str, None] = {}
    try:
        for record in islice(read_records(path, is_list), LOOKED_AT):
            fields |= dict.fromkeys(record)
    except RecordFault as fault:
        # a look may end inside of an object
        if not fields:
            raise DeliveryError(f"{name}: {fault}") from fault
    return list(fields)


def _point_to(field: str) -> str:
    """RFC 6901: in a path of DuckDB's own kind a field called ``*`` would be all of them."""
    return "/" + field.replace("~", "~0").replace("/", "~1")


def _read_beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_CHUNK_BYTES)


def _read_end(path: Path) -> bytes:
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - _CHUNK_BYTES, 0))
        return stream.read().rstrip()


def _copy_without_mark(path: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as source, target.open("wb") as copy:
        source.seek(len(_BYTE_ORDER_MARK))
        while chunk := source.read(_CHUNK_BYTES):
            copy.write(chunk)
    return target
