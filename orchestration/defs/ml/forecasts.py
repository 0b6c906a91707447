"""Forecasts, anomalies and recommendations: read from the marts, scored by the pure functions of ml/, written back."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import pandas as pd

from alerts.findings import describe_worse_forecasts
from cloudcost.analytics.forecasting import FORECAST_TABLES, bring_forecasts_up_to_date
from cloudcost.analytics.readiness import list_waiting
from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.installation import Installation
from core.instants import utc_now
from orchestration.defs.alerts.assets import incident_book
from orchestration.defs.warehouse.checks import RECONCILIATION
from orchestration.resources.installation import InstallationResource
from orchestration.written_specs import written_spec

COST_DAILY = dg.AssetKey(["marts", "fct_cost_daily"])
COSTS_CHANGED = dg.AssetKey(["intermediate", "int_costs__changed"])

_DAILY = """
select charge_date, billing_currency, service_provider_name, sub_account_id, max(sub_account_name) as sub_account_name,
    service_name, region_id, x_usage_type, charge_category, charge_frequency,
    x_team, x_environment,
    cast(sum(effective_cost) as double precision) as effective_cost,
    cast(sum(billed_cost) as double precision) as billed_cost,
    cast(sum(case when commitment_discount_status = 'Used' then contracted_cost - effective_cost else 0 end)
        as double precision) as commitment_saving
from marts.fct_cost_daily
where {condition}
group by charge_date, billing_currency, service_provider_name, sub_account_id, service_name, region_id, x_usage_type,
    charge_category, charge_frequency, x_team, x_environment
order by charge_date, billing_currency, service_provider_name, sub_account_id nulls last, service_name,
    region_id nulls last, x_usage_type nulls last, charge_category, charge_frequency, x_team nulls last,
    x_environment nulls last
"""


def read_daily_costs(installation: Installation, days: ScoredDays, query: str = _DAILY) -> pd.DataFrame:
    """Daily costs as analytics read them: floats, for models and not for sums of money."""
    with installation.warehouse.connect(read_only=True) as connection:
        return connection.execute(query.format(condition=days.condition("charge_date"))).df()


def last_charge_date(daily: pd.DataFrame) -> dt.date | None:
    """The day that scoring stands on: the last day of usage in the data, so that the same data scores the same."""
    usage = daily.loc[daily["charge_category"] == "Usage", "charge_date"]
    return None if usage.empty else pd.Timestamp(usage.max()).date()


@dg.multi_asset(
    name="cost_forecasts",
    specs=[
        written_spec(
            "ml", name, [COST_DAILY, RECONCILIATION, COSTS_CHANGED], "ml", {"python", "statsforecast", "scikitlearn"}
        )
        for name in FORECAST_TABLES
    ],
    pool="warehouse",
)
def cost_forecasts(installation: InstallationResource) -> Iterator[dg.MaterializeResult]:
    """Replaces the forecasts, and adds to the history of those made before; the same data gives the same rows."""
    opened, days = installation.open(), ScoredDays.until(utc_now().date())
    daily = read_daily_costs(opened, days)
    counts, facts = bring_forecasts_up_to_date(opened, daily, last_charge_date(daily), days)
    for name in FORECAST_TABLES:
        yield dg.MaterializeResult(asset_key=["ml", name], metadata={"dagster/row_count": counts[name], **facts})


@dg.asset_check(
    asset=["ml", "forecast_runs"],
    name="forecast_accuracy_holds",
    pool="warehouse",
    description="Error and interval coverage of the back-test against the median of the last ten runs; a drop opens an "
    "incident and blocks nothing.",
)
def forecast_accuracy_holds(installation: InstallationResource) -> dg.AssetCheckResult:
    """Compares the newest run with those before it."""
    from cloudcost.analytics.forecasting import judge_last_run

    opened, days = installation.open(), ScoredDays.until(utc_now().date())
    run, problem = judge_last_run(opened, days)
    if run and problem:
        incident_book(opened).open(describe_worse_forecasts(run, problem))
    return dg.AssetCheckResult(
        passed=not problem,
        severity=dg.AssetCheckSeverity.WARN,
        description=problem or "; ".join(list_waiting(opened, days)) or None,
        metadata={**run, "problem": problem or "none"},
    )
