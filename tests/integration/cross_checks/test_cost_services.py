"""Daily totals of a warehouse against Cost Explorer: agreement, a difference, and a service that refuses."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from cloudcost.installation import Installation
from clouds.access import AwsAccess
from ingestion.judging.cost_explorer import read_daily_totals
from ingestion.sections.sources import SourceConfig
from orchestration.defs.ingestion.cross_checks import check_days
from tests.peers.aws_services import AwsServices, Fault
from tests.peers.patience import HandClock, quick_politeness
from warehouse import WAREHOUSE_FILE

FIRST, LAST = dt.date(2026, 10, 1), dt.date(2026, 10, 4)
STATED = {1: "10.1234567891", 2: "20.5", 3: "0", 4: "7.7"}


@pytest.fixture
def explorer(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsServices]:
    def answer(request: dict[str, Any]) -> dict[str, Any]:
        assert request["TimePeriod"] == {"Start": "2026-10-01", "End": "2026-10-05"}, "the end is not included"
        days = [1, 2] if "NextPageToken" not in request else [3, 4]
        results = [
            {
                "TimePeriod": {"Start": f"2026-10-{day:02d}", "End": f"2026-10-{day + 1:02d}"},
                "Total": {"UnblendedCost": {"Amount": STATED[day], "Unit": "USD"}},
                "Estimated": day == 4,
            }
            for day in days
        ]
        return {"ResultsByTime": results, **({"NextPageToken": "2"} if days == [1, 2] else {})}

    with AwsServices() as services:
        monkeypatch.setenv("AWS_ENDPOINT_URL_COST_EXPLORER", services.url)
        services.on("ce", "GetCostAndUsage", answer)
        yield services


@pytest.fixture
def source() -> SourceConfig:
    return SourceConfig(name="aws_prod", provider="aws", location="s3://exports/cur", cross_check="cost_explorer")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A warehouse with nothing in it but the totals of three days."""
    (tmp_path / "cloudcost.yaml").write_text("sources: [{name: aws_prod, location: ./x}]\n")
    with duckdb.connect(str(tmp_path / WAREHOUSE_FILE)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_cost_daily as select * from (values "
            "('aws_prod', date '2026-10-01', 'USD', 4.1234567891::decimal(38, 12)), "
            "('aws_prod', date '2026-10-01', 'USD', 6.0), ('aws_prod', date '2026-10-02', 'USD', 20.495), "
            "('other', date '2026-10-02', 'USD', 99)) as t (source_name, charge_date, billing_currency, billed_cost)"
        )
    return Installation(tmp_path / "cloudcost.yaml", tmp_path)


def test_totals_come_from_all_pages_and_without_estimates(explorer: AwsServices) -> None:
    clock = HandClock()
    explorer.faults.append(Fault(400, "LimitExceededException", {"retry-after": "3"}))
    totals = read_daily_totals(FIRST, LAST, AwsAccess(), {}, quick_politeness(clock))
    assert totals == {(dt.date(2026, 10, day), "USD"): Decimal(STATED[day]) for day in (1, 2, 3)}
    assert clock.slept == [3.5]


def test_days_that_agree(explorer: AwsServices, source: SourceConfig, installation: Installation) -> None:
    result = check_days(installation, source, FIRST, LAST)
    assert (result.passed, result.metadata["days compared"].value) == (True, 3)


def test_a_day_that_differs_is_a_warning(
    explorer: AwsServices, source: SourceConfig, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STATED, 3, "0.02")
    result = check_days(installation, source, FIRST, LAST)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert result.metadata["differences"].value == ["2026-10-03 USD: warehouse 0, provider 0.02"]


def test_a_service_that_refuses_is_no_agreement(
    explorer: AwsServices, source: SourceConfig, installation: Installation
) -> None:
    explorer.faults.append(Fault(400, "AccessDeniedException"))
    result = check_days(installation, source, FIRST, LAST)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)
    text = str(result.metadata["not compared"].value)
    assert "may not ce:GetCostAndUsage on daily totals" in text and "hunter2" not in text
