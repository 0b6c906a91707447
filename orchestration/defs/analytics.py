"""Forecasts, anomalies and recommendations: read from the marts, scored by the pure functions of ml/, written back."""

import datetime as dt

import dagster as dg
import pandas as pd

from orchestration.defs.quality import RECONCILIATION
from orchestration.installation import Installation
from orchestration.resources.installation import InstallationResource

COST_DAILY = dg.AssetKey(["marts", "fct_cost_daily"])

_DAILY = """
select charge_date, billing_currency, service_provider_name, sub_account_id, max(sub_account_name) as sub_account_name,
    service_name, region_id, x_usage_type, charge_category, charge_frequency,
    cast(sum(effective_cost) as double precision) as effective_cost,
    cast(sum(billed_cost) as double precision) as billed_cost
from marts.fct_cost_daily
group by charge_date, billing_currency, service_provider_name, sub_account_id, service_name, region_id, x_usage_type,
    charge_category, charge_frequency
order by charge_date, billing_currency, service_provider_name, sub_account_id nulls last, service_name,
    region_id nulls last, x_usage_type nulls last, charge_category, charge_frequency
"""


def read_daily_costs(installation: Installation) -> pd.DataFrame:
    """Daily costs as analytics read them: floats, for models and not for sums of money."""
    with installation.warehouse.connect(read_only=True) as connection:
        return connection.execute(_DAILY).df()


def last_charge_date(daily: pd.DataFrame) -> dt.date | None:
    """The day that scoring stands on: the last day of usage in the data, so that the same data scores the same."""
    usage = daily.loc[daily["charge_category"] == "Usage", "charge_date"]
    return None if usage.empty else pd.Timestamp(usage.max()).date()


@dg.asset(
    key=["ml", "cost_forecasts"],
    group_name="ml",
    kinds={"python", "statsforecast"},
    deps=[COST_DAILY, RECONCILIATION],
    pool="warehouse",
    description="Daily cost forecasts with 80 % and 95 % intervals for total, provider, account and service.",
)
def cost_forecasts(installation: InstallationResource) -> dg.MaterializeResult:
    """Replaces ml.cost_forecasts."""
    from ml.forecast.costs import ForecastSettings, forecast_costs

    opened = installation.open()
    daily = read_daily_costs(opened)
    as_of = last_charge_date(daily)
    if as_of is None:
        return dg.MaterializeResult(metadata={"dagster/row_count": 0, "reason": "there is no usage to forecast"})
    settings = ForecastSettings(horizon_days=opened.config.forecasts.horizon_days)
    result = forecast_costs(
        daily, as_of, settings=settings, default_immature_days=opened.config.forecasts.immature_days
    )
    rows = opened.warehouse.replace_table("ml", "cost_forecasts", result.forecasts)
    models = result.forecasts.groupby("model")["unique_id"].nunique().to_dict() if rows else {}
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows,
            "as_of": as_of.isoformat(),
            "series": int(result.forecasts["unique_id"].nunique()) if rows else 0,
            "series without forecast": len(result.skipped),
            "models": {str(k): int(v) for k, v in models.items()},
        }
    )


@dg.asset(
    key=["ml", "cost_anomalies"],
    group_name="ml",
    kinds={"python"},
    deps=[COST_DAILY, RECONCILIATION],
    pool="warehouse",
    description="Days whose cost surprised, merged per account and service, with amount, percent and causes.",
)
def cost_anomalies(installation: InstallationResource) -> dg.MaterializeResult:
    """Replaces ml.cost_anomalies."""
    from ml.anomaly.costs import detect_anomalies
    from ml.anomaly.settings import AnomalySettings

    opened = installation.open()
    config = opened.config.anomalies
    daily = read_daily_costs(opened)
    as_of = last_charge_date(daily)
    if as_of is None:
        return dg.MaterializeResult(metadata={"dagster/row_count": 0, "reason": "there is no usage to judge"})
    settings = AnomalySettings(
        min_amount=config.minimum_amount, min_percent=config.minimum_percent, lookback_days=config.open_days
    )
    result = detect_anomalies(
        daily, as_of, settings=settings, default_immature_days=opened.config.forecasts.immature_days
    )
    rows = opened.warehouse.replace_table("ml", "cost_anomalies", result.anomalies)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": rows,
            "as_of": as_of.isoformat(),
            "open": int(result.anomalies["is_open"].sum()) if rows else 0,
            "days judged": len(result.verdicts),
            "scopes not judged": len(result.skipped),
        }
    )
