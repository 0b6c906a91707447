"""What the detector knows of each series before a day, and how a run of anomalous days becomes its new level."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.anomaly.baseline import Mask, Matrix, Vector
from ml.anomaly.settings import AnomalySettings


@dataclass
class Memory:
    """What the detector knows before a day: the baseline's costs and days, those of the one before, open runs.

    `costs` are the days as they would have been at today's level: when a new level becomes normal, the days before it
    are moved there, so that the week's rhythm is not forgotten.
    """

    costs: Matrix
    costs_before: Matrix
    counts: Mask
    counted_before: Mask
    remember_until: npt.NDArray[np.int64]
    distance: Matrix
    surprise: Matrix
    error: Matrix
    run_sign: npt.NDArray[np.int8]
    run_start: npt.NDArray[np.int64]
    run_days: npt.NDArray[np.int64]
    run_last: npt.NDArray[np.int64]


def follow_runs(
    costs: Matrix,
    day: int,
    flag: npt.NDArray[np.int8],
    settings: AnomalySettings,
    memory: Memory,
    expected: Matrix,
) -> Mask:
    """Count anomalous days in a row and let a run that is long enough become the new normal; True for the series whose
    run did so today.
    """
    is_hit = flag != 0
    goes_on = is_hit & (memory.run_sign == flag) & (day - memory.run_last <= settings.gap_days + 1)
    starts = is_hit & ~goes_on
    memory.run_sign[starts], memory.run_start[starts], memory.run_days[starts] = flag[starts], day, 0
    memory.run_days[is_hit] += 1
    memory.run_last[is_hit] = day
    is_shift = np.zeros(len(costs), dtype=bool)
    for row in map(int, np.flatnonzero(is_hit & (memory.run_days >= settings.shift_days))):
        begin = memory.run_start[row]
        is_shift[row] = True
        # of steps in a row the level before the first one is remembered
        if memory.remember_until[row] < day:
            memory.costs_before[row], memory.counted_before[row] = memory.costs[row], memory.counts[row]
            memory.counted_before[row, begin:] = False
        else:
            memory.counted_before[row, begin : day + 1] = False
        _move_level(costs[row], begin, day, expected[row], memory, row)
        memory.remember_until[row] = day + settings.remember_days
        memory.surprise[row, : day + 1] = np.nan
        memory.run_sign[row], memory.run_days[row], memory.run_last[row] = 0, 0, -10
    return is_shift


def _move_level(costs: Vector, begin: int, day: int, expected: Vector, memory: Memory, row: int) -> None:
    """Move the days before a new level to it, by the factor or the amount that explains the run better.

    A service that was not there, or no longer is, has no rhythm to keep: then only the run itself counts.
    """
    run = slice(begin, day + 1)
    known = ~np.isnan(expected[run]) & ~np.isnan(costs[run])
    now, usual = costs[run][known], expected[run][known]
    sizes = sorted((float(np.abs(now).sum()), float(np.abs(usual).sum())))
    if not len(now) or sizes[0] < 0.1 * sizes[1]:
        memory.counts[row, : day + 1] = False
        memory.counts[row, run] = True
        return
    factor, amount = float(now.sum() / usual.sum()), float(np.median(now - usual))
    by_factor = np.abs(now - factor * usual).sum()
    by_amount = np.abs(now - usual - amount).sum()
    before = memory.costs[row, :begin]
    memory.costs[row, :begin] = before * factor if by_factor <= by_amount else before + amount
    memory.counts[row, run] = True
