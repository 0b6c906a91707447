"""Daily cost forecasts for every scope: usage and lumps together, with 80 and 95 % intervals, adding up exactly.

One panel forecasts the usage of every scope and of the finest series (a service within an account); they are reconciled
at the finest, events and lumps are laid on there, and every parent is the sum of its children.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ml.errors import AnalyticsInputError
from ml.forecast.accuracy import describe_run, list_backtests
from ml.forecast.engine import DEFAULT_SEED, PanelForecast
from ml.forecast.events import ForecastEvent, apply_events, measure_savings
from ml.forecast.horizons import list_horizons
from ml.forecast.intervals import Spread, spread_costs
from ml.forecast.lump_matrix import forecast_lump_matrix
from ml.forecast.models.simple import Matrix
from ml.forecast.panel import YEAR, CostPanel, build_panel
from ml.forecast.reconcile import reconcile, share_gap
from ml.forecast.usage import forecast_usage
from ml.frames import columns_of
from ml.series import DEFAULT_IMMATURE_DAYS, FINE_SCOPE_FIELDS, SCOPE_FIELDS, Level

FORECAST_COLUMNS = columns_of("cost_forecasts")
DEFAULT_LEVELS: tuple[Level, ...] = ("total", "provider", "account", "service", "team", "environment")


@dataclass(frozen=True)
class ForecastSettings:
    """How far to look and what to learn from."""

    horizon_days: int = 90
    # one whole week: less cannot tell a weekend from a trend
    min_training_days: int = 7
    # two years and a quarter: the same week of two years before is the oldest day that shows anything
    max_training_days: int = 820
    seed: int = DEFAULT_SEED


@dataclass(frozen=True)
class ForecastResult:
    """`forecasts` has FORECAST_COLUMNS, one row per series and day; `skipped` (unique_id, reason) what has none.

    `horizons`: per series the next day, the open month and quarter, and 12 months. `accuracy`: per series, its
    back-test. `run`: figures of the whole run, for checks. `actuals`: unique_id, charge_date, cost of every mature day.
    `unmatched_events`: names of events whose scope no series has.
    """

    forecasts: pd.DataFrame
    skipped: pd.DataFrame
    horizons: pd.DataFrame = field(default_factory=pd.DataFrame)
    accuracy: pd.DataFrame = field(default_factory=pd.DataFrame)
    actuals: pd.DataFrame = field(default_factory=pd.DataFrame)
    run: dict[str, Any] = field(default_factory=dict)
    unmatched_events: tuple[str, ...] = ()


def forecast_costs(
    daily: pd.DataFrame,
    as_of: date,
    *,
    levels: Sequence[Level] = DEFAULT_LEVELS,
    settings: ForecastSettings | None = None,
    immature_days: Mapping[str, int] | None = None,
    default_immature_days: int = DEFAULT_IMMATURE_DAYS,
    measure: str = "effective_cost",
    events: Sequence[ForecastEvent] = (),
) -> ForecastResult:
    """Forecast every series of `levels` from the day after its last mature day to `horizon_days` after `as_of`.

    The same rows in any order give the same result. A series without a usable history is in `skipped`, with a reason.
    Levels whose column `daily` does not have (team, environment) are left out.
    """
    settings = settings or ForecastSettings()
    if settings.horizon_days < 1 or settings.min_training_days < 2:
        raise AnalyticsInputError(f"a forecast needs a horizon of 1 day and 2 training days or more, got {settings}")
    panel = build_panel(
        daily, as_of, levels, settings.min_training_days, immature_days or {}, default_immature_days, measure
    )
    if panel.keys.empty:
        return ForecastResult(pd.DataFrame(columns=list(FORECAST_COLUMNS)), panel.skipped)
    usage = forecast_usage(panel, settings.horizon_days, settings.max_training_days, settings.seed)
    dated = usage.by_date
    finest, parents = panel.finest, panel.parents
    children = reconcile(dated[parents], dated[finest], panel.members, usage.error[parents], usage.error[finest])
    children = np.where(usage.never_negative[finest, None], np.maximum(children, 0.0), children)
    savings = measure_savings(daily, panel.keys.iloc[finest], as_of)
    changed, unmatched = apply_events(children, panel.keys.iloc[finest], panel.days, events, savings)
    lumps = forecast_lump_matrix(panel, usage.excess)
    costs = np.zeros_like(dated)
    extra, variance = np.zeros_like(dated), np.zeros_like(dated)
    for target, child in ((costs, changed + lumps.mean), (extra, lumps.mean), (variance, lumps.deviation**2)):
        target[finest] = child
        target[parents] = panel.members @ child
    _fit_loose_levels(panel, costs=costs, extra=extra, dated=dated, error=usage.error)
    spread = spread_costs(panel, usage, costs, extra, variance)
    frame = _list_rows(panel, usage.made, spread, costs, as_of, settings)
    shown = panel.keys["scope_level"].isin(levels).to_numpy()
    return ForecastResult(
        forecasts=frame,
        skipped=panel.skipped,
        horizons=list_horizons(panel, usage, costs, variance, as_of, shown),
        accuracy=list_backtests(panel, usage, as_of, shown),
        actuals=panel.list_actuals(shown),
        run=describe_run(panel, usage, as_of, settings.seed, YEAR),
        unmatched_events=tuple(unmatched),
    )


def _fit_loose_levels(panel: CostPanel, *, costs: Matrix, extra: Matrix, dated: Matrix, error: Matrix) -> None:
    """Teams and environments, which no finest series belongs to alone, add up to the total of their currency."""
    for level in ("team", "environment"):
        of_level = (panel.keys["scope_level"] == level).to_numpy()
        for currency in panel.keys.loc[of_level, "billing_currency"].unique():
            in_currency = (panel.keys["billing_currency"] == currency).to_numpy()
            parts = np.flatnonzero(of_level & in_currency)
            all_finest = panel.finest[in_currency[panel.finest]]
            extra[parts] = panel.loose_lumps[parts]
            costs[parts] = share_gap(dated[parts] + extra[parts], costs[all_finest].sum(axis=0), error[parts])


def _list_rows(
    panel: CostPanel, made: PanelForecast, spread: Spread, costs: Matrix, as_of: date, settings: ForecastSettings
) -> pd.DataFrame:
    """FORECAST_COLUMNS of every series that is shown, from the day after its last to the horizon."""
    end = pd.Timestamp(as_of) + pd.Timedelta(days=settings.horizon_days)
    shown = panel.keys["scope_level"].isin(panel.levels).to_numpy()
    last = panel.keys["last_date"].to_numpy()
    cells = shown[:, None] & (panel.days.to_numpy()[None, :] > last[:, None]) & (panel.days <= end)[None, :]
    row, column = np.nonzero(cells)
    frame = pd.DataFrame({"forecast_date": panel.days.date[column], "forecast_cost": costs[row, column]})
    for level in (80, 95):
        frame[f"lower_{level}"] = spread.lower[level][row, column]
        frame[f"upper_{level}"] = spread.upper[level][row, column]
        frame[f"backtest_coverage_{level}"] = made.backtest_coverage[level][row]
    frame["model"] = np.array(panel.name_models(made), dtype=object)[row]
    frame["training_days"] = panel.training_days[row]
    frame["backtest_wape"] = made.backtest_wape[row]
    for name in ("unique_id", "scope_level", *SCOPE_FIELDS, *FINE_SCOPE_FIELDS, "billing_currency"):
        frame[name] = panel.keys[name].to_numpy()[row]
    frame["as_of_date"] = as_of
    frame["days_ahead"] = (panel.days.to_numpy()[column] - last[row]).astype("timedelta64[D]").astype(np.int64)
    pairs = zip(frame["unique_id"], frame["forecast_date"], strict=True)
    frame["forecast_id"] = [_make_id(unique_id, as_of, day) for unique_id, day in pairs]
    return frame[list(FORECAST_COLUMNS)]


def _make_id(unique_id: str, as_of: date, day: date) -> str:
    """The same series, scoring day and forecast day always have the same id."""
    return hashlib.sha256(f"{unique_id}|{as_of.isoformat()}|{day.isoformat()}".encode()).hexdigest()[:24]
