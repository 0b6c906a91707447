"""What a forecast run reads beside the costs, and what it writes: lateness, events, history, accuracy, runs."""

import datetime as dt
import math
from typing import Any

import pandas as pd

from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.analytics.scored_inputs import count_kept, fingerprint_inputs
from cloudcost.installation import Installation
from warehouse.written_tables import find_written_table, write_tables

_CHANGES = """
select service_provider_name, charge_date, changed_at,
    cast(sum(new_effective_cost - old_effective_cost) as double precision) as difference
from intermediate.int_costs__changed
where {condition}
group by service_provider_name, charge_date, changed_at
"""


FORECAST_TABLES = ("cost_forecasts", "cost_forecast_horizons", "forecast_accuracy", "forecast_history", "forecast_runs")


def bring_forecasts_up_to_date(
    installation: Installation, daily: pd.DataFrame, as_of: dt.date | None, days: ScoredDays
) -> tuple[dict[str, int], dict[str, Any]]:
    """Write the tables of a forecast run; their rows, and the facts that their materialisations state.

    Models are weighed, intervals calibrated and parents reconciled over all series together, so one series that changed
    changes the others too: all are scored, or none where nothing changed since the tables were written, on this day.
    """
    warehouse = installation.warehouse
    if as_of is None:
        past = keep_past_forecasts(installation, days)
        return write_tables(warehouse, "ml", past), {"reason": "there is no usage to forecast"}
    inputs = read_inputs(installation, days)
    columns = [find_written_table("ml", name).columns.to_string() for name in FORECAST_TABLES]
    mark = fingerprint_inputs(daily, as_of, days, sorted(inputs.items()), columns)
    kept = count_kept(warehouse, "ml", FORECAST_TABLES, mark)
    if kept is not None:
        return kept, {"as_of": as_of.isoformat(), "reason": "nothing changed: the forecasts that are there stay"}
    tables, facts = score_forecasts(installation, daily, as_of, days, inputs)
    return write_tables(warehouse, "ml", {name: tables[name] for name in FORECAST_TABLES}, mark), facts


def read_inputs(installation: Installation, days: ScoredDays) -> dict[str, Any]:
    """What a forecast is made from beside the costs, as `forecast_costs` takes it."""
    from ml.forecast.costs import ForecastSettings

    settings = installation.config.forecasts
    return {
        "settings": ForecastSettings(horizon_days=settings.horizon_days),
        "immature_days": count_immature_days(installation, days),
        "default_immature_days": settings.immature_days,
        "events": list_events(installation),
    }


def score_forecasts(
    installation: Installation, daily: pd.DataFrame, as_of: dt.date, days: ScoredDays, inputs: dict[str, Any]
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables of a forecast run by name, and the facts that its materialisations state; ``inputs``: `read_inputs`.

    Past forecasts and runs that stand on a day that is not scored are left out, as the costs of such a day are.
    """
    from ml.forecast.accuracy import keep_history, score_history
    from ml.forecast.costs import forecast_costs

    result = forecast_costs(daily, as_of, **inputs)
    history = _read_scored(installation, "forecast_history", days)
    came = score_history(history, result.actuals, as_of)
    runs = _read_scored(installation, "forecast_runs", days)
    if not runs.empty:
        runs = runs[pd.to_datetime(runs["as_of_date"]).dt.date != as_of]
    accuracy = [part for part in (result.accuracy, came) if not part.empty]
    tables = {
        "cost_forecasts": result.forecasts,
        "cost_forecast_horizons": result.horizons,
        "forecast_accuracy": pd.concat(accuracy, ignore_index=True) if accuracy else result.accuracy,
        "forecast_history": keep_history(history, result.forecasts),
        "forecast_runs": pd.concat([runs, pd.DataFrame([result.run] if result.run else [])], ignore_index=True),
    }
    models = result.forecasts.groupby("model")["unique_id"].nunique().to_dict() if len(result.forecasts) else {}
    facts = {
        "as_of": as_of.isoformat(),
        "series": int(result.forecasts["unique_id"].nunique()),
        "series without forecast": len(result.skipped),
        "why": {str(reason): int(count) for reason, count in result.skipped["reason"].value_counts().items()},
        "models": {str(name): int(count) for name, count in models.items()},
        "immature days learnt": {name: int(days) for name, days in inputs["immature_days"].items()},
        "events that match nothing": list(result.unmatched_events),
        "run": {name: _as_plain(value) for name, value in result.run.items()},
    }
    return tables, facts


def keep_past_forecasts(installation: Installation, days: ScoredDays) -> dict[str, pd.DataFrame]:
    """The tables of a forecast run where there is nothing to forecast: what was forecast before stays, and no more."""
    past = {name: _read_scored(installation, name, days) for name in ("forecast_history", "forecast_runs")}
    return past | {name: pd.DataFrame() for name in ("cost_forecasts", "cost_forecast_horizons", "forecast_accuracy")}


def count_immature_days(installation: Installation, days: ScoredDays) -> dict[str, int]:
    """The days of each provider that are still filling, learnt from the history of changes."""
    from ml.lateness import learn_lateness

    query = _CHANGES.format(condition=days.condition("charge_date"))
    lateness = learn_lateness(_read_table(installation, "intermediate", "int_costs__changed", query))
    return dict(lateness.count_immature_days())


def list_events(installation: Installation) -> list[Any]:
    """The configured events, as the forecast takes them."""
    from ml.forecast.events import ForecastEvent

    return [
        ForecastEvent(
            name=event.name,
            start=event.start_date,
            end=event.end_date,
            scope=event.scope,
            percent=event.percent,
            daily_amount=event.daily_amount,
            ends_commitment=event.ends_commitment,
        )
        for event in installation.config.forecasts.events
    ]


def judge_last_run(installation: Installation, days: ScoredDays) -> tuple[dict[str, Any], str]:
    """The newest forecast run as plain values, and what is worse in it than in those before, if anything."""
    from ml.forecast.accuracy import find_drop

    runs = _read_scored(installation, "forecast_runs", days)
    if runs.empty:
        return {}, ""
    runs = runs.sort_values("as_of_date")
    newest = runs.iloc[-1].to_dict()
    return {name: _as_plain(value) for name, value in newest.items()}, find_drop(newest, runs.iloc[:-1])


def _read_scored(installation: Installation, name: str, days: ScoredDays) -> pd.DataFrame:
    """The rows of a table of ml that were scored on one of these days; null in columns that were not written then."""
    query = f"select * from ml.{name} where {days.condition('as_of_date')}"
    found = _read_table(installation, "ml", name, query)
    return found.reindex(columns=find_written_table("ml", name).columns.names)


def _read_table(installation: Installation, schema: str, name: str, query: str) -> pd.DataFrame:
    """A table of the warehouse, or no rows where it was never written."""
    with installation.warehouse.hold():
        if not installation.warehouse.has_table(schema, name):
            return pd.DataFrame()
        with installation.warehouse.connect(read_only=True) as connection:
            frame: pd.DataFrame = connection.execute(query).df()
    return frame


def _as_plain(value: Any) -> Any:
    """A value that Dagster's metadata can show; what is no number is none, because JSON has no NaN."""
    if isinstance(value, dt.date | pd.Timestamp):
        return value.isoformat()[:10]
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
