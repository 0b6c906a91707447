"""Reading an export written as Avro, as BigQuery writes it: it becomes Parquet, block by block, and is read as that.

DuckDB's own reader of Avro is an extension that has to be downloaded.
"""

import io
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import first_line
from ingestion.contracts import DeliveryError
from ingestion.reading.avro_blocks import SYNC_BYTES, AvroFault, read_blocks
from ingestion.reading.avro_types import Convert, UnknownTypeError, to_arrow

#: Records that become one row group; as objects of Python they take some fifty times their size in the file.
GROUP_RECORDS = 10_000
GROUP_BYTES = 4 * 1024 * 1024


def convert_avro(path: Path, name: str, workspace: Path, *, is_look: bool = False) -> Path:
    """An unpacked Avro file as Parquet below ``workspace``, its types kept.

    ``is_look``: only the columns are wanted, so no record is written, and the end of the file may be missing. Raises
    `DeliveryError` naming the file, and the block and record that cannot be read.
    """
    workspace.mkdir(parents=True, exist_ok=True)
    target = workspace / "avro.parquet"
    try:
        with path.open("rb") as stream:
            schema, codec, sync = _read_header(stream)
            parsed, kind, convert = _plan_columns(schema)
            with pq.ParquetWriter(target, pa.schema(list(kind)), compression="snappy") as writer:
                groups = _read_groups(stream, parsed, codec, sync, path.stat().st_size)
                for records in islice(groups, 0 if is_look else None):
                    writer.write_batch(_make_batch(records, kind, convert))
    except AvroFault as error:
        raise DeliveryError(f"{name}: the Avro file {error}") from error
    except UnknownTypeError as error:
        raise DeliveryError(f"{name}: cannot be read as Avro: {error}") from error
    return target


def _read_header(stream: io.BufferedReader) -> tuple[Any, str, bytes]:
    """The schema, the codec and the mark that ends every block; the stream stands behind the header then."""
    try:
        header = fastavro.reader(stream)
        schema = json.loads(header.metadata["avro.schema"])
        stream.seek(-SYNC_BYTES, io.SEEK_CUR)
        return schema, header.metadata.get("avro.codec", "null"), stream.read(SYNC_BYTES)
    except Exception as error:  # whatever fastavro meets first
        raise AvroFault(f"has no readable header ({type(error).__name__}: {first_line(error)})") from error


def _plan_columns(schema: Any) -> tuple[Any, pa.DataType, Convert | None]:
    """The schema as fastavro takes it, the type of its records, and what decoded ones have to go through first."""
    named: dict[str, Any] = {}
    try:
        parsed = fastavro.parse_schema(schema, named_schemas=named)
        kind, convert = to_arrow(parsed, named)
    except UnknownTypeError:
        raise
    except Exception as error:  # a schema that lacks something, or has something else in its place
        raise AvroFault(f"is damaged: its schema is none ({type(error).__name__}: {first_line(error)})") from error
    if not pa.types.is_struct(kind):
        raise AvroFault("holds no records")
    return parsed, kind, convert


def _make_batch(records: list[dict[str, Any]], kind: pa.DataType, convert: Convert | None) -> pa.RecordBatch:
    try:
        rows = [convert(record) for record in records] if convert else records
        return pa.RecordBatch.from_struct_array(pa.array(rows, type=kind))
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise AvroFault(f"holds a value that its schema does not allow ({first_line(error)})") from error


def _read_groups(
    stream: io.BufferedReader, schema: Any, codec: str, sync: bytes, size: int
) -> Iterator[list[dict[str, Any]]]:
    held: list[dict[str, Any]] = []
    held_bytes = 0
    for number, (count, data) in enumerate(read_blocks(stream, sync, codec, size), start=1):
        held += _decode_block(data, count, schema, number)
        held_bytes += len(data)
        if len(held) >= GROUP_RECORDS or held_bytes >= GROUP_BYTES:
            yield held
            held, held_bytes = [], 0
    if held:
        yield held


def _decode_block(data: bytes, count: int, schema: Any, number: int) -> list[dict[str, Any]]:
    if count > len(data):
        raise AvroFault(f"is damaged: block {number} claims {count:,} records in {len(data):,} bytes")
    block = io.BytesIO(data)
    records: list[Any] = []
    try:
        while len(records) < count:
            records.append(fastavro.schemaless_reader(block, schema, None))
    except Exception as error:  # a damaged block makes fastavro fail in as many ways as there are types
        found = f"{type(error).__name__}: {first_line(error)}"
        raise AvroFault(f"is damaged: block {number}, record {len(records) + 1} cannot be decoded ({found})") from error
    if block.tell() != len(data):
        raise AvroFault(f"is damaged: block {number} has {len(data) - block.tell()} bytes behind its {count} records")
    return records
