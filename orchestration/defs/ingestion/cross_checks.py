"""The optional second opinion: daily totals of the warehouse against the provider's own cost service."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

import dagster as dg

from cloudcost.installation import Installation
from clouds.azure.management import CostManagement
from core.errors import LocationError
from core.instants import utc_now
from ingestion.cross_check import DailyTotals, compare_days
from ingestion.judging import cost_explorer
from ingestion.locations import azure_query
from ingestion.sections.sources import SourceConfig
from orchestration.resources.installation import InstallationResource

DAILY = dg.AssetKey(["marts", "fct_cost_daily"])
#: The last days are still filling on both sides; a week before them is compared.
SETTLED_AFTER_DAYS = 3
WINDOW_DAYS = 7
#: Cost services round what they show; a cent a day is no difference.
TOLERANCE = Decimal("0.01")


def build_cross_checks(sources: Sequence[SourceConfig]) -> list[dg.AssetChecksDefinition]:
    """A check per source that asks for one (`cross_check:`)."""
    return [build_cross_check(source) for source in sources if source.cross_check is not None]


def build_cross_check(source: SourceConfig) -> dg.AssetChecksDefinition:
    """The check of one source; it warns and never stops a run, because the cost service is no better a witness."""

    @dg.asset_check(
        asset=DAILY,
        name=f"matches_{source.cross_check}__{source.name}",
        blocking=False,
        pool="warehouse",
        description=f"Billed cost per day of `{source.name}` against the provider's own cost service, for "
        f"{WINDOW_DAYS} days that are {SETTLED_AFTER_DAYS} days old or more.",
    )
    def matches_provider(installation: InstallationResource) -> dg.AssetCheckResult:
        last = utc_now().date() - dt.timedelta(days=SETTLED_AFTER_DAYS)
        return check_days(installation.open(), source, last - dt.timedelta(days=WINDOW_DAYS - 1), last)

    return matches_provider


def check_days(installation: Installation, source: SourceConfig, first: dt.date, last: dt.date) -> dg.AssetCheckResult:
    """Compare the days from ``first`` to ``last``; a service that cannot be reached is a warning, not an agreement."""
    try:
        stated = ask_provider(installation, source, first, last)
    except LocationError as error:
        return dg.AssetCheckResult(
            passed=False, severity=dg.AssetCheckSeverity.WARN, metadata={"not compared": str(error)}
        )
    differing = compare_days(read_warehouse(installation, source.name, first, last), stated, TOLERANCE)
    return dg.AssetCheckResult(
        passed=not differing,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "days compared": len(stated),
            "differing": len(differing),
            "differences": [difference.described for difference in differing],
        },
    )


def ask_provider(installation: Installation, source: SourceConfig, first: dt.date, last: dt.date) -> DailyTotals:
    """What the provider's cost service states."""
    if source.cross_check == "cost_explorer":
        return cost_explorer.read_daily_totals(first, last, source.access.aws, installation.environ)
    scope = source.access.azure.query_scope or ""
    service = CostManagement(scope, source.access.azure, environ=installation.environ)
    return azure_query.read_daily_totals(service, first, last)


def read_warehouse(installation: Installation, source_name: str, first: dt.date, last: dt.date) -> DailyTotals:
    """What the warehouse says."""
    with installation.warehouse.connect(read_only=True) as connection:
        rows = connection.execute(
            "select charge_date, billing_currency, sum(billed_cost) from marts.fct_cost_daily "
            "where source_name = ? and charge_date between ? and ? group by 1, 2",
            [source_name, first, last],
        ).fetchall()
    return {(day, currency): total for day, currency, total in rows}
