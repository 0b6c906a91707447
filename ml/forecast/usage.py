"""The forecast of one usage series: cleaned of one-off peaks, model chosen in a rolling-origin back-test.

The back-test forecasts the last two times 28 days from what was known before them. The model with the smallest summed
absolute error is used, and its interval widths are scaled so that 80 % of the back-test's days would have been inside.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.forecast.models import (
    SEASON,
    Model,
    Prediction,
    Values,
    list_candidates,
    predict_constant,
    predict_mean,
    try_predict,
)

FOLDS, FOLD_DAYS = 2, 28
# the back-test only compares models: a quarter of training ranks them as well as a year does, in a third of the time
FOLD_TRAINING_DAYS = 13 * SEASON
# a back-test of 56 days is a small sample: it may widen intervals, up to a limit, but never narrow them
NARROWEST, WIDEST = 1.0, 3.0
OUTLIER_DEVIATIONS, OUTLIER_PERCENT, MOST_OUTLIERS = 6.0, 20.0, 0.05


@dataclass(frozen=True)
class UsageForecast:
    """A prediction, its model, and the model's back-test error (sum of |error| / sum of |actual|; NaN without one)."""

    prediction: Prediction
    model: str
    backtest_wape: float


def forecast_usage(values: Values, horizon: int) -> UsageForecast:
    """Forecast daily usage that starts with its first cost and has 7 or more days; never below zero if it never was."""
    if not values[-4 * SEASON :].any() and len(values) >= 4 * SEASON:
        return UsageForecast(predict_constant(values, horizon), "Ended", np.nan)
    if np.ptp(values[-8 * SEASON :]) == 0:
        return UsageForecast(predict_constant(values, horizon), "Constant", np.nan)
    best, error, widen = _choose_model(values)
    found = try_predict(best, values, horizon) if best else None
    if best is None or found is None:
        return UsageForecast(_clip(predict_mean(values[-4 * SEASON :], horizon), values), "Mean", np.nan)
    prediction = Prediction(found.mean, found.half_80 * widen, found.half_95 * widen)
    return UsageForecast(_clip(prediction, values), best.name, error)


def split_outliers(values: Values) -> tuple[Values, Values]:
    """Split a series into its normal course and one-off peaks or gaps (their sum is the series).

    A day is one-off when it is far from the weekday-adjusted median of the 15 days around it, by spread and by percent.
    When that is true of more than 1 day in 20 it is the series' nature, and nothing is split off. A step to a new level
    stays, because the median follows it.
    """
    if len(values) < 4 * SEASON or not values.any():
        return values, np.zeros_like(values)
    unit = np.maximum(np.abs(_roll_median(values, SEASON)), 0.1 * np.abs(values).mean())
    weekday = np.arange(len(values)) % SEASON
    rhythm = (values - _roll_median(values, SEASON)) / unit
    rhythm = np.array([np.median(rhythm[weekday == day]) for day in range(SEASON)])[weekday]
    # without the week's rhythm the median of a step is a step
    calm = values - rhythm * unit
    trend = _roll_median(calm, 15)
    rest = (calm - trend) / unit
    spread = 1.4826 * np.median(np.abs(rest))
    far = (np.abs(rest) > OUTLIER_DEVIATIONS * spread) & (np.abs(rest) > OUTLIER_PERCENT / 100)
    if not far.any() or far.mean() > MOST_OUTLIERS:
        return values, np.zeros_like(values)
    normal = np.where(far, trend + rhythm * unit, values)
    if values.min() >= 0:
        normal = np.maximum(normal, 0.0)
    return normal, values - normal


def _roll_median(values: Values, days: int) -> Values:
    """The median of the days around each day, of at least half of them at the ends."""
    return pd.Series(values).rolling(days, center=True, min_periods=days // 2 + 1).median().to_numpy()


def _choose_model(values: Values) -> tuple[Model | None, float, float]:
    """The best model in the back-test, its relative error, and the factor for its interval widths."""
    candidates = list_candidates(len(values))
    if len(candidates) < 2:
        return (candidates[0] if candidates else None), np.nan, 1.0
    length = FOLD_DAYS if len(values) >= (FOLDS + 1) * FOLD_DAYS else 2 * SEASON
    folds = FOLDS if len(values) >= (FOLDS + 1) * length else 1
    origins = [len(values) - fold * length for fold in range(folds, 0, -1)]
    actual = np.concatenate([values[origin : origin + length] for origin in origins])
    best: tuple[Model | None, float, float] = (None, np.nan, 1.0)
    lowest = np.inf
    for model in candidates:
        tries = [
            try_predict(model, values[max(0, origin - FOLD_TRAINING_DAYS) : origin], length)
            for origin in origins
            if origin >= model.min_days
        ]
        done = [one for one in tries if one is not None]
        if len(done) < len(origins):
            continue
        errors = np.abs(actual - np.concatenate([one.mean for one in done]))
        # equal within rounding is a tie, and a tie goes to the simpler model
        if errors.sum() < lowest * (1 - 1e-6):
            lowest = float(errors.sum())
            best = (model, _divide(lowest, float(np.abs(actual).sum())), _scale_width(errors, done))
    return best


def _scale_width(errors: Values, done: list[Prediction]) -> float:
    """How much wider the 80 % interval should have been to hold 80 % of the back-test's days."""
    halves = np.concatenate([one.half_80 for one in done])
    if not (halves > 0).all():
        return 1.0
    return float(np.clip(np.quantile(errors / halves, 0.8), NARROWEST, WIDEST))


def _clip(prediction: Prediction, values: Values) -> Prediction:
    """Keep the expected value from going below zero where the history never did."""
    if values.min() < 0:
        return prediction
    return Prediction(np.maximum(prediction.mean, 0.0), prediction.half_80, prediction.half_95)


def _divide(top: float, bottom: float) -> float:
    return top / bottom if bottom else np.nan
