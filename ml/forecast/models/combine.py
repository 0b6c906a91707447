"""Combining candidates: weights per series from its own back-test, drawn towards what works for all.

A weight is the inverse of a candidate's error to a power. How steep the power is, and how much a series is drawn to the
whole panel, is what would have been best over all series at origins that the weights did not see.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product

import numpy as np

from ml.forecast.models.candidates import Candidates
from ml.forecast.models.plan import Plan
from ml.forecast.models.simple import Matrix

POWERS = (0.5, 1.5, 3.0, 6.0, 12.0)
PULLS = (0.0, 1.0, 4.0)
# ranking a few ways to weigh needs no more series than this
MOST_JUDGED = 1_000


@dataclass(frozen=True)
class Combined:
    """`mean`: (series, horizon). `residuals`: (origins, series, horizon), actual minus forecast of the back-test, each

    origin with weights that did not see it; NaN where there is no actual. `wape`: its relative error. `models`: each
    series' heaviest candidate.
    """

    mean: Matrix
    residuals: np.ndarray
    weights: Matrix
    models: list[str]
    wape: Matrix
    power: float
    pull: float


def combine(values: Matrix, truth: Matrix, made: Candidates, plan: Plan) -> Combined:
    """Weighted means of the candidates, and the errors such means made in the back-test.

    Weights are learnt from `values`; the errors returned are against `truth`, what was there before peaks were removed.
    """
    past, future = made.forecasts[:, :-1], made.forecasts[:, -1]
    actual = list_actuals(values, plan)
    errors = measure_errors(past, actual)
    power, pull = _choose_weighing(errors, past, actual)
    weights = find_weights(errors, future, power, pull)
    actual = list_actuals(truth, plan)
    residuals = _find_residuals(errors, past, actual, power, pull)
    known = np.isfinite(residuals)
    top = np.where(known, np.abs(residuals), 0.0).sum(axis=(0, 2))
    bottom = np.where(known, np.abs(actual), 0.0).sum(axis=(0, 2))
    wape = np.divide(top, bottom, out=np.full(len(values), np.nan), where=bottom > 0)
    names = [made.names[number] for number in weights.argmax(axis=1)]
    return Combined(_weigh(weights, future), residuals, weights, names, wape, power, pull)


def list_actuals(values: Matrix, plan: Plan) -> np.ndarray:
    """What came after each origin: (origins, series, horizon), NaN where it is not known yet."""
    actual = np.full((len(plan.origins), len(values), plan.horizon), np.nan)
    for fold, origin in enumerate(plan.origins):
        part = values[:, origin : origin + plan.horizon]
        actual[fold, :, : part.shape[1]] = part
    return actual


def measure_errors(past: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Mean absolute error (candidates, origins, series); NaN where a candidate has no forecast or nothing came."""
    errors = np.full(past.shape[:3], np.nan)
    with _quiet():
        for number, one in enumerate(past):
            errors[number] = np.nanmean(np.abs(one - actual), axis=2)
            errors[number][~np.isfinite(one).all(axis=2)] = np.nan
    return errors


def find_weights(errors: np.ndarray, available: np.ndarray, power: float, pull: float) -> Matrix:
    """Weights (series, candidates) that add up to 1, over the candidates of `available` that have a forecast.

    `pull` is how many origins of its own a series' record is outweighed by: 0 trusts its own record alone.
    """
    usable = np.isfinite(available).all(axis=2)
    origins = errors.shape[1]
    # values are in units of their mean: less than this is rounding
    with _quiet():
        own = np.nanmean(errors, axis=1) + 1e-9 if origins else np.full(usable.shape, np.nan)
        own = np.log(own / np.nanmin(own, axis=0)) if origins else own
        shared = np.nanmedian(own, axis=1, keepdims=True)
    score = (origins * own + pull * np.nan_to_num(shared)) / max(origins + pull, 1)
    known = np.isfinite(score)
    raw = np.where(usable & known, np.exp(-power * np.where(known, score, 0.0)), 0.0)
    # a series without a back-test takes what works for the others, or the plain mean of what it has
    spare = np.where(np.isfinite(shared), np.exp(-power * np.nan_to_num(shared)), 1e-6) * usable
    raw = np.where((raw.sum(axis=0) == 0)[None], spare, raw)
    # a series that no candidate can forecast from this origin has weights of NaN
    with _quiet():
        return (raw / raw.sum(axis=0)).T


def _choose_weighing(errors: np.ndarray, past: np.ndarray, actual: np.ndarray) -> tuple[float, float]:
    """The power and pull with the smallest error at origins left out, each series in units of its best candidate's."""
    if errors.shape[1] < 2:
        return 1.5, 4.0
    rows = np.unique(np.linspace(0, errors.shape[2] - 1, min(errors.shape[2], MOST_JUDGED)).astype(np.int64))
    errors, past, actual = errors[:, :, rows], past[:, :, rows], actual[:, rows]
    with _quiet():
        unit = np.nanmin(np.nanmean(errors, axis=1), axis=0) + 1e-3
    best, chosen = np.inf, (1.5, 4.0)
    for power, pull in product(POWERS, PULLS):
        residuals = _find_residuals(errors, past, actual, power, pull)
        with _quiet():
            found = float(np.nanmean(np.nanmean(np.abs(residuals), axis=(0, 2)) / unit))
        if found < best * (1 - 1e-4):
            best, chosen = found, (power, pull)
    return chosen


def _find_residuals(errors: np.ndarray, past: np.ndarray, actual: np.ndarray, power: float, pull: float) -> np.ndarray:
    """Actual minus combination, each origin with weights from the others."""
    residuals = np.full(actual.shape, np.nan)
    for fold in range(len(actual)):
        others = np.delete(errors, fold, axis=1) if len(actual) > 1 else errors
        residuals[fold] = actual[fold] - _weigh(find_weights(others, past[:, fold], power, pull), past[:, fold])
    return residuals


def _weigh(weights: Matrix, forecasts: np.ndarray) -> Matrix:
    """The weighted sum over candidates (candidates, series, horizon); NaN for a series without any."""
    total = np.zeros(forecasts.shape[1:])
    for number, one in enumerate(forecasts):
        share = weights[:, number, None]
        total += np.where(share > 0, share * one, 0.0)
    total[~np.isfinite(weights).all(axis=1)] = np.nan
    return total


@contextmanager
def _quiet() -> Iterator[None]:
    """A mean of nothing is NaN here, and no reason to warn."""
    with warnings.catch_warnings(), np.errstate(invalid="ignore", divide="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        yield
