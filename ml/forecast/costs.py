"""Daily cost forecasts for every scope: usage and lumps together, with 80 and 95 % intervals.

Levels are forecast each on their own: the services of a provider do not add up to the provider's forecast exactly.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ml.errors import AnalyticsInputError
from ml.forecast.lumps import LumpForecast, forecast_lumps, forecast_repeated_excess
from ml.forecast.models import Z80, Z95, Values
from ml.forecast.usage import forecast_usage, split_outliers
from ml.series import DEFAULT_IMMATURE_DAYS, SCOPE_FIELDS, Level, SeriesSet, build_series

FORECAST_COLUMNS = (
    "forecast_id",
    "unique_id",
    "scope_level",
    *SCOPE_FIELDS,
    "billing_currency",
    "forecast_date",
    "forecast_cost",
    "lower_80",
    "upper_80",
    "lower_95",
    "upper_95",
    "model",
    "as_of_date",
    "training_days",
    "backtest_wape",
)
DEFAULT_LEVELS: tuple[Level, ...] = ("total", "provider", "account", "service")


@dataclass(frozen=True)
class ForecastSettings:
    """How far to look and what to learn from."""

    horizon_days: int = 90
    # one whole week: less cannot tell a weekend from a trend
    min_training_days: int = 7
    # a year and a month: older days say little about the next quarter and cost time
    max_training_days: int = 395


@dataclass(frozen=True)
class ForecastResult:
    """`forecasts` has FORECAST_COLUMNS, one row per series and day; `skipped` (unique_id, reason) what has none."""

    forecasts: pd.DataFrame
    skipped: pd.DataFrame


def forecast_costs(
    daily: pd.DataFrame,
    as_of: date,
    *,
    levels: Sequence[Level] = DEFAULT_LEVELS,
    settings: ForecastSettings | None = None,
    immature_days: Mapping[str, int] | None = None,
    default_immature_days: int = DEFAULT_IMMATURE_DAYS,
    measure: str = "effective_cost",
) -> ForecastResult:
    """Forecast every series of `levels` from the day after its last mature day to `horizon_days` after `as_of`.

    The same rows in any order give the same result. A series without a usable history is in `skipped`, with a reason.
    """
    settings = settings or ForecastSettings()
    if settings.horizon_days < 1 or settings.min_training_days < 2:
        raise AnalyticsInputError(f"a forecast needs a horizon of 1 day and 2 training days or more, got {settings}")
    frames: list[pd.DataFrame] = []
    skipped: list[pd.DataFrame] = []
    for level in levels:
        series = build_series(
            daily,
            level,
            as_of,
            immature_days=immature_days,
            default_immature_days=default_immature_days,
            measure=measure,
        )
        made, missing = _forecast_level(series, as_of, settings)
        frames.append(made)
        skipped += [series.skipped, missing]
    forecasts = [frame for frame in frames if len(frame)]
    return ForecastResult(
        pd.concat(forecasts, ignore_index=True) if forecasts else pd.DataFrame(columns=list(FORECAST_COLUMNS)),
        pd.concat(skipped, ignore_index=True) if skipped else pd.DataFrame(columns=["unique_id", "reason"]),
    )


def _forecast_level(series: SeriesSet, as_of: date, settings: ForecastSettings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The forecasts of one level, and the (unique_id, reason) of the series that have none."""
    lumps = dict(list(series.lumps.groupby("unique_id")))
    blocks: list[dict[str, np.ndarray]] = []
    reasons: dict[str, str] = {}
    for row, key in enumerate(series.keys.to_dict("records")):
        usage = series.take_usage(row)
        started = np.flatnonzero(usage)
        usage = usage[started[0] :] if len(started) else usage
        usage = usage[-settings.max_training_days :]
        if len(usage) < settings.min_training_days:
            reasons[key["unique_id"]] = f"{len(usage)} day(s) of cost, {settings.min_training_days} are needed"
            continue
        first, last = key["first_date"], key["last_date"]
        end = pd.Timestamp(as_of) + pd.Timedelta(days=settings.horizon_days)
        days = pd.date_range(last + pd.Timedelta(days=1), end)
        fees = forecast_lumps(lumps.get(key["unique_id"], series.lumps.iloc[:0]), first, last, days)
        blocks.append({"row": np.full(len(days), row)} | _forecast_days(usage, last, days, fees))
    missing = pd.DataFrame({"unique_id": list(reasons), "reason": list(reasons.values())}, dtype=object)
    if not blocks:
        return pd.DataFrame(columns=list(FORECAST_COLUMNS)), missing
    frame = pd.DataFrame({name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]})
    for column in ("unique_id", "scope_level", *SCOPE_FIELDS, "billing_currency"):
        frame[column] = series.keys[column].to_numpy()[frame["row"]]
    frame["as_of_date"] = as_of
    pairs = zip(frame["unique_id"], frame["forecast_date"], strict=True)
    frame["forecast_id"] = [_make_id(unique_id, as_of, day) for unique_id, day in pairs]
    return frame[list(FORECAST_COLUMNS)], missing


def _forecast_days(
    usage: Values, last: pd.Timestamp, days: pd.DatetimeIndex, fees: LumpForecast
) -> dict[str, np.ndarray]:
    """The forecast of one series as columns: its usage, the usage peaks of every month, and its lumps."""
    normal, excess = split_outliers(usage)
    learned = forecast_usage(normal, len(days))
    history = pd.date_range(end=last, periods=len(usage))
    peaks = pd.Series(excess, index=history)
    peak = forecast_repeated_excess(peaks[peaks != 0], history[0], last, days)
    extra, variance = fees.mean + peak.mean, fees.deviation**2 + peak.deviation**2
    mean = learned.prediction.mean + extra
    half_80 = np.sqrt(learned.prediction.half_80**2 + Z80**2 * variance)
    half_95 = np.sqrt(learned.prediction.half_95**2 + Z95**2 * variance)
    # usage cannot fall below zero, so neither can the cost below what the lumps alone may come to
    floor = extra - Z95 * np.sqrt(variance) if normal.min() >= 0 else np.full(len(days), -np.inf)
    return {
        "forecast_date": days.date,
        "forecast_cost": mean,
        "lower_80": np.maximum(mean - half_80, floor),
        "upper_80": mean + half_80,
        "lower_95": np.maximum(mean - half_95, floor),
        "upper_95": mean + half_95,
        "model": np.full(len(days), learned.model, dtype=object),
        "training_days": np.full(len(days), len(usage)),
        "backtest_wape": np.full(len(days), learned.backtest_wape),
    }


def _make_id(unique_id: str, as_of: date, day: date) -> str:
    """The same series, scoring day and forecast day always have the same id."""
    return hashlib.sha256(f"{unique_id}|{as_of.isoformat()}|{day.isoformat()}".encode()).hexdigest()[:24]
