"""Slow leaks: a cost that climbs week after week, too slowly for any single day to surprise.

On a day, the means of its last six weeks must all rise, by enough money and percent in total, three times as much as
in the five weeks before, and twice as steeply as weeks usually differ: growth as usual is no leak. The test must pass
on three days in a row.
"""

from dataclasses import dataclass

import numpy as np

from ml.anomaly.baseline import Mask, Matrix, Vector, take_median
from ml.anomaly.judge import Verdicts
from ml.anomaly.settings import AnomalySettings

WEEK = 7
STEPS = 5
RISE_DAYS = STEPS * WEEK
MIN_DAYS_OF_WEEK = 4
# one day's test can be chance, and the tests of neighbouring days are nearly the same test
PROOF_DAYS = 3


@dataclass(frozen=True)
class Leaks:
    """Series × day: whether the day is part of a leak, and the weekly mean the rise began from."""

    flag: Mask
    origin: Matrix


def find_leaks(costs: Matrix, verdicts: Verdicts, min_amount: Vector, settings: AnomalySettings) -> Leaks:
    """Test every day of every series for a leak, by that day and the 78 before it only."""
    rows, days = costs.shape
    flag, origin = np.zeros((rows, days), dtype=bool), np.full((rows, days), np.nan)
    passed = np.zeros(rows, dtype=np.int64)
    usable = ~np.isnan(costs) & (verdicts.flag == 0)
    week = _average_weeks(costs, usable)
    for day in range(2 * RISE_DAYS + WEEK - 1, days):
        now = week[:, day - RISE_DAYS : day + 1 : WEEK]
        before = week[:, day - 2 * RISE_DAYS : day - RISE_DAYS + 1 : WEEK]
        rise, rise_before = now[:, -1] - now[:, 0], before[:, -1] - before[:, 0]
        usual = take_median(np.abs(np.diff(before, axis=1)))
        with np.errstate(invalid="ignore"):
            is_leak = (np.diff(now, axis=1) > 0).all(axis=1)
            is_leak &= rise >= np.maximum(min_amount, settings.leak_percent / 100 * now[:, 0])
            is_leak &= (rise > 3 * rise_before) & (rise >= 2 * STEPS * usual)
        # a step to a new level has been reported already
        is_leak &= ~verdicts.is_shift[:, day - 2 * RISE_DAYS : day + 1].any(axis=1) & usable[:, day]
        passed = np.where(is_leak, passed + 1, 0)
        is_leak = passed >= PROOF_DAYS
        flag[:, day] = is_leak
        origin[is_leak, day] = now[is_leak, 0]
    return Leaks(flag, origin)


def _average_weeks(costs: Matrix, usable: Mask) -> Matrix:
    """The mean of the usable days of the seven up to each day; NaN with fewer than four."""
    mean = np.full(costs.shape, np.nan)
    for day in range(WEEK - 1, costs.shape[1]):
        part, here = costs[:, day - WEEK + 1 : day + 1], usable[:, day - WEEK + 1 : day + 1]
        count = here.sum(axis=1)
        total = np.where(here, part, 0.0).sum(axis=1)
        mean[:, day] = np.where(count >= MIN_DAYS_OF_WEEK, total / np.maximum(count, 1), np.nan)
    return mean
