"""Google's billing rows in every shape that BigQuery and the tools behind it write: what is landed is the same."""

import csv
import datetime as dt
import gzip
import io
import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import fastavro
import pytest

from ingestion.contracts import DeliveryError
from ingestion.expressions.dates import PlausibleDates
from ingestion.expressions.sql import connect_scratch
from ingestion.incoming import IncomingFile, Reading, read_incoming_file

READING = Reading("gcp", None, "EUR", PlausibleDates(dt.date(2026, 10, 5)))
Landed = list[dict[str, Any]]

#: Costs whose doubles have sixteen and seventeen digits; the second row leaves out all that BigQuery may leave out.
ROWS: Sequence[Mapping[str, Any]] = (
    {
        "billing_account_id": "01A", "service": {"id": "6F81", "description": "Compute Engine"},
        "sku": {"id": "k", "description": "N2 core"}, "usage_start_time": "2026-09-03 00:00:00 UTC",
        "usage_end_time": "2026-09-03 01:00:00 UTC",
        "project": {"id": "p", "number": "12", "name": "p one", "labels": [{"key": "env", "value": "prod"}]},
        "labels": [{"key": "team", "value": "search"}, {"key": "size", "value": "a b"}],
        "location": {"location": "us-central1", "country": "US", "region": "us-central1"},
        "price": {"effective_price": "0.12", "list_price": "0.150000001", "pricing_unit_quantity": "1", "unit": "hour"},
        "cost": 0.30000000000000004, "currency": "USD", "currency_conversion_rate": 1.0,
        "usage": {"amount": 3600.5, "unit": "seconds", "amount_in_pricing_units": 1.25, "pricing_unit": "hour"},
        "credits": [
            {"name": "a", "amount": -0.1, "full_name": "A", "id": "x", "type": "DISCOUNT"},
            {"name": "b", "amount": -1e-07, "full_name": "B", "id": "y", "type": "PROMOTION"},
        ],
        "invoice": {"month": "202609", "publisher_type": "GOOGLE"}, "cost_type": "regular",
    },
    {
        "billing_account_id": "01A", "usage_start_time": "2026-09-30 00:00:00 UTC", "labels": [], "cost": 1.7,
        "currency": "USD", "credits": [], "invoice": {"month": "202609"}, "cost_type": "tax",
    },
)  # fmt: skip
EXPECTED: Sequence[Mapping[str, Any]] = (
    {
        "service_id": "6F81", "service_description": "Compute Engine", "sku_id": "k", "project_id": "p",
        "project_number": "12", "project_labels": {"env": "prod"}, "labels": {"team": "search", "size": "a b"},
        "location_region": "us-central1", "location_zone": None, "price_list_price": Decimal("0.150000001"),
        "usage_amount": Decimal("3600.5"), "usage_unit": "seconds", "usage_amount_in_pricing_units": Decimal("1.25"),
        "cost": Decimal("0.3"), "rounding_remainder": Decimal("4e-17"), "credits_negotiated": Decimal("-0.1"),
        "credits_promotion": Decimal("-1e-7"), "credits_commitment": 0, "invoice_month": "202609",
        "usage_start_time": dt.datetime(2026, 9, 3), "cost_type": "regular",
    },
    {
        "service_id": None, "service_description": None, "sku_id": None, "project_id": None, "project_number": None,
        "project_labels": None, "labels": None, "location_region": None, "location_zone": None,
        "price_list_price": None, "usage_amount": None, "usage_unit": None, "usage_amount_in_pricing_units": None,
        "cost": Decimal("1.7"), "rounding_remainder": 0, "credits_negotiated": 0, "credits_promotion": 0,
        "credits_commitment": 0, "invoice_month": "202609", "usage_start_time": dt.datetime(2026, 9, 30),
        "cost_type": "tax",
    },
)  # fmt: skip


@pytest.fixture(scope="module")
def scratch() -> duckdb.DuckDBPyConnection:
    return connect_scratch()


class Door:
    """Lands one file."""

    def __init__(self, scratch: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._scratch, self._folder = scratch, folder

    def take(self, name: str, content: bytes | str) -> IncomingFile:
        path = self._folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        target = self._folder / "landed" / "part.parquet"
        return read_incoming_file(self._scratch, path, name, target, self._folder / "work", READING)

    def land(self, name: str, content: bytes | str) -> Landed:
        taken = self.take(name, content)
        assert (taken.format_name, taken.periods) == ("gcp_billing", {dt.date(2026, 9, 1): taken.rows})
        cursor = self._scratch.execute("select * from read_parquet(?)", [str(taken.path)])
        names = [d[0] for d in cursor.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for row in rows:
            row |= {n: row[n] and json.loads(row[n]) for n in ("labels", "project_labels", "system_labels", "tags")}
        return sorted(rows, key=lambda row: row["usage_start_time"])

    def refuse(self, name: str, content: bytes | str) -> str:
        with pytest.raises(DeliveryError) as error:
            self.take(name, content)
        return str(error.value)


@pytest.fixture
def door(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> Door:
    return Door(scratch, tmp_path)


def write_lines(rows: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def write_cells(rows: Sequence[Mapping[str, Any]], write: Callable[[Any], str] = json.dumps) -> str:
    """A CSV file with what is nested as text of one cell."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    for row in rows:
        writer.writerow({k: write(v) if isinstance(v, (dict, list)) else v for k, v in row.items()})
    return out.getvalue()


def write_flat(rows: Sequence[Mapping[str, Any]], mark: str) -> str:
    """A CSV file with a column for each nested field, lists as text."""
    flat = [
        {f"{k}{mark}{f}": w for k, v in row.items() if isinstance(v, dict) for f, w in v.items()}
        | {k: v for k, v in row.items() if not isinstance(v, dict)}
        for row in rows
    ]
    return write_cells([dict.fromkeys(flat[0], "") | row for row in flat])


def write_avro(rows: Sequence[Mapping[str, Any]], codec: str, has_times: bool) -> bytes:
    """As BigQuery extracts a table: times are plain numbers unless they are asked for."""
    numbers = ("amount", "amount_in_pricing_units", "cost", "currency_conversion_rate")
    moment: Any = {"type": "long", "logicalType": "timestamp-micros"} if has_times else "long"

    def describe(name: str, value: Any, place: str) -> Any:
        if isinstance(value, dict):
            fields = [{"name": n, "type": describe(n, v, f"{place}_{n}")} for n, v in value.items()]
            return ["null", {"type": "record", "name": place, "fields": fields}]
        if isinstance(value, list):
            return {"type": "array", "items": describe(name, value[0], place)[1]}
        return ["null", moment if name.endswith("_time") else "double" if name in numbers else "string"]

    def prepare(name: str, value: Any) -> Any:
        if not name.endswith("_time"):
            return value
        at = dt.datetime.strptime(value, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=dt.UTC)
        return at if has_times else int(at.timestamp()) * 10**6

    schema = {"type": "record", "name": "Root", "fields": describe("", rows[0], "Root")[1]["fields"]}
    out = io.BytesIO()
    fastavro.writer(out, schema, [{k: prepare(k, v) for k, v in row.items()} for row in rows], codec=codec)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("billing-000000000000.json.gz", gzip.compress(write_lines(ROWS).encode(), mtime=0)),
        ("billing-000000000000", "\ufeff" + write_lines(ROWS).replace(": ", ":").replace("\n", "\r\n\n")),
        ("billing.json", json.dumps([{**row, "cost": str(row["cost"])} for row in ROWS], indent=1)),
        ("billing.ndjson", write_lines([ROWS[0], {**ROWS[1], "service": None, "project": {}, "credits": None}])),
        ("billing-000000000000.csv", write_cells(ROWS)),
        ("results.csv", write_cells(ROWS, repr)),
        ("flat.csv", write_flat(ROWS, ".")),
        ("billing-000000000000", write_flat(ROWS, "__").replace(",202609,", ",202609.0,")),
        ("billing-000000000000.avro", write_avro(ROWS, "snappy", has_times=True)),
        ("billing-000000000000", write_avro(ROWS, "deflate", has_times=False)),
    ],
    ids=["gzipped", "compact", "list", "nulls", "cells", "python", "dots", "underscores", "avro", "avro numbers"],
)
def test_every_shape_lands_the_same(door: Door, name: str, content: bytes | str) -> None:
    found = [{column: row[column] for column in EXPECTED[0]} for row in door.land(name, content)]
    assert found == list(EXPECTED)


@pytest.mark.parametrize("name", ["a.json", "a.csv"])
def test_words_for_nothing_are_nothing_in_any_column(door: Door, name: str) -> None:
    names = ("credits", "labels", "project", "usage", "price", "cost_type")
    rows = [{**ROWS[0], **dict.fromkeys(names, word)} for word in ("null", "NULL", "None", "nan", "N/A", "")]
    empty = ("credits", "labels", "project_id", "project_labels", "usage_amount", "price_list_price", "cost_type")
    landed = door.land(name, write_lines(rows) if name == "a.json" else write_cells(rows))
    assert [[row[column] for column in empty] for row in landed] == [[None] * len(empty)] * len(rows)
    assert {(row["cost"], row["credits_negotiated"] + row["credits_promotion"]) for row in landed} == {
        (Decimal("0.3"), 0)
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cost": float("inf")}, "cost 'Infinity' is not a number"),
        ({"usage": {"amount": "many"}}, "usage.amount 'many' is not a number"),
        ({"invoice": {}}, "its billing period cannot be told (invoice.month empty)"),
        ({"service": "Compute Engine"}, "service 'Compute Engine' cannot be read"),
        ({"project": '{"id": "p"'}, 'project \'{"id": "p"\' cannot be read'),
        ({"credits": {"amount": -1}}, 'credits \'{"amount":"-1"}\' cannot be read'),
        ({"credits": [{"amount": float("nan")}]}, 'credits \'[{"amount":"NaN"}]\' cannot be read'),
    ],
)
def test_what_cannot_be_read_names_line_column_and_value(door: Door, changes: dict[str, Any], message: str) -> None:
    rows = [ROWS[0], {**ROWS[0], **changes}, ROWS[1]]
    assert door.refuse("a.json", write_lines(rows)).startswith(f"a.json: data row 2 (line 2): {message}")


def test_of_two_amounts_of_a_credit_none_counts(door: Door) -> None:
    content = write_lines(ROWS).replace('"amount": -0.1,', '"amount": -0.1, "amount": -7,')
    assert door.refuse("a.json", content).startswith("a.json: data row 1 (line 1): credits '[")


def test_a_cost_that_is_not_there_is_a_fault_of_its_line(door: Door) -> None:
    taken = door.take(
        "a.json", write_lines([ROWS[0], {**ROWS[1], "cost": float("nan")}, {**ROWS[1], "currency": None}])
    )
    assert taken.faults == {
        dt.date(2026, 9, 1): (
            "a.json: data row 3 (line 3): currency is empty",
            "a.json: data row 2 (line 2): cost 'NaN' is not a number",
        )
    }


def test_credits_that_come_late_count(door: Door) -> None:
    """Nothing before the last line says that there are any."""
    plain = {k: v for k, v in ROWS[1].items() if k != "credits"}
    rows = door.land("a.json", write_lines([*[plain] * 5_000, ROWS[0]]))
    assert len(rows) == 5_001
    assert sum(row["credits_negotiated"] + row["credits_promotion"] for row in rows) == Decimal("-0.1000001")
    assert sum(row["cost"] for row in rows) == Decimal("8500.3")


def test_fields_that_nobody_knows_are_left_out_and_told(door: Door) -> None:
    taken = door.take("a.json", write_lines([{**ROWS[0], "carbon": {"kg": 1.5}, "project": {"id": "p", "team": "x"}}]))
    assert taken.extra_columns == ("carbon",)


def test_typed_decimals_zones_and_lists_are_landed_exactly(scratch: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path, target = tmp_path / "bill.parquet", tmp_path / "landed.parquet"
    scratch.execute(
        """copy (select '01A' as billing_account_id, {'description': 'Compute'} as service, {'id': 'k'} as sku,
            timestamptz '2026-09-03 02:00:00+02' as usage_start_time, labels, tags, 'USD' as currency,
            {'month': '202609'} as invoice, cost::decimal(38, 9) as cost, list::decimal(38, 15) as cost_at_list
        from (values
            (1.000000001, 1.0000000000005, [{'key': 'team', 'value': 'search'}, {'key': 'no', 'value': null}],
             [{'key': 'a', 'value': 'far', 'inherited': true}, {'key': 'a', 'value': 'own', 'inherited': false}]),
            (12345678901234.123456789, 1.0000000000015, [{'key': 'Env', 'value': ''}, {'key': 'env', 'value': 'x"y'}],
             [{'key': 'empty', 'value': '', 'inherited': null}]),
            (-0.000000001, 99999999999999999999999.5, [], null),
            (2, null, [null, {'key': 'k', 'value': 'N/A'}], [])
        ) as t(cost, list, labels, tags)) to '"""
        + str(path)
        + "' (format parquet)"
    )
    read_incoming_file(scratch, path, "bill.parquet", target, tmp_path / "work", READING)
    landed = scratch.execute(
        f"select cost, rounding_remainder, cost_at_list, labels, tags, usage_start_time from '{target}' order by cost"
    ).fetchall()
    assert [row[:5] for row in landed] == [
        (Decimal("-1e-9"), 0, Decimal("99999999999999999999999.5"), None, None),
        (Decimal("1.000000001"), 0, Decimal("1"), '{"team":"search"}', '{"a":"own","a":"far"}'),
        (Decimal("2"), 0, None, None, None),
        (Decimal("12345678901234.123456789"), 0, Decimal("1.000000000002"), '{"env":"x\\"y"}', '{"empty":""}'),
    ]
    assert {row[5] for row in landed} == {dt.datetime(2026, 9, 3)}
