"""The columns of a BigQuery table as an Arrow table without rows: what its schema states, which costs nothing."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

_TYPES = {
    "BOOL": pa.bool_(), "BOOLEAN": pa.bool_(), "BYTES": pa.binary(), "DATE": pa.date32(),
    "DATETIME": pa.timestamp("us"), "FLOAT": pa.float64(), "FLOAT64": pa.float64(), "INT64": pa.int64(),
    "INTEGER": pa.int64(), "NUMERIC": pa.decimal128(38, 9), "TIME": pa.time64("us"),
    "TIMESTAMP": pa.timestamp("us", "UTC"),
}  # fmt: skip


def empty_table(fields: Sequence[Any]) -> pa.Table:
    """The columns of these `SchemaField`s; BIGNUMERIC and what is not known here is text, as where rows are read."""
    return pa.schema([_read_field(field) for field in fields]).empty_table()


def _read_field(field: Any) -> pa.Field:
    if field.field_type in ("RECORD", "STRUCT"):
        kind: pa.DataType = pa.struct([_read_field(part) for part in field.fields])
    else:
        kind = _TYPES.get(field.field_type, pa.string())
    return pa.field(field.name, pa.list_(kind) if field.mode == "REPEATED" else kind)
