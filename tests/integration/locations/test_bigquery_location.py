"""BigQuery through its own client: months as virtual files, bounded reads, one sentence per cause of failure."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from core.errors import LocationError
from ingestion.discovery import discover, verify
from ingestion.locations import open_location
from ingestion.locations.bigquery import BigQueryLocation
from tests.peers.bigquery import Fault, Server
from tests.peers.patience import quick_politeness

KEY_VALUE: list[dict[str, Any]] = [{"name": "key", "type": "STRING"}, {"name": "value", "type": "STRING"}]
STANDARD: list[dict[str, Any]] = [
    {"name": "service", "type": "RECORD", "fields": [{"name": "id", "type": "STRING"}]},
    {"name": "usage_start_time", "type": "TIMESTAMP"},
    {"name": "labels", "type": "RECORD", "mode": "REPEATED", "fields": KEY_VALUE},
    {"name": "export_time", "type": "TIMESTAMP"},
    {"name": "cost", "type": "FLOAT"},
    {"name": "cost_at_list", "type": "NUMERIC"},
    {
        "name": "credits",
        "type": "RECORD",
        "mode": "REPEATED",
        "fields": [{"name": "name", "type": "STRING"}, {"name": "amount", "type": "FLOAT"}],
    },
    {"name": "invoice", "type": "RECORD", "fields": [{"name": "month", "type": "STRING"}]},
]
FOCUS = [
    {"name": "BillingPeriodStart", "type": "TIMESTAMP"},
    {"name": "BilledCost", "type": "BIGNUMERIC"},
    {"name": "x_ExportTime", "type": "TIMESTAMP"},
]
TABLE = ("billing", "gcp_billing_export_v1_01AB")
URI = "bigquery://my-project.billing.gcp_billing_export_v1_01AB"


def standard_rows(month: str, count: int, exported: str) -> list[dict[str, Any]]:
    """Rows of one invoice month with costs 1, 2, 3 …"""
    return [
        {
            "service": {"id": "6F81-5844-456A"},
            "usage_start_time": "2026-05-01T07:00:00Z",
            "labels": [{"key": "team", "value": "search"}, {"key": "env", "value": "prod"}],
            "export_time": exported,
            "cost": number,
            "cost_at_list": "2.250000001",
            "credits": [{"name": "SUD", "amount": -0.1}],
            "invoice": {"month": month},
        }
        for number in range(1, count + 1)
    ]


@pytest.fixture
def table(bigquery: Server) -> Server:
    """A standard export partitioned by arrival: 70 rows of April, then 30 of May, one of which was just streamed."""
    bigquery.create_table(*TABLE, STANDARD)
    bigquery.insert_rows(*TABLE, standard_rows("202604", 70, "2026-04-30T10:00:00.5Z"), "2026-04-30")
    bigquery.insert_rows(*TABLE, standard_rows("202605", 29, "2026-05-02T10:00:00Z"), "2026-05-02")
    bigquery.insert_rows(*TABLE, standard_rows("202605", 1, "2026-05-03T10:00:00Z"))
    return bigquery


def test_months_are_files_and_their_change_signal_moves_with_every_append(table: Server, tmp_path: Path) -> None:
    location = open_location(URI, tmp_path)
    april, may = location.list_files()
    assert [april.name, may.name] == ["invoice_month=202604.parquet", "invoice_month=202605.parquet"]
    assert may.modified_at == dt.datetime(2026, 5, 3, 10, tzinfo=dt.UTC)
    assert location.list_files() == open_location(URI, tmp_path).list_files() == [april, may]

    table.insert_rows(*TABLE, standard_rows("202604", 1, "2026-05-04T10:00:00Z"), "2026-05-04")
    changed, same = location.list_files()
    assert (changed.etag != april.etag, same) == (True, may)


def test_a_month_arrives_nested_and_complete_over_many_pages(table: Server, tmp_path: Path) -> None:
    table.page_rows = 7
    location = open_location(URI, tmp_path)
    discovery = discover("gcp-prod", "gcp", location)
    assert [delivery.billing_period for delivery in discovery.deliveries] == [dt.date(2026, 4, 1), dt.date(2026, 5, 1)]
    april = discovery.deliveries[0]
    fetched = {file.ref.name: location.fetch(file.ref, tmp_path) for file in april.files}
    verify(april, fetched)

    (path,) = fetched.values()
    totals = duckdb.execute(
        "select count(*), sum(cost), sum(cost_at_list), sum(credits[1].amount), min(labels[2]['value']), "
        "min(export_time) at time zone 'UTC' from read_parquet(?)",
        [str(path)],
    ).fetchone()
    assert totals is not None
    assert totals[:3] == (70, 70 * 71 / 2, 70 * Decimal("2.250000001"))
    assert totals[3] == pytest.approx(-7.0)
    assert totals[4:] == ("prod", dt.datetime(2026, 4, 30, 10, 0, 0, 500_000))
    assert [entry.name for entry in tmp_path.iterdir()] == ["invoice_month=202604.parquet"]


def test_a_month_is_read_from_its_own_partitions_by_parameters(table: Server, tmp_path: Path) -> None:
    location = open_location(URI, tmp_path)
    may = location.list_files()[1]
    assert pq.read_metadata(location.fetch(may, tmp_path)).num_rows == 30, "with the row of the streaming buffer"
    job = [body["configuration"] for _, path, body in table.calls if path.endswith("/jobs")][-1]
    values = {p["name"]: p["parameterValue"]["value"][:10] for p in job["query"]["queryParameters"]}
    assert values == {"invoice_month": "202605", "first_partition": "2026-05-02", "last_partition": "2026-05-02"}
    assert "202605" not in job["query"]["query"]
    assert job["query"]["maximumBytesBilled"] == str(2**40)


def test_row_groups_keep_memory_bounded(bigquery: Server, tmp_path: Path) -> None:
    bigquery.create_table(*TABLE, [STANDARD[3], STANDARD[4], STANDARD[7]], partition_field="export_time")
    bigquery.connection.execute(
        f"insert into {'.'.join(TABLE)} select timestamptz '2026-05-02 00:00:00+00', 1, {{'month': '202605'}} "
        "from range(120)"
    )
    bigquery.page_rows = 10
    location = BigQueryLocation(URI, row_group_rows=50)
    metadata = pq.read_metadata(location.fetch(location.list_files()[0], tmp_path))
    groups = [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
    assert groups == [50, 50, 20]


def test_focus_months_begin_at_pacific_or_universal_midnight(bigquery: Server, tmp_path: Path) -> None:
    bigquery.create_table("billing", "focus", FOCUS, partition_field="x_ExportTime")
    starts = ["2026-05-01T07:00:00Z", "2026-05-01T00:00:00Z", "2026-01-01T08:00:00Z", "2026-04-30T15:00:00Z"]
    rows = [
        {"BillingPeriodStart": start, "BilledCost": "0.000000000000123456", "x_ExportTime": "2026-05-02T00:00:00Z"}
        for start in starts
    ]
    bigquery.insert_rows("billing", "focus", rows)
    location = open_location("bigquery://my-project.billing.focus", tmp_path)
    files = location.list_files()
    assert [file.name for file in files] == ["invoice_month=202601.parquet", "invoice_month=202605.parquet"]
    table = pq.read_table(location.fetch(files[1], tmp_path))
    costs = [Decimal(text) for text in table["BilledCost"].to_pylist()]
    assert costs == [Decimal("0.000000000000123456")] * 3, "BIGNUMERIC stays exact"


def test_rows_that_arrive_between_listing_and_reading(table: Server, tmp_path: Path) -> None:
    location = open_location(URI, tmp_path)
    may = location.list_files()[1]
    table.insert_rows(*TABLE, standard_rows("202605", 1, "2026-05-03T11:00:00Z"))
    for again in (location, open_location(URI, tmp_path)):
        with pytest.raises(LocationError, match="was replaced or removed while it was read") as caught:
            again.fetch(may, tmp_path)
        assert caught.value.reason == "not_found"
    assert list(tmp_path.iterdir()) == []


def test_no_query_runs_above_the_byte_limit(table: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDCOST_BIGQUERY_BYTE_LIMIT", "1000000")
    table.bytes_processed = 1_000_001
    with pytest.raises(LocationError, match="would read 1000001 bytes, more than the limit of 1000000") as caught:
        open_location(URI, tmp_path).list_files()
    assert caught.value.reason == "invalid"
    assert table.queries() == []
    table.bytes_processed = 1_000_000
    assert len(open_location(URI, tmp_path).list_files()) == 2


def test_missing_table_and_other_tables(bigquery: Server, tmp_path: Path) -> None:
    with pytest.raises(LocationError, match="does not exist") as caught:
        open_location(URI, tmp_path).list_files()
    assert caught.value.reason == "not_found"

    bigquery.create_table(*TABLE, [{"name": "id", "type": "STRING"}])
    with pytest.raises(LocationError, match="is no billing export") as caught:
        open_location(URI, tmp_path).list_files()
    assert caught.value.reason == "invalid"


def test_rows_without_a_month_are_not_lost_silently(bigquery: Server, tmp_path: Path) -> None:
    bigquery.create_table(*TABLE, STANDARD)
    bigquery.insert_rows(*TABLE, [{"cost": 1}, {"cost": 2}])
    with pytest.raises(LocationError, match="has 2 rows without an invoice month"):
        open_location(URI, tmp_path).list_files()


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(403, "accessDenied", "hunter2"), "no_permission"),
        (Fault(401, "authError", "hunter2"), "no_credential"),
        (Fault(403, "quotaExceeded", "hunter2"), "throttled"),
        (Fault(400, "invalid", "hunter2"), "invalid"),
    ],
)
def test_refusals(table: Server, tmp_path: Path, fault: Fault, reason: str) -> None:
    table.faults.append(fault)
    with pytest.raises(LocationError) as caught:
        open_location(URI, tmp_path).list_files()
    assert caught.value.reason == reason
    assert "hunter2" not in str(caught.value)


def test_passing_troubles_are_retried_and_lasting_ones_told(table: Server) -> None:
    table.faults += [Fault(503, "backendError"), Fault(403, "rateLimitExceeded")]
    assert len(BigQueryLocation(URI).list_files()) == 2
    table.faults += [Fault(503, "backendError")] * 50
    with pytest.raises(LocationError) as caught:
        BigQueryLocation(URI, politeness=quick_politeness()).list_files()
    assert caught.value.reason == "unreachable"


def test_unreachable_and_no_credential(closed_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", f"http://127.0.0.1:{closed_port}")
    with pytest.raises(LocationError) as caught:
        BigQueryLocation(URI, politeness=quick_politeness()).list_files()
    assert caught.value.reason == "unreachable"
    monkeypatch.delenv("BIGQUERY_EMULATOR_HOST")
    with pytest.raises(LocationError) as caught:
        BigQueryLocation(URI, politeness=quick_politeness()).list_files()
    assert caught.value.reason == "no_credential"
