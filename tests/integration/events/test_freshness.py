"""A source that is later than its provider normally is opens one incident, which its next delivery closes."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest

from cloudcost.installation import Installation
from ingestion.freshness import Freshness
from ingestion.ledger import Ledger
from ingestion.sections.sources import SourceConfig
from ingestion.snapshots import ControlTotal, Snapshot, SnapshotKey
from orchestration.defs.alerts.assets import incident_book
from orchestration.defs.ingestion.freshness import check_freshness, freshness_job, freshness_policy
from orchestration.resources.installation import InstallationResource

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / "cloudcost.yaml").write_text(
        "sources:\n"
        "  - {name: aws_prod, provider: aws, location: ./aws}\n"
        "  - {name: azure_ea, provider: azure, location: ./azure}\n"
        "  - {name: other, format: focus, location: ./focus, late_after_hours: 100}\n"
        "  - {name: never, provider: gcp, location: ./gcp}\n"
    )
    return Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")


def deliver(installation: Installation, source: str, at: dt.datetime, delivery: str = "d1") -> None:
    key = SnapshotKey(source, dt.date(2026, 11, 1), "cost")
    total = ControlTotal("USD", "billed_cost", Decimal(1), Decimal(0), 1)
    snapshot = Snapshot(key, delivery, "aws_cur2", "aws_cur2", (), 1, (total,), ())
    Ledger(installation.store, lambda: at).promote(snapshot)


def late(installation: Installation, now: dt.datetime) -> list[str]:
    return [found.source_name for found in check_freshness(installation, incident_book(installation), now)]


def test_each_provider_is_given_its_own_time(installation: Installation) -> None:
    for source in ("aws_prod", "azure_ea", "other"):
        deliver(installation, source, NOON)
    seen = {hours: late(installation, NOON + hours * HOUR) for hours in (23, 24, 25, 48, 49, 100, 101)}
    assert seen == {
        23: [],
        24: [],
        25: ["aws_prod"],
        48: ["aws_prod"],
        49: ["aws_prod", "azure_ea"],
        100: ["aws_prod", "azure_ea"],
        101: ["aws_prod", "azure_ea", "other"],
    }


def test_one_incident_from_one_delivery_to_the_next(installation: Installation) -> None:
    deliver(installation, "aws_prod", NOON)
    book = incident_book(installation)
    for hours in (25, 30, 60):
        late(installation, NOON + hours * HOUR)
    (incident,) = book.list("open")
    assert incident.finding.title == "aws_prod: no new delivery for more than 24 hours"
    assert "The last one came at 2026-11-02 12:00 UTC" in incident.finding.summary
    deliver(installation, "aws_prod", NOON + 61 * HOUR, "d2")
    assert late(installation, NOON + 62 * HOUR) == []
    assert [(i.incident_id, i.state) for i in book.list()] == [(incident.incident_id, "resolved")]
    late(installation, NOON + 90 * HOUR)
    (second,) = book.list("open")
    assert second.incident_id != incident.incident_id


def test_the_job_runs_on_an_installation_without_deliveries(installation: Installation) -> None:
    resources = {"installation": InstallationResource.of(installation)}
    assert freshness_job.execute_in_process(resources=resources).success
    assert incident_book(installation).list() == []


def test_lateness_is_an_amount() -> None:
    found = Freshness("aws_prod", NOON, dt.timedelta(hours=24))
    assert found.lateness(NOON + 30 * HOUR) == dt.timedelta(hours=6)
    assert Freshness("aws_prod", None, dt.timedelta(0)).lateness(NOON) == dt.timedelta(0)


def test_dagsters_own_policy_has_the_same_window() -> None:
    policy = freshness_policy(SourceConfig(name="a", location="./a", late_after_hours=30))
    assert policy == dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(hours=30))
