"""A billing export table from query to ledger: invoice months, what is appended to them, and what expires."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from cloudcost.installation import Installation
from core.errors import OK
from core.instants import utc_now
from ingestion.ingest import Ingestor
from ingestion.landing.local_lake import LocalLake
from ingestion.ledger import Ledger
from ingestion.locations.bigquery import BigQueryLocation
from ingestion.reports import IngestReport
from ingestion.source import Source
from orchestration.defs.ingestion.assets import build_raw_asset
from orchestration.defs.pipeline.jobs import range_tags
from orchestration.partitions import billing_periods
from orchestration.resources.installation import InstallationResource
from state import SqliteStateStore
from tests.integration.locations.conftest import Check
from tests.peers.bigquery import Server

TEXT, TIME = "STRING", "TIMESTAMP"


def record(name: str, *fields: str, mode: str = "NULLABLE") -> dict[str, Any]:
    parts = [{"name": field, "type": "FLOAT" if field == "amount" else TEXT} for field in fields]
    return {"name": name, "type": "RECORD", "mode": mode, "fields": parts}


DETAILED = [
    {"name": "billing_account_id", "type": TEXT},
    record("service", "id", "description"),
    record("sku", "id", "description"),
    {"name": "usage_start_time", "type": TIME},
    {"name": "usage_end_time", "type": TIME},
    record("project", "id", "name"),
    record("labels", "key", "value", mode="REPEATED"),
    record("tags", "key", "value", mode="REPEATED"),
    record("resource", "name", "global_name"),
    {"name": "export_time", "type": TIME},
    {"name": "cost", "type": "FLOAT"},
    {"name": "currency", "type": TEXT},
    record("credits", "name", "type", "amount", mode="REPEATED"),
    record("invoice", "month"),
    {"name": "cost_type", "type": TEXT},
]
NAME = ("billing", "gcp_billing_export_resource_v1_01AB")
URI = f"bigquery://my-project.{'.'.join(NAME)}"
JULY = dt.datetime(2026, 7, 20, 12, tzinfo=dt.UTC)


def row(month: str, usage: str, cost: float, *credits: float) -> dict[str, Any]:
    return {
        "billing_account_id": "01AB",
        "service": {"id": "6F81", "description": "Compute Engine"},
        "sku": {"id": "A-1", "description": "N2 core"},
        "usage_start_time": usage,
        "usage_end_time": usage,
        "project": {"id": "search", "name": "Search"},
        "labels": [{"key": "team", "value": "search"}],
        "tags": [{"key": "env", "value": "prod"}],
        "resource": {"name": "vm-1", "global_name": "//compute/vm-1"},
        "export_time": f"{usage[:10]}T23:30:00Z",
        "cost": cost,
        "currency": "EUR",
        "credits": [{"name": "c", "type": "SUSTAINED_USAGE_DISCOUNT", "amount": -amount} for amount in credits],
        "invoice": {"month": month},
        "cost_type": "regular",
    }


class Desk:
    """An installation that reads the table; `ingest` looks at it at a moment."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ledger = Ledger(SqliteStateStore(root / "state.sqlite"), utc_now)
        self.ingestor = Ingestor(LocalLake(root / "lake"), self.ledger)

    def ingest(self, now: dt.datetime = JULY) -> IngestReport:
        location = BigQueryLocation(URI, now=lambda: now)
        return self.ingestor.ingest(Source("gcp_main", "gcp", "auto", location, "EUR"))

    def totals(self) -> dict[str, Decimal]:
        """Billed cost per invoice month, added up from the landed rows themselves."""
        found = {}
        for snapshot, _ in self.ledger.current_snapshots():
            paths = [str(self.root / "lake" / path) for path in snapshot.paths]
            ((total,),) = duckdb.execute(
                "select sum(cost + credits_negotiated) from read_parquet(?)", [paths]
            ).fetchall()
            found[f"{snapshot.key.billing_period:%Y-%m}"] = total
        return found


def months(report: IngestReport) -> list[int]:
    return [judged.key.billing_period.month for judged in report.promoted]


@pytest.fixture
def fill(bigquery: Server) -> Callable[..., None]:
    """Creates the table with an April and a May; the last hours of April are on May's invoice."""

    def create(kept_days: int | None = None) -> None:
        bigquery.create_table(*NAME, DETAILED, kept_days=kept_days)
        bigquery.insert_rows(*NAME, [row("202604", "2026-04-02T07:00:00Z", 10.25, 0.25)], "2026-04-02")
        bigquery.insert_rows(
            *NAME,
            [row("202604", "2026-04-20T07:00:00Z", 0.1), row("202604", "2026-04-20T08:00:00Z", 0.2)],
            "2026-04-21",
        )
        bigquery.insert_rows(*NAME, [row("202605", "2026-05-01T05:00:00Z", 7.5)], "2026-05-01")
        bigquery.insert_rows(*NAME, [row("202605", "2026-05-09T05:00:00Z", 1.5)], "2026-05-09")

    return create


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_the_invoice_month_decides_and_not_the_usage_date(fill: Callable[..., None], desk: Desk) -> None:
    fill()
    assert months(desk.ingest()) == [4, 5]
    # usage until 1 May 07:00 UTC is of April in California, and on the invoice that it was reported for
    assert desk.totals() == {"2026-04": Decimal("10.3"), "2026-05": Decimal(9)}


def test_only_the_months_that_grew_are_queried_again(bigquery: Server, fill: Callable[..., None], desk: Desk) -> None:
    fill()
    desk.ingest()
    before = len(bigquery.queries())
    assert months(desk.ingest()) == []
    assert len(bigquery.queries()) == before + 1, "the listing, which reads three columns"
    # a correction of April that arrives in June, in a partition of June
    bigquery.insert_rows(*NAME, [row("202604", "2026-04-20T08:00:00Z", -0.05)], "2026-06-03")
    before = len(bigquery.queries())
    assert months(desk.ingest()) == [4]
    _, reading = bigquery.queries()[before:]
    assert reading.startswith("select *") and "@first_partition" in reading
    assert desk.totals() == {"2026-04": Decimal("10.25"), "2026-05": Decimal(9)}


def test_what_the_queries_read_is_shown(
    bigquery: Server, fill: Callable[..., None], tmp_path: Path, check: Check
) -> None:
    fill()
    bigquery.bytes_processed = 7_000_000
    assert check(code=OK, table=URI)["table"] == (
        "ok", "format gcp_billing; 2 new and 0 known deliveries; looking read 7,000,000 bytes",
    )  # fmt: skip
    installation = Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")
    asset = build_raw_asset(installation.config.source("table"), billing_periods(dt.date(2026, 4, 1)))
    resources = {"installation": InstallationResource.of(installation)}
    result = dg.materialize([asset], resources=resources, tags=range_tags("2026-04-01", "2026-05-01"))
    (event, *_) = result.asset_materializations_for_node(asset.op.name)
    assert event.metadata["bytes scanned"].value == 21_000_000, "the listing and two months"


def test_a_month_whose_partitions_expire_stays_as_it_was_taken(
    bigquery: Server, fill: Callable[..., None], desk: Desk
) -> None:
    """A table of BigQuery's sandbox keeps 60 days: what goes would otherwise look like a smaller bill."""
    fill(kept_days=60)
    assert months(desk.ingest(dt.datetime(2026, 5, 10, tzinfo=dt.UTC))) == [4, 5]
    bigquery.drop_partitions(*NAME, before="2026-04-16")
    bigquery.insert_rows(
        *NAME, [row("202604", "2026-04-20T08:00:00Z", 5.0), row("202604", "2026-04-20T08:00:00Z", 6.0)], "2026-06-03"
    )
    bigquery.insert_rows(*NAME, [row("202605", "2026-05-20T08:00:00Z", 1.0)], "2026-06-03")
    report = desk.ingest(dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC))
    assert (months(report), report.problems, report.unchanged) == ([5], [], 1)
    assert report.notices == [
        "2026-04 stays as it was taken: the table keeps nothing from before 2026-04-16, so rows of it may be gone"
    ]
    assert desk.totals() == {"2026-04": Decimal("10.3"), "2026-05": Decimal(10)}


def test_half_a_month_is_never_taken_for_the_whole(bigquery: Server, fill: Callable[..., None], desk: Desk) -> None:
    fill(kept_days=60)
    bigquery.drop_partitions(*NAME, before="2026-04-16")
    report = desk.ingest(dt.datetime(2026, 6, 14, 12, tzinfo=dt.UTC))
    assert months(report) == [5]
    (problem,) = report.problems
    assert problem.billing_period == dt.date(2026, 4, 1)
    assert problem.message.startswith("2026-04 cannot be taken as a whole: the table keeps nothing from before 2026-04")


def test_rows_that_vanish_from_a_table_are_no_restatement(
    bigquery: Server, fill: Callable[..., None], desk: Desk
) -> None:
    """Google's own FOCUS table keeps two years without saying so in its metadata."""
    fill()
    desk.ingest()
    bigquery.drop_partitions(*NAME, before="2026-04-16")
    report = desk.ingest()
    assert (months(report), report.problems, report.unchanged) == ([], [], 2)
    assert report.notices == [
        "2026-04 stays as it was taken: the table has 2 rows of it where it had 3, and such a table only grows; "
        "another table is a source of another name"
    ]
    assert desk.totals()["2026-04"] == Decimal("10.3")
    bigquery.drop_partitions(*NAME, before="2026-05-01")
    assert desk.ingest().unchanged == 1
    assert desk.totals() == {"2026-04": Decimal("10.3"), "2026-05": Decimal(9)}, "a month that is gone stays too"
