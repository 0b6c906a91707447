"""Combining candidates: weights per series from its own back-test, drawn towards what works for all."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from ml.forecast.candidates import Candidates
from ml.forecast.plan import Plan
from ml.forecast.simple import Matrix

POWER = 3.0


@dataclass(frozen=True)
class Combined:
    """`mean`: (series, horizon). `residuals`: (origins, series, horizon), actual minus forecast of the back-test, each

    origin with weights that did not see it; NaN where there is no actual. `wape`: its relative error.
    """

    mean: Matrix
    residuals: np.ndarray
    weights: Matrix
    models: list[str]
    wape: Matrix


def combine(values: Matrix, made: Candidates, plan: Plan) -> Combined:
    """Weighted means of the candidates."""
    forecasts = made.forecasts
    past, future = forecasts[:, :-1], forecasts[:, -1]
    actual = list_actuals(values, plan)
    # mean absolute error of each candidate, origin and series
    with _quiet():
        errors = np.nanmean(np.abs(past - actual[None]), axis=3)
    errors = np.where(np.isfinite(past).all(axis=3) & np.isfinite(actual).any(axis=2)[None], errors, np.nan)
    weights = find_weights(errors, future)
    residuals = np.full(actual.shape, np.nan)
    for fold in range(len(plan.origins)):
        others = np.delete(errors, fold, axis=1)
        own = find_weights(others if others.shape[1] else errors, past[:, fold])
        residuals[fold] = actual[fold] - np.nansum(own.T[:, :, None] * np.nan_to_num(past[:, fold]), axis=0)
    mean = np.sum(weights.T[:, :, None] * np.nan_to_num(future), axis=0)
    with _quiet():
        wape = np.nansum(np.abs(residuals), axis=(0, 2)) / np.nansum(
            np.where(np.isfinite(residuals), np.abs(actual), np.nan), axis=(0, 2)
        )
    wape[~np.isfinite(residuals).any(axis=(0, 2)) | ~np.isfinite(wape)] = np.nan
    names = [made.names[number] for number in weights.argmax(axis=1)]
    return Combined(mean, residuals, weights, names, wape)


def list_actuals(values: Matrix, plan: Plan) -> np.ndarray:
    """What came after each origin: (origins, series, horizon), NaN where it is not known yet."""
    actual = np.full((len(plan.origins), len(values), plan.horizon), np.nan)
    for fold, origin in enumerate(plan.origins):
        part = values[:, origin : origin + plan.horizon]
        actual[fold, :, : part.shape[1]] = part
    return actual


def find_weights(errors: np.ndarray, available: np.ndarray) -> Matrix:
    """Weights (series, candidates) that add up to 1: the inverse error to a power, of candidates with a forecast."""
    usable = np.isfinite(available).all(axis=2)
    if errors.shape[1] == 0:
        score = np.ones(usable.shape)
    else:
        with _quiet():
            # values are in units of their mean: less than this is rounding
            score = np.nanmean(errors, axis=1) + 1e-9
            score = score / np.nanmin(score, axis=0)
    known = np.isfinite(score)
    raw = np.where(usable & known, np.where(known, score, 1.0) ** -POWER, 0.0)
    # a series without a back-test takes the plain mean of what it has
    raw = np.where((raw.sum(axis=0) == 0)[None], usable.astype(float), raw)
    return (raw / raw.sum(axis=0)).T


@contextmanager
def _quiet() -> Iterator[None]:
    """A mean of nothing is NaN here, and no reason to warn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield
