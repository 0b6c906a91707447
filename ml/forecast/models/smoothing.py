"""Exponential smoothing of many series at once: every series runs through a grid of parameters side by side.

Additive Holt-Winters with a damped trend (Gardner and McKenzie, 1985) and the theta method's half drift (Hyndman and
Billah, 2003). The parameters are chosen by the squared error one step ahead, up to each origin, so that one pass over
the history serves the back-test and the forecast.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from ml.forecast.models.simple import Matrix

ALPHAS = (0.03, 0.1, 0.2, 0.35, 0.55, 0.8, 0.98)
GAMMAS = (0.02, 0.1, 0.3)
TRENDS = ((0.0, 1.0), (0.1, 0.9))  # (share of alpha, damping per period)
CHUNK_CELLS = 200_000


@dataclass(frozen=True)
class Grid:
    """The parameter sets that run side by side; each a row vector (1, sets)."""

    alpha: Matrix
    beta: Matrix
    gamma: Matrix
    damping: Matrix

    @classmethod
    def make(cls, season: int) -> "Grid":
        """The grid for a season; without a season nothing is seasonal."""
        gammas = GAMMAS if season > 1 else (0.0,)
        rows = [(a, a * share, g * (1 - a), d) for a, g, (share, d) in product(ALPHAS, gammas, TRENDS)]
        alpha, beta, gamma, damping = (np.array([column]) for column in zip(*rows, strict=True))
        return cls(alpha, beta, gamma, damping)


def smooth(values: Matrix, horizon: int, season: int, origins: list[int]) -> tuple[Matrix, Matrix]:
    """Holt-Winters and theta forecasts from each origin; two arrays (origins, series, horizon).

    An origin is the number of periods known. A series needs two seasons and 4 periods before an origin, else NaN.
    """
    grid = Grid.make(season)
    size = max(1, CHUNK_CELLS // (grid.alpha.shape[1] * max(1, season // 8)))
    parts = [
        _smooth_chunk(values[first : first + size], horizon, season, origins, grid)
        for first in range(0, len(values), size)
    ]
    return np.concatenate([p[0] for p in parts], axis=1), np.concatenate([p[1] for p in parts], axis=1)


def _smooth_chunk(values: Matrix, horizon: int, season: int, origins: list[int], grid: Grid) -> tuple[Matrix, Matrix]:
    series, periods = values.shape
    sets = grid.alpha.shape[1]
    start = np.where(np.isfinite(values).any(axis=1), np.isfinite(values).argmax(axis=1), periods)
    level, seasonal = _start_states(values, start, season)
    level = np.repeat(level[:, None], sets, axis=1)
    trend = np.zeros((series, sets))
    seasonal = np.repeat(seasonal[:, :, None], sets, axis=2)
    error = np.zeros((series, sets))
    known = np.isfinite(values)
    holt, theta = (np.full((len(origins), series, horizon), np.nan) for _ in range(2))
    wanted = {origin: number for number, origin in enumerate(origins)}
    first = int(start.min()) if series else periods
    # the start values know the first two seasons; they must not judge the parameters
    warm = start + 2 * season
    for period in range(first, periods + 1):
        if period in wanted:
            ready = period - start >= max(2 * season, 4)
            number = wanted[period]
            holt[number], theta[number] = _project(
                values[:, :period], horizon, season, period, grid, (level, trend, seasonal, error), start
            )
            holt[number, ~ready] = np.nan
            theta[number, ~ready] = np.nan
        if period == periods:
            break
        phase = period % season
        damped = grid.damping * trend
        here = seasonal[:, phase]
        base = level + damped
        surprise = values[:, period : period + 1] - base - here
        if not known[:, period].all():
            surprise = np.where(known[:, period : period + 1], surprise, 0.0)
        level = base + grid.alpha * surprise
        trend = damped + grid.beta * surprise
        if season > 1:
            seasonal[:, phase] = here + grid.gamma * surprise
        error += np.where((period >= warm)[:, None], surprise * surprise, 0.0)
    return holt, theta


def _start_states(values: Matrix, start: np.ndarray, season: int) -> tuple[Matrix, Matrix]:
    """Level and seasonal offsets (by phase of the absolute period) from the first two seasons of each series."""
    series, periods = values.shape
    span = np.minimum(2 * season, np.maximum(periods - start, 1))
    columns = start[:, None] + np.arange(2 * season)[None, :]
    inside = (np.arange(2 * season)[None, :] < span[:, None]) & (columns < periods)
    taken = np.where(inside, np.take_along_axis(values, np.minimum(columns, periods - 1), axis=1), 0.0)
    taken = np.nan_to_num(taken)
    level = taken.sum(axis=1) / np.maximum(inside.sum(axis=1), 1)
    seasonal = np.zeros((series, season))
    if season > 1:
        offset = np.where(inside, taken - level[:, None], 0.0) / 2
        np.add.at(seasonal, (np.arange(series)[:, None], columns % season), offset)
    return level, seasonal


def _project(
    known: Matrix,
    horizon: int,
    season: int,
    period: int,
    grid: Grid,
    states: tuple[Matrix, Matrix, Matrix, Matrix],
    start: np.ndarray,
) -> tuple[Matrix, Matrix]:
    """The forecasts of each series' best set; theta is the best set without a trend plus half the linear drift."""
    level, trend, seasonal, error = states
    rows = np.arange(len(level))
    ahead = np.arange(1, horizon + 1)
    phases = (period + ahead - 1) % season
    best = error.argmin(axis=1)
    damping = grid.damping[0, best][:, None]
    growth = np.where(damping < 1, damping * (1 - damping**ahead) / np.where(damping < 1, 1 - damping, 1), ahead)
    holt = level[rows, best][:, None] + growth * trend[rows, best][:, None]
    holt += seasonal[rows[:, None], phases[None, :], best[:, None]]
    still = np.where(grid.beta > 0, np.inf, error).argmin(axis=1)
    theta = level[rows, still][:, None] + 0.5 * _find_slope(known, start)[:, None] * ahead
    theta += seasonal[rows[:, None], phases[None, :], still[:, None]]
    return holt, theta


def _find_slope(known: Matrix, start: np.ndarray) -> Matrix:
    """The least-squares slope of each series over all its known periods."""
    inside = np.isfinite(known)
    count = inside.sum(axis=1)
    time = np.arange(known.shape[1], dtype=np.float64)[None, :]
    values = np.nan_to_num(known)
    middle = np.divide((inside * time).sum(axis=1), count, out=np.zeros(len(known)), where=count > 0)
    centred = np.where(inside, time - middle[:, None], 0.0)
    power = (centred**2).sum(axis=1)
    return np.divide((centred * values).sum(axis=1), power, out=np.zeros(len(known)), where=power > 0)
