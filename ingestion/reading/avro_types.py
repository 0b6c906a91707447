"""What the types of an Avro schema are as columns of Parquet: nothing is rounded, and nested fields stay nested."""

from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa

#: The most digits of a decimal that DuckDB keeps; it would read BigQuery's BIGNUMERIC, which has 77, as a double.
MOST_DIGITS = 38
#: Records within records; a schema that is deeper describes itself.
DEEPEST = 20

_PLAIN = {
    "null": pa.string(),
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "bytes": pa.binary(),
    "string": pa.string(),
    "enum": pa.string(),
    "fixed": pa.binary(),
}
_LOGICAL = {
    "date": pa.date32(),
    "timestamp-millis": pa.timestamp("ms", tz="UTC"),
    "timestamp-micros": pa.timestamp("us", tz="UTC"),
    "local-timestamp-millis": pa.timestamp("ms"),
    "local-timestamp-micros": pa.timestamp("us"),
}
#: Decoded to objects of Python that no column takes as they are.
_AS_TEXT = ("time-millis", "time-micros", "uuid")

Convert = Callable[[Any], Any]


class UnknownTypeError(Exception):
    """A type that is no column: which field has it."""


def to_arrow(
    schema: Any, named: Mapping[str, Any], place: str = "the record", depth: int = 0
) -> tuple[pa.DataType, Convert | None]:
    """The Arrow type of an Avro type, and what decoded values have to go through first (None: nothing).

    ``named`` are the named types of the schema, which later places refer to. Raises `UnknownTypeError`.
    """
    if depth > DEEPEST:
        raise UnknownTypeError(f"{place} is nested too deeply")
    if isinstance(schema, str):
        return to_arrow(named[schema], named, place, depth + 1) if schema in named else _plain(schema, place)
    if isinstance(schema, list):
        kinds = [kind for kind in schema if kind != "null"]
        if len(kinds) > 1:
            raise UnknownTypeError(f"{place} may be of several types")
        return to_arrow(kinds[0] if kinds else "null", named, place, depth + 1)
    kind, logical = schema["type"], schema.get("logicalType")
    if isinstance(kind, (dict, list)):
        return to_arrow(kind, named, place, depth + 1)
    if kind in ("record", "error"):
        return _record(schema, named, place, depth)
    if kind == "array":
        item, change = to_arrow(schema["items"], named, f"an entry of {place}", depth + 1)
        return pa.list_(item), change and _unless_none(lambda values: [change(entry) for entry in values])
    if kind == "map":
        value, convert = to_arrow(schema["values"], named, f"a value of {place}", depth + 1)
        as_read = convert or (lambda member: member)
        pairs = _unless_none(lambda members: [(key, as_read(member)) for key, member in members.items()])
        return pa.map_(pa.string(), value), pairs
    if logical == "decimal":
        precision, scale = schema["precision"], schema.get("scale", 0)
        if precision > MOST_DIGITS:
            return pa.string(), _unless_none(lambda value: format(value, "f"))
        return pa.decimal128(precision, scale), None
    if logical in _AS_TEXT:
        return pa.string(), _unless_none(str)
    if logical in _LOGICAL:
        return _LOGICAL[logical], None
    return to_arrow(kind, named, place, depth + 1) if kind in named else _plain(kind, place)


def _record(schema: Any, named: Mapping[str, Any], place: str, depth: int) -> tuple[pa.DataType, Convert | None]:
    fields, converts = [], []
    for field in schema["fields"]:
        column, convert = to_arrow(field["type"], named, f"field {field['name']!r}", depth + 1)
        fields.append(pa.field(field["name"], column))
        if convert:
            converts.append((field["name"], convert))
    if not fields:
        raise UnknownTypeError(f"{place} has no fields")

    def change(record: dict[str, Any]) -> dict[str, Any]:
        for name, convert in converts:
            record[name] = convert(record[name])
        return record

    return pa.struct(fields), _unless_none(change) if converts else None


def _plain(kind: str, place: str) -> tuple[pa.DataType, Convert | None]:
    if kind not in _PLAIN:
        raise UnknownTypeError(f"{place} is of the unknown type {kind!r}")
    return _PLAIN[kind], None


def _unless_none(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)
