"""Exports written as Avro: types kept to the last digit, and no file that is cut or damaged taken for a whole one."""

import datetime as dt
import io
import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pyarrow.parquet as pq
import pytest

from ingestion.contracts import DeliveryError
from ingestion.reading.native_avro import convert_avro

KEY_VALUE = {"type": "record", "name": "KeyValue", "fields": [{"name": "key", "type": ["null", "string"]}]}
NUMERIC = {"type": "bytes", "logicalType": "decimal", "precision": 38, "scale": 9}
BIGNUMERIC = {"type": "bytes", "logicalType": "decimal", "precision": 77, "scale": 38}
MOMENT = dt.datetime(2026, 9, 3, 1, 2, 3, 456789, tzinfo=dt.UTC)


def write(
    rows: Sequence[Mapping[str, object]], codec: str = "deflate", block_bytes: int = 16_000, **fields: Any
) -> bytes:
    schema = {"type": "record", "name": "Root", "fields": [{"name": n, "type": t} for n, t in fields.items()]}
    out = io.BytesIO()
    fastavro.writer(out, schema, rows, codec=codec, sync_interval=block_bytes)
    return out.getvalue()


def convert(content: bytes, folder: Path, is_look: bool = False) -> list[dict[str, Any]]:
    (folder / "a.avro").write_bytes(content)
    rows: list[dict[str, Any]] = pq.read_table(
        convert_avro(folder / "a.avro", "a.avro", folder / "work", is_look=is_look)
    ).to_pylist()
    return rows


def test_types_keep_every_digit(tmp_path: Path) -> None:
    row = {
        "cost": 0.30000000000000004, "price": Decimal("12345678901234567890123456789.123456789"),
        "big": Decimal("1.00000000000000000000000000000000000001"), "at": MOMENT, "raw": 1788393600000000,
        "day": dt.date(2026, 9, 3), "labels": [{"key": "team"}, {"key": None}], "others": [],
        "service": {"id": "a", "cost": {"net": Decimal("0.000000001")}}, "tags": {"team": Decimal("2")}, "kind": "tax",
        "is_new": True, "none": None, "local": "2026-09-03T00:00:00",
    }  # fmt: skip
    net = {"type": "record", "name": "Cost", "fields": [{"name": "net", "type": ["null", NUMERIC]}]}
    content = write(
        [row], cost=["null", "double"], price=["null", NUMERIC], big=["null", BIGNUMERIC],
        at=["null", {"type": "long", "logicalType": "timestamp-micros"}], raw=["null", "long"],
        day=["null", {"type": "int", "logicalType": "date"}], labels={"type": "array", "items": KEY_VALUE},
        others={"type": "array", "items": "KeyValue"},
        service={"type": "record", "name": "Service",
                 "fields": [{"name": "id", "type": ["null", "string"]}, {"name": "cost", "type": ["null", net]}]},
        tags={"type": "map", "values": BIGNUMERIC},
        kind={"type": "enum", "name": "Kind", "symbols": ["regular", "tax"]},
        is_new=["null", "boolean"], none=["null", "string"], local={"type": "string", "sqlType": "DATETIME"},
    )  # fmt: skip
    # DuckDB keeps 38 digits, so what may have more is text
    expected = {**row, "big": "1.00000000000000000000000000000000000001", "tags": [("team", f"2.{'0' * 38}")]}
    assert convert(content, tmp_path) == [expected]


@pytest.mark.parametrize("codec", ["null", "deflate", "snappy"])
def test_all_blocks_of_a_file_are_read(codec: str, tmp_path: Path) -> None:
    rows = [{"cost": n / 8, "note": "x" * (n % 50)} for n in range(25_000)]
    assert convert(write(rows, codec, cost="double", note="string"), tmp_path) == rows


def test_a_file_without_records_and_a_look_have_columns(tmp_path: Path) -> None:
    assert convert(write([], cost="double"), tmp_path) == []
    content = write([{"cost": 1.0}] * 5000, cost="double")
    assert convert(content[:-100], tmp_path, is_look=True) == []
    assert pq.read_schema(tmp_path / "work" / "avro.parquet").names == ["cost"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"cost": ["null", "string", "double"]}, "cannot be read as Avro: field 'cost' may be of several types"),
        ({"cost": ["null", "Root"]}, "cannot be read as Avro: field 'cost' is nested too deeply"),
        ({}, "cannot be read as Avro: the record has no fields"),
    ],
)
def test_a_schema_that_is_no_table_is_refused(fields: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError) as error:
        convert(write([], **fields), tmp_path)
    assert str(error.value) == f"a.avro: {message}"


def refuse(content: bytes, folder: Path) -> str:
    with pytest.raises(DeliveryError) as error:
        convert(content, folder)
    return str(error.value)


def test_a_cut_is_found_wherever_it_is(tmp_path: Path) -> None:
    content = write([{"cost": n / 8} for n in range(24)], "null", 60, cost="double")
    blocks = list(fastavro.block_reader(io.BytesIO(content)))
    ends = {block.offset + block.size for block in blocks} | {blocks[0].offset}
    assert len(blocks) == 3
    for length in range(blocks[0].offset - 20, len(content)):
        # behind a block nothing in the file tells that another was there
        if length not in ends:
            assert "the Avro file" in refuse(content[:length], tmp_path)
    third = blocks[2].offset
    assert refuse(content[: third + 1], tmp_path) == "a.avro: the Avro file is cut: block 3 is not whole"


def test_a_flipped_bit_is_found_or_changes_nothing(tmp_path: Path) -> None:
    rows = [{"cost": n / 8, "note": f"row {n}"} for n in range(200)]
    content = write(rows, "snappy", 500, cost="double", note="string")
    start = next(iter(fastavro.block_reader(io.BytesIO(content)))).offset
    rng = random.Random(5)
    found = 0
    for _ in range(150):
        flipped = bytearray(content)
        flipped[rng.randrange(start, len(content))] ^= 1 << rng.randrange(8)
        try:
            assert convert(bytes(flipped), tmp_path) == rows
        except DeliveryError as error:
            assert str(error).startswith("a.avro: the Avro file is")
            found += 1
    # snappy can write the same bytes in more than one way
    assert found > 140


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"Obj\x01", "has no readable header"),
        (b"Obj\x01" + bytes(100), "has no readable header"),
        (write([{"a": "x"}], "bzip2", a="string"), "is compressed with 'bzip2'; read are null, deflate, snappy"),
    ],
)
def test_what_is_no_container_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    assert refuse(content, tmp_path).startswith(f"a.avro: the Avro file {message}")


def test_a_block_that_claims_other_records_is_damaged(tmp_path: Path) -> None:
    content = write([{"a": "x"}, {"a": "y"}], "null", a="string")
    start = next(iter(fastavro.block_reader(io.BytesIO(content)))).offset
    fewer, more = (content[:start] + bytes([2 * count]) + content[start + 1 :] for count in (1, 3))
    assert refuse(fewer, tmp_path) == "a.avro: the Avro file is damaged: block 1 has 2 bytes behind its 1 records"
    assert refuse(more, tmp_path).startswith(
        "a.avro: the Avro file is damaged: block 1, record 3 cannot be decoded (EOFError"
    )
