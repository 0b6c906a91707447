"""The shape of a native file: names, nested columns and headers as they are met in the wild."""

import gzip
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ingestion.contracts import NOTHING, DeliveryError, NativeColumn, squeeze_name
from ingestion.expressions.sql import connect_scratch
from ingestion.reading.native import _flatten, read_native_file
from tests.unit.ingestion.exports import write_parquet


@pytest.fixture(scope="module")
def scratch() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


@pytest.mark.parametrize(
    ("native", "squeezed"),
    [
        ("lineItem/UnblendedCost", "lineitemunblendedcost"),
        ("line_item_unblended_cost", "lineitemunblendedcost"),
        ("reservation/ReservationARN", "reservationreservationarn"),
        ("reservation_reservation_a_r_n", "reservationreservationarn"),
        ("CostInBillingCurrency", "costinbillingcurrency"),
        ("Ressourcengruppe (ResourceGroup)", "resourcegroup"),
        ("Kosten (PreTaxCost) ", "pretaxcost"),
        ("usage.amount_in_pricing_units", "usageamountinpricingunits"),
        ("x_Umlaut Größe", "xumlautgre"),
    ],
)
def test_squeeze_name(native: str, squeezed: str) -> None:
    assert squeeze_name(native) == squeezed


def test_struct_types_are_taken_apart() -> None:
    found: list[NativeColumn] = []
    kind = (
        'STRUCT("location" VARCHAR, "a, b (c)" DECIMAL(38, 9), inner STRUCT("key" VARCHAR, v MAP(VARCHAR, INTEGER))[])'
    )
    _flatten("top", '"top"', f"STRUCT(deep {kind}, plain DOUBLE)", found)
    assert [(c.name, c.duckdb_type) for c in found[1:]] == [
        ("top.deep", kind),
        ("top.deep.location", "VARCHAR"),
        ("top.deep.a, b (c)", "DECIMAL(38, 9)"),
        ("top.deep.inner", 'STRUCT("key" VARCHAR, v MAP(VARCHAR, INTEGER))[]'),
        ("top.plain", "DOUBLE"),
    ]
    assert found[3].sql == '"top"."deep"."a, b (c)"'


def test_nested_parquet_leaves_can_be_read(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    schema = pa.schema([("service", pa.struct([("id", pa.string()), ("a b", pa.struct([("c", pa.int64())]))]))])
    path = write_parquet(tmp_path / "n.parquet", [{"service": {"id": "x", "a b": {"c": 5}}}], schema)
    native = read_native_file(scratch, path, "n.parquet", tmp_path, NOTHING)
    leaf, deep = native.find("service_id"), native.find("Service A B C")
    assert leaf is not None and deep is not None
    assert scratch.execute(f"select {leaf.sql}, {deep.sql} from {native.reader_sql}").fetchall() == [("x", 5)]


def test_headers_seen_in_the_wild(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    text = '\ufeffCost,,"Tag \\ a",cost,Date,Empty1,Empty2\r\n1,2,3,4,5\r\n'
    (tmp_path / "a.CSV.GZ").write_bytes(gzip.compress(text.encode()))
    native = read_native_file(scratch, tmp_path / "a.CSV.GZ", "a.CSV.GZ", tmp_path / "work", NOTHING)
    # a header may name trailing columns of which no row has a value
    assert native.top_level_names == ["Cost", "column1", "Tag \\ a", "cost", "Date"]
    assert scratch.execute(f"select * from {native.reader_sql}").fetchall() == [("1", "2", "3", "4", "5")]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "empty.csv: the file is empty, not even a header row is there"),
        ("blank.csv", b"\n\n", "blank.csv: the file is empty, not even a header row is there"),
        ("latin.csv", "Größe,b\n1,2\n".encode("latin-1"), "latin.csv: cannot be read as CSV"),
        (
            "cut.csv.gz",
            gzip.compress(b"a,b\n1,2\n" * 500, mtime=0)[:12],
            "cut.csv.gz: the gzip stream is cut: it ends before its checksum",
        ),
        ("cut.parquet", b"PAR1abc", "cut.parquet: not a complete Parquet file"),
        ("empty.parquet", b"", "empty.parquet: not a complete Parquet file"),
        ("wide.csv", "a,b\n1,2\n".encode("utf-32"), "wide.csv: is written in UTF-32; UTF-8 and UTF-16 are read"),
        ("broken.csv", b'a,"b\nc"\n1,2\n', "broken.csv: line 1: the column name 'b\\nc' holds a line break"),
        ("open.csv", b'a,"b\n1,2\n', "open.csv: line 2: cannot be read as CSV (unexpected end of data)"),
    ],
)
def test_what_cannot_be_read_is_named(
    scratch: duckdb.DuckDBPyConnection, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DeliveryError) as error:
        read_native_file(scratch, tmp_path / name, name, tmp_path / "work", NOTHING)
    assert str(error.value).startswith(message)
