"""Intervals from the errors the combination made in its back-test: no assumption on their distribution.

Errors are taken in units of their series' own typical error, so that many series share one estimate of how far errors
reach at each horizon (split conformal prediction: Vovk et al., 2005; Stankeviciute et al., 2021). The typical error of
an origin is that of the other origins, as it will be for the forecast.
"""

from dataclasses import dataclass

import numpy as np

from ml.forecast.models.combine import Combined
from ml.forecast.models.plan import Plan
from ml.forecast.models.simple import Matrix

LEAST_ERRORS = 20
RELATIVE_LIMITS = (0.3, 3.0)
# how many origins the panel's experience counts for beside a series' own
PRIOR_ORIGINS = 0.5
# the mean absolute error of a normal distribution in standard deviations
NORMAL_MEAN_ERROR = 0.7979


@dataclass(frozen=True)
class Calibration:
    """`unit`: typical error per series (series,); `shape[level]`: half width in units, per period ahead (horizon,).

    `signed`: error over unit (origins, series, horizon). `coverage[level]`: share of the back-test inside (series,).
    """

    levels: tuple[float, ...]
    unit: Matrix
    shape: dict[float, Matrix]
    signed: np.ndarray
    coverage: dict[float, Matrix]

    def widen(self, level: float, horizon: int) -> Matrix:
        """Half widths (series, horizon); beyond the back-test they grow with the square root of the horizon."""
        return self.unit[:, None] * _stretch(self.shape[level], horizon)[None, :]

    def widen_sum(self, level: float, periods: int) -> Matrix:
        """Half widths (series,) of the sum of the first `periods`: errors of days in a row go together."""
        judged = min(periods, self.signed.shape[2]) if self.signed.size else 0
        whole = self.signed[:, :, :judged].sum(axis=2) if judged else np.zeros(0)
        whole = np.abs(whole[np.isfinite(whole)])
        while judged > 1 and len(whole) < LEAST_ERRORS:
            judged -= 1
            whole = self.signed[:, :, :judged].sum(axis=2)
            whole = np.abs(whole[np.isfinite(whole)])
        if len(whole) < LEAST_ERRORS:
            return self.unit * _stretch(self.shape[level], periods).sum()
        # what lies further off than anything seen is taken to go on in the same direction
        return self.unit * float(np.quantile(whole, level / 100)) * (periods / judged)


def calibrate(values: Matrix, combined: Combined, plan: Plan, levels: tuple[float, ...]) -> Calibration:
    """Learn units and shapes from the back-test."""
    residuals = combined.residuals
    unit, held_out = _find_units(values, np.abs(residuals), plan)
    with np.errstate(invalid="ignore", divide="ignore"):
        signed = np.where(held_out[:, :, None] > 0, residuals / held_out[:, :, None], np.nan)
    known = np.isfinite(residuals)
    count = known.sum(axis=(0, 2))
    shape: dict[float, Matrix] = {}
    coverage: dict[float, Matrix] = {}
    for level in levels:
        shape[level] = _find_shape(np.abs(signed), level, plan.horizon)
        inside = (np.abs(residuals) <= held_out[:, :, None] * shape[level]) & known
        coverage[level] = np.where(count > 0, inside.sum(axis=(0, 2)) / np.maximum(count, 1), np.nan)
    return Calibration(levels, unit, shape, signed, coverage)


def _find_units(values: Matrix, errors: np.ndarray, plan: Plan) -> tuple[Matrix, Matrix]:
    """Each series' typical error, and the same from all origins but one (origins, series)."""
    lag = plan.seasons[0]
    steps = np.abs(values[:, lag:] - values[:, :-lag]) if values.shape[1] > lag else np.abs(values[:, :0])
    inside = np.isfinite(steps).sum(axis=1)
    naive = np.divide(np.nansum(steps, axis=1), inside, out=np.full(len(values), np.nan), where=inside > 0)
    sums, counts = np.nansum(errors, axis=2), np.isfinite(errors).sum(axis=2)
    total, number = sums.sum(axis=0), counts.sum(axis=0)
    own = np.divide(total, number, out=np.full(len(values), np.nan), where=number > 0)
    both = np.isfinite(own) & (naive > 0)
    # how the error compares to the seasonal naive's inside the history, over the panel
    relative = float(np.median(own[both] / naive[both])) if both.any() else 1.0
    # a handful of lucky days is no proof that nothing can go wrong
    relative = float(np.clip(relative, *RELATIVE_LIMITS))
    prior = naive * relative
    unknown = ~np.isfinite(prior)
    # one period shows nothing about the next: as uncertain as the most uncertain of the panel, or as its own size
    worst = float(np.nanmax(own)) if np.isfinite(own).any() else 1.0
    prior = np.where(unknown, worst * np.nanmean(np.abs(values), axis=1), prior)
    weight = max(PRIOR_ORIGINS * plan.horizon, 4.0)
    unit = (total + weight * prior) / (number + weight)
    rest, fewer = total[None] - sums, number[None] - counts
    return unit, (rest + weight * prior) / (fewer + weight)


def _find_shape(ratio: np.ndarray, level: float, horizon: int) -> Matrix:
    """The level's quantile of the ratios at each horizon, from it and its neighbours."""
    shape = np.full(horizon, np.nan)
    reach = max(1, horizon // 12)
    for ahead in range(horizon):
        near = ratio[:, :, max(0, ahead - reach) : ahead + reach + 1]
        near = near[np.isfinite(near)]
        if len(near) >= LEAST_ERRORS:
            shape[ahead] = np.quantile(near, level / 100)
    known = np.flatnonzero(np.isfinite(shape))
    if len(known) == 0:
        from scipy.special import ndtri

        start = float(ndtri(0.5 + level / 200)) / NORMAL_MEAN_ERROR
        return np.full(horizon, start) * np.sqrt(1 + np.arange(horizon) / 8)
    return _stretch(np.interp(np.arange(known[-1] + 1), known, shape[known]), horizon)


def _stretch(shape: Matrix, horizon: int) -> Matrix:
    """The shape for a longer horizon."""
    judged = len(shape)
    if horizon <= judged:
        return shape[:horizon]
    beyond = np.arange(judged, horizon)
    return np.concatenate([shape, shape[-1] * np.sqrt((beyond + 1) / judged)])
