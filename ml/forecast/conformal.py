"""Intervals from the errors the combination made in its back-test: no assumption on their distribution.

Errors are taken in units of their series' own typical error, so that many series share one estimate of how far errors
reach at each horizon (split conformal prediction: Vovk et al., 2005; Stankeviciute et al., 2021).
"""

from dataclasses import dataclass

import numpy as np

from ml.forecast.combine import Combined
from ml.forecast.plan import Plan
from ml.forecast.simple import Matrix


@dataclass(frozen=True)
class Intervals:
    """`half[level]`: half widths (series, horizon); `coverage[level]`: share of the back-test inside (series,)."""

    half: dict[float, Matrix]
    coverage: dict[float, Matrix]


def calibrate(values: Matrix, combined: Combined, plan: Plan, levels: tuple[float, ...]) -> Intervals:
    """Half widths per series and horizon."""
    residuals = np.abs(combined.residuals)
    horizon = residuals.shape[2]
    unit, held_out = _find_units(values, residuals, plan)
    half: dict[float, Matrix] = {}
    coverage: dict[float, Matrix] = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = residuals / held_out[:, :, None]
    for level in levels:
        shape = _find_shape(ratio, level, horizon)
        half[level] = unit[:, None] * shape[None, :]
        inside = residuals <= held_out[:, :, None] * shape
        known = np.isfinite(residuals)
        count = known.sum(axis=(0, 2))
        coverage[level] = np.where(count > 0, (inside & known).sum(axis=(0, 2)) / np.maximum(count, 1), np.nan)
    return Intervals(half, coverage)


def _find_units(values: Matrix, residuals: np.ndarray, plan: Plan) -> tuple[Matrix, Matrix]:
    """Each series' typical error, and the same from all origins but one (origins, series)."""
    folds = len(residuals)
    lag = plan.seasons[0]
    with np.errstate(invalid="ignore"):
        steps = np.abs(values[:, lag:] - values[:, :-lag]) if values.shape[1] > lag else np.abs(values[:, :0])
        inside = np.where(np.isfinite(steps).any(axis=1), np.nansum(steps, axis=1), np.nan)
        floor = inside / np.maximum(np.isfinite(steps).sum(axis=1), 1)
    sums, counts = np.nansum(residuals, axis=2), np.isfinite(residuals).sum(axis=2)
    total, number = sums.sum(axis=0), counts.sum(axis=0)
    unit = np.where(number > 0, total / np.maximum(number, 1), floor)
    held = np.empty((folds, len(values)))
    for fold in range(folds):
        rest = number - counts[fold]
        held[fold] = np.where(rest > 0, (total - sums[fold]) / np.maximum(rest, 1), floor)
    usual = np.nanmedian(unit) if np.isfinite(unit).any() else 0.0
    unit = np.where(np.isfinite(unit), unit, usual)
    return unit, np.where(np.isfinite(held), held, usual)


def _find_shape(ratio: np.ndarray, level: float, horizon: int) -> Matrix:
    """The level's quantile of the ratios at each horizon, from it and its neighbours."""
    shape = np.full(horizon, np.nan)
    for ahead in range(horizon):
        reach = max(1, horizon // 12)
        near = ratio[:, :, max(0, ahead - reach) : ahead + reach + 1]
        near = near[np.isfinite(near)]
        if len(near) >= 20:
            shape[ahead] = np.quantile(near, level / 100)
    if not np.isfinite(shape).any():
        from scipy.special import ndtri

        # mean absolute error of a normal distribution is 0.8 standard deviations
        return np.full(horizon, ndtri(0.5 + level / 200) / 0.7979) * np.sqrt(1 + np.arange(horizon) / 8)
    known = np.flatnonzero(np.isfinite(shape))
    shape = np.interp(np.arange(horizon), known, shape[known])
    beyond = np.arange(horizon) > known[-1]
    shape[beyond] = shape[known[-1]] * np.sqrt((np.arange(horizon)[beyond] + 1) / (known[-1] + 1))
    return shape
