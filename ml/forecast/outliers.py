"""One-off peaks and gaps of daily usage, apart from its normal course."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Values = npt.NDArray[np.float64]
SEASON = 7
OUTLIER_DEVIATIONS, OUTLIER_PERCENT, MOST_OUTLIERS = 6.0, 20.0, 0.05


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
