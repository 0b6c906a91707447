"""What a day should cost by the eight weeks before it, for many series at once.

The window is eight blocks of seven days, so the same place in every block is the same weekday. Each block gives a
level (its median) and each place the median of its distance to the level: the week's rhythm, in units of the level, so
that it grows with the service. Today's level is the median of the last two weeks without the rhythm. Days that were
anomalous are not in the window (NaN), and medians ignore the few that were missed.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

WEEKS, DAYS = 8, 7
WINDOW = WEEKS * DAYS
MIN_LEVEL_DAYS = 5
# the least spread we believe in, in units of the level: real bills are never smoother than this for long
MIN_SPREAD = 0.02
# and of a service that has been forecast for less than two weeks: its first week looks like its rhythm
YOUNG_SPREAD, YOUNG_DAYS = 0.10, 14
NORMAL_MEDIAN, NORMAL_Q95 = 0.6745, 1.96


@dataclass(frozen=True)
class Baseline:
    """Per series: the expected cost, the unit its surprises are measured in, what the window was like."""

    expected: Vector
    unit: Vector
    inner_spread: Vector
    weeks: npt.NDArray[np.int64]
    days: npt.NDArray[np.int64]
    highest: Vector
    busy_median: Vector
    busy_spread: Vector
    is_patchy: Mask


def take_median(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Median over the last axis without NaN, NaN where nothing is left; many times faster than numpy's nanmedian."""
    ordered = np.sort(values, axis=-1)
    count = (~np.isnan(ordered)).sum(axis=-1)
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0)[..., None], axis=-1)[..., 0]
    high = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[-1] - 1)[..., None], axis=-1)[..., 0]
    return np.where(count > 0, (low + high) / 2, np.nan)


def take_quantile(values: npt.NDArray[np.float64], share: float) -> npt.NDArray[np.float64]:
    """The value below which `share` of the values that are not NaN lie, over the last axis; NaN when there are none."""
    ordered = np.sort(values, axis=-1)
    count = (~np.isnan(ordered)).sum(axis=-1)
    place = np.maximum(np.ceil(share * count).astype(np.int64) - 1, 0)
    return np.where(count > 0, np.take_along_axis(ordered, place[..., None], axis=-1)[..., 0], np.nan)


def expect_day(window: Matrix, floor: Vector) -> Baseline:
    """The baseline for the day after `window` (series × 56 days, oldest first, NaN where a day must not count).

    `floor` is the least unit: surprises of a service that costs almost nothing are measured in money that matters.
    """
    blocks = window.reshape(len(window), WEEKS, DAYS)
    present = ~np.isnan(window)
    # a Friday and a weekend do not show a week's level
    level = np.where((~np.isnan(blocks)).sum(axis=2) >= MIN_LEVEL_DAYS, take_median(blocks), np.nan)
    overall = np.nan_to_num(take_median(window))
    unit = np.maximum(np.where(np.isnan(level), overall[:, None], level), floor[:, None])
    rhythm = np.nan_to_num(take_median(np.swapaxes((blocks - level[:, :, None]) / unit[:, :, None], 1, 2)))
    calm = blocks - rhythm[:, None, :] * unit[:, :, None]
    recent = calm[:, -2:].reshape(len(window), -1)
    now = take_median(recent)
    few = (~np.isnan(recent)).sum(axis=1) < 4
    now = np.where(few, take_median(calm.reshape(len(window), -1)), now)
    unit_now = np.maximum(np.nan_to_num(now), floor)
    expected = now + rhythm[:, 0] * unit_now
    lowest = np.min(np.where(present, window, np.inf), axis=1)
    expected = np.where(lowest >= 0, np.maximum(expected, 0.0), expected)
    inner = take_median(np.abs(calm.reshape(len(window), -1) - now[:, None])) / NORMAL_MEDIAN / unit_now
    busy = np.where(present & (window != 0), window, np.nan)
    busy_median = take_median(busy)
    busy_spread = take_median(np.abs(busy - busy_median[:, None])) / NORMAL_MEDIAN
    days, busy_days = present.sum(axis=1), (~np.isnan(busy)).sum(axis=1)
    # weekends off are 2 days of 7: a rhythm; more silence than that with several busy days is no rhythm at all
    is_patchy = (busy_days >= 4) & (days - busy_days >= 0.35 * days)
    highest = np.max(np.where(present, window, -np.inf), axis=1)
    weeks = (~np.isnan(level)).sum(axis=1)
    return Baseline(expected, unit_now, inner, weeks, days, highest, busy_median, busy_spread, is_patchy)


def measure_spread(past: Matrix, base: Baseline) -> Vector:
    """How far one-day-ahead errors (in units, NaN where not known) usually go: the larger of their centre and tail.

    Taken around zero, so a slowly growing service, which the baseline trails, widens its own spread. A baseline of few
    weeks is itself less certain. With fewer than YOUNG_DAYS errors the spread inside the window is used.
    """
    size = np.abs(past)
    known = (~np.isnan(size)).sum(axis=1)
    spread = np.maximum(take_median(size) / NORMAL_MEDIAN, take_quantile(size, 0.95) / NORMAL_Q95)
    spread *= np.sqrt((1 + 1 / np.maximum(base.weeks, 1)) / (1 + 1 / WEEKS))
    young = np.maximum(np.nan_to_num(base.inner_spread), YOUNG_SPREAD)
    return np.maximum(np.where(known >= YOUNG_DAYS, spread, young), MIN_SPREAD)
