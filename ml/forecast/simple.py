"""Simple forecasts of many series at once, each a few array operations: the floor every better model must beat.

Shapes: `values` (series, periods), right-aligned, NaN before a series starts; every result (series, horizon), NaN where
a series is too short for the model.
"""

import warnings

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]


def repeat_last(values: Matrix, horizon: int) -> Matrix:
    """The last value for ever."""
    return np.repeat(values[:, -1:], horizon, axis=1)


def repeat_season(values: Matrix, horizon: int, season: int) -> Matrix:
    """The last season again and again."""
    if values.shape[1] < season:
        return np.full((len(values), horizon), np.nan)
    return values[:, -season:][:, np.arange(horizon) % season]


def average_seasons(values: Matrix, horizon: int, season: int, count: int) -> Matrix:
    """The mean of the last `count` seasons, phase by phase; of as many as there are where that is fewer, but two."""
    seasons = min(count, values.shape[1] // season)
    if seasons < 2:
        return np.full((len(values), horizon), np.nan)
    last = values[:, -seasons * season :].reshape(len(values), seasons, season)
    known = np.isfinite(last).sum(axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        mean = np.nanmean(last, axis=1)
    mean[(known < 2).any(axis=1)] = np.nan
    return mean[:, np.arange(horizon) % season]


def average_recent(values: Matrix, horizon: int, periods: int) -> Matrix:
    """The mean of the last `periods` for ever: what an intermittent series costs on average."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        mean = np.nanmean(values[:, -periods:], axis=1, keepdims=True)
    return np.repeat(mean, horizon, axis=1)
