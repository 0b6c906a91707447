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


def follow_last_year(values: Matrix, horizon: int, year: int, season: int) -> Matrix:
    """The same weeks a year before, moved by how much the level has changed since."""
    whole = year // season * season
    recent = 4 * season
    if values.shape[1] < whole + recent:
        return np.full((len(values), horizon), np.nan)
    now, then = values[:, -recent:].mean(axis=1), values[:, -whole - recent : -whole].mean(axis=1)
    return repeat_season(values, horizon, whole) + (now - then)[:, None]


def smooth_intermittent(values: Matrix, horizon: int, origins: list[int], rate: float = 0.1) -> tuple[Matrix, Matrix]:
    """Croston's method with Syntetos and Boylan's correction, and Teunter, Syntetos and Babai's; (origins, series,

    horizon) each. Both expect the same cost every period: size of a charge times how often one comes; only the second
    lets the frequency fall while nothing comes.
    """
    series = len(values)
    size, interval, chance = np.zeros(series), np.ones(series), np.zeros(series)
    waited, seen = np.ones(series), np.zeros(series, dtype=bool)
    made = np.full((2, len(origins), series), np.nan)
    wanted = {origin: number for number, origin in enumerate(origins)}
    for period in range(values.shape[1] + 1):
        if period in wanted:
            made[0, wanted[period]] = np.where(seen, (1 - rate / 2) * size / interval, np.nan)
            made[1, wanted[period]] = np.where(seen, chance * size, np.nan)
        if period == values.shape[1]:
            break
        here = values[:, period]
        known, came = np.isfinite(here), np.isfinite(here) & (here != 0)
        first = came & ~seen
        size = np.where(first, here, np.where(came, size + rate * (here - size), size))
        interval = np.where(first, waited, np.where(came, interval + rate * (waited - interval), interval))
        chance = np.where(first, 1 / waited, np.where(known & seen, chance + rate * (came - chance), chance))
        waited = np.where(came, 1.0, waited + known)
        seen |= came
    wide = np.repeat(made[:, :, :, None], horizon, axis=3)
    return wide[0], wide[1]
