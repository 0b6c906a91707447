"""A back-fill of many months is one run per source; the daily run also takes what an event's run left behind."""

import datetime as dt
from pathlib import Path

import dagster as dg
import pytest

from cloudcost.installation import Installation
from orchestration.defs.ingestion.assets import build_raw_asset, raw_key
from orchestration.defs.pipeline.jobs import daily_cost_schedule, range_tags
from orchestration.partitions import billing_periods
from orchestration.resources.installation import InstallationResource
from tests.unit.ingestion.exports import cur_rows, write_csv

FIRST = dt.date(2025, 1, 1)


def months(count: int) -> list[dt.date]:
    return [dt.date(2025 + n // 12, n % 12 + 1, 1) for n in range(count)]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    for period in months(20):
        write_csv(tmp_path / "payer" / f"{period}.csv", cur_rows(["1.5", f"{period.month}.25"], period))
    (tmp_path / "cloudcost.yaml").write_text(
        "sources:\n  - {name: payer, provider: aws, location: payer}\n  - {name: gone, provider: aws, location: gone}\n"
    )
    return Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")


def test_twenty_months_are_one_run(installation: Installation) -> None:
    asset = build_raw_asset(installation.config.source("payer"), billing_periods(FIRST))
    resources = {"installation": InstallationResource.of(installation)}
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [asset], instance=instance, resources=resources, tags=range_tags("2025-01-01", "2026-06-01")
        )
        assert result.success
        assert len(instance.get_runs()) == 1
        done = instance.get_materialized_partitions(raw_key("payer"))
    assert done == {f"{period}" for period in months(18)}, "each month of the range is marked, no other"
    taken = [s.key.billing_period for s, _ in installation.ledger.current_snapshots()]
    assert taken == months(18), "and nothing outside the range was taken"


def test_dagster_gives_a_back_fill_to_one_run(installation: Installation) -> None:
    """What the daemon goes by when somebody asks for many partitions of a source."""
    for source in installation.config.sources:
        asset = build_raw_asset(source, billing_periods(FIRST))
        assert asset.backfill_policy == dg.BackfillPolicy.single_run()


def test_the_daily_run_reaches_back_to_what_waits(installation: Installation) -> None:
    resources = {"installation": InstallationResource.of(installation)}

    def evaluate() -> dict[str, str]:
        at = dt.datetime(2026, 11, 2, 6, tzinfo=dt.UTC)
        with dg.build_schedule_context(scheduled_execution_time=at, resources=resources) as context:
            data = daily_cost_schedule.evaluate_tick(context)
        (request,) = data.run_requests or []
        assert request.run_key == "2026-11-02"
        return {k: v for k, v in request.tags.items() if "range" in k}

    first = installation.ingestor()
    first.scan(installation.source("payer"))
    assert evaluate() == range_tags("2025-01-01", "2026-11-01"), "a source that is not there hides no other"
    first.ingest(installation.source("payer"))
    assert evaluate() == range_tags("2026-10-01", "2026-11-01")
    write_csv(installation.config_path.parent / "payer" / "2026-03-01.csv", cur_rows(["9"], dt.date(2026, 3, 1)))
    first.scan(installation.source("payer"))
    assert evaluate() == range_tags("2026-03-01", "2026-11-01")
