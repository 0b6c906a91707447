"""The tables that cloudcost itself keeps on Redshift, and the Redshift type of each Arrow type."""

import pyarrow as pa

from ingestion.columns.projection import LANDED_TYPES
from ingestion.contracts import ExportFormat

#: The longest that there is: a value that is cut off, or refused, would be worse than memory given to queries.
TEXT = "varchar(65535)"
PARTITION_COLUMNS = {"source_name": TEXT, "billing_period": "date", "dataset": TEXT, "delivery_id": TEXT}
#: Replaced and read per source and period.
SORTED = "diststyle even compound sortkey (billing_period, source_name)"
#: Small, joined with everything.
EVERYWHERE = "diststyle all"

CURRENT_SNAPSHOTS = pa.schema(
    [
        ("source_name", pa.string()),
        ("billing_period", pa.date32()),
        ("dataset", pa.string()),
        ("delivery_id", pa.string()),
        ("table_name", pa.string()),
        ("row_count", pa.int64()),
        ("promoted_at", pa.timestamp("us")),
    ]
)
CONTROL_TOTALS = pa.schema(
    [
        ("source_name", pa.string()),
        ("billing_period", pa.date32()),
        ("dataset", pa.string()),
        ("delivery_id", pa.string()),
        ("billing_currency", pa.string()),
        ("measure", pa.string()),
        ("file_total", pa.decimal128(38, 12)),
        ("rounding_remainder", pa.decimal128(38, 30)),
        ("row_count", pa.int64()),
    ]
)
#: Which folder of the lake the rows of a raw table were copied from, and which columns the table had then.
COPIED_SNAPSHOTS = pa.schema(
    [
        ("table_name", pa.string()),
        ("source_name", pa.string()),
        ("billing_period", pa.date32()),
        ("dataset", pa.string()),
        ("delivery_id", pa.string()),
        ("folder", pa.string()),
        ("layout", pa.string()),
    ]
)
FINGERPRINTS = pa.schema([("table_name", pa.string()), ("fingerprint", pa.string())])

#: How the values of a settings table travel.
ARROW_TYPES = {
    "text": pa.string(),
    "date": pa.date32(),
    "numeric": pa.decimal128(38, 12),
    "integer": pa.int32(),
    "boolean": pa.bool_(),
}


def redshift_type(kind: pa.DataType) -> str:
    """The Redshift type that holds an Arrow type's values without loss."""
    if pa.types.is_decimal(kind):
        return f"numeric({kind.precision}, {kind.scale})"
    known = {
        pa.bool_(): "boolean",
        pa.int8(): "smallint",
        pa.int16(): "smallint",
        pa.int32(): "integer",
        pa.int64(): "bigint",
        pa.float32(): "real",
        pa.float64(): "double precision",
        pa.date32(): "date",
        pa.string(): TEXT,
        pa.large_string(): TEXT,
    }
    if pa.types.is_timestamp(kind):
        return "timestamp" if kind.tz is None else "timestamptz"
    if kind not in known:
        raise TypeError(f"no column of Redshift holds {kind}")
    return known[kind]


def describe_columns(schema: pa.Schema) -> str:
    """The columns of a table with this schema."""
    return ", ".join(f'"{field.name}" {redshift_type(field.type)}' for field in schema)


def raw_columns(fmt: ExportFormat) -> dict[str, str]:
    """The columns of a raw table: where a row came from, then the format's own."""
    landed = {"VARCHAR": TEXT, "TIMESTAMP": "timestamp", "DATE": "date"}
    own = {c.name: landed.get(LANDED_TYPES[c.kind], LANDED_TYPES[c.kind].lower()) for c in fmt.columns}
    return {**PARTITION_COLUMNS, "source_file": TEXT, **own}


def as_loadable(frame: pa.Table) -> pa.Table:
    """An Arrow table with types that COPY loads: categories as text, nanoseconds as microseconds, all-null as text."""
    columns = []
    for field in frame.schema:
        column = frame[field.name]
        if pa.types.is_dictionary(field.type):
            column = column.cast(field.type.value_type)
        elif pa.types.is_null(field.type) or pa.types.is_large_string(field.type):
            column = column.cast(pa.string())
        elif pa.types.is_timestamp(field.type):
            column = column.cast(pa.timestamp("us", field.type.tz), safe=False)
        columns.append(column)
    return pa.table(dict(zip(frame.column_names, columns, strict=True)))
