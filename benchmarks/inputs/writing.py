"""How a table becomes bytes: text in some dialect, Parquet, JSON lines or Avro; and how these are packed."""

import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.inputs.tables import Table, to_text

ENDINGS = {"csv": ".csv", "parquet": ".parquet", "json": ".json", "avro": ".avro"}


@dataclass
class Dialect:
    """How a text file is written; the judge reads it by the same description."""

    separator: str = ","
    line_end: str = "\r\n"
    quote: str = '"'
    quote_all: bool = False
    encoding: str = "utf-8"
    mark: bool = False
    first_line: str = ""
    skips_blanks: bool = False
    packing: str = "none"
    parquet: dict[str, Any] = field(default_factory=lambda: {"compression": "snappy"})


def encode_table(table: Table, content: str, dialect: Dialect) -> bytes:
    """The bytes of one file, unpacked."""
    if content == "parquet":
        sink = io.BytesIO()
        pq.write_table(table.to_arrow(), sink, **dialect.parquet)
        return sink.getvalue()
    if content == "json":
        lines = [json.dumps(r, ensure_ascii=False) for r in table.to_records()]
        return "".join(f"{line}\n" for line in lines).encode()
    return encode_avro(table) if content == "avro" else encode_text(table, dialect)


def encode_text(table: Table, dialect: Dialect) -> bytes:
    """Text with separators, a header row first."""
    sink = io.StringIO()
    writer = csv.writer(
        sink,
        delimiter=dialect.separator,
        quotechar=dialect.quote,
        quoting=csv.QUOTE_ALL if dialect.quote_all else csv.QUOTE_MINIMAL,
        lineterminator=dialect.line_end,
    )
    writer.writerows([table.names, *([to_text(v) for v in row] for row in table.rows)])
    text = ("\ufeff" if dialect.mark else "") + dialect.first_line + sink.getvalue()
    return text.encode(dialect.encoding, "surrogatepass" if dialect.encoding.startswith("utf") else "xmlcharrefreplace")


def encode_avro(table: Table) -> bytes:
    """An object container file with BigQuery's types: nullable fields, times in microseconds, NUMERIC as bytes."""
    import fastavro

    arrow = table.to_arrow()
    fields = [{"name": f.name, "type": _avro_type(f.type, f.name)} for f in arrow.schema]
    schema = fastavro.parse_schema({"type": "record", "name": "Root", "fields": fields})
    sink = io.BytesIO()
    fastavro.writer(sink, schema, arrow.to_pylist(), codec="deflate")
    return sink.getvalue()


def _avro_type(kind: pa.DataType, name: str) -> Any:
    if pa.types.is_list(kind):
        inner = _avro_type(kind.value_type, f"{name}_item")
        return {"type": "array", "items": inner[1] if isinstance(inner, list) else inner}
    if pa.types.is_struct(kind):
        parts = [{"name": f.name, "type": _avro_type(f.type, f"{name}_{f.name}")} for f in kind]
        return ["null", {"type": "record", "name": f"record_{name}", "fields": parts}]
    if pa.types.is_timestamp(kind):
        return ["null", {"type": "long", "logicalType": "timestamp-micros"}]
    if pa.types.is_decimal(kind):
        return ["null", {"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": kind.scale}]
    if pa.types.is_boolean(kind):
        return ["null", "boolean"]
    if pa.types.is_integer(kind):
        return ["null", "long"]
    return ["null", "double" if pa.types.is_floating(kind) else "string"]


def pack(data: bytes, packing: str, name: str) -> bytes:
    """The bytes as they are stored: as they are, as gzip, or as the one member ``name`` of a zip archive."""
    if packing == "gzip":
        return gzip.compress(data, 6, mtime=0)
    if packing == "zip":
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo(name, (2026, 11, 3, 6, 0, 0)), data, zipfile.ZIP_DEFLATED)
        return sink.getvalue()
    return data


def unpack(data: bytes, packing: str) -> bytes:
    """What was packed; an error of `gzip` or `zipfile` where the bytes are not whole."""
    if packing == "gzip":
        return gzip.decompress(data)
    if packing == "zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return b"".join(archive.read(n) for n in archive.namelist() if not n.endswith("/"))
    return data


def ending(content: str, packing: str) -> str:
    """What a file's name ends with."""
    return ENDINGS[content] + {"none": "", "gzip": ".gz", "zip": ".zip"}[packing]


def month_of(value: Any) -> dt.date:
    """The month that a period column's value names."""
    if isinstance(value, dt.datetime):
        return value.date().replace(day=1)
    text = str(value)
    if text.isdigit():
        return dt.date(int(text[:4]), int(text[4:6]), 1)
    form = "%m/%d/%Y" if "/" in text else "%Y-%m-%d"
    return dt.datetime.strptime(text[:10].split(" ")[0] if "/" in text else text[:10], form).date().replace(day=1)
