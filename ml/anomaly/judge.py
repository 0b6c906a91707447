"""The online verdict on every day of every series: only days before it decide, so later days never change it.

A day is anomalous when its distance from the baseline passes the amount, the percent and the surprise threshold
together. Anomalous days do not enter the baseline, until `shift_days` of them in a row show that this is the new
normal: then the baseline starts again from the first of them. The old normal is remembered for a while, and going
back to it is no anomaly. Distances that came back on the same day of the last two months are the monthly habit of a
service and are expected.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.anomaly.baseline import WINDOW, Mask, Matrix, Vector, expect_day, measure_spread
from ml.anomaly.feedback import Leniency
from ml.anomaly.levels import Memory, follow_runs
from ml.anomaly.settings import AnomalySettings, Limits

# a service whose window never passed this share of the amount that matters did not really exist
DORMANT_SHARE = 0.05
MAX_SCORE = 999.0
# the least spread of the busy days of a patchy service, as a share of their median
MIN_BUSY_SPREAD = 0.25
MIN_WINDOW_DAYS = 7
# series judged at a time: their windows stay in the processor's cache
CHUNK = 2000
# so many days in a row on one side are anomalous together from this share of the surprise that one day needs
SUSTAINED = ((3, 0.72), (7, 0.55))


@dataclass(frozen=True)
class Verdicts:
    """Series × day: what was expected between which bounds, the surprise, and +1, -1 or 0 for anomalous or not.

    `is_new` marks anomalous days of a service that did not exist before, `is_shift` the day on which a run of
    anomalous days became the new normal. `is_excused` marks anomalous days that somebody announced or called expected:
    nobody is notified of them. Days that were not judged have NaN as expected.
    """

    expected: Matrix
    lower: Matrix
    upper: Matrix
    score: Matrix
    flag: npt.NDArray[np.int8]
    is_new: Mask
    is_shift: Mask
    is_excused: Mask


def judge_days(
    costs: Matrix,
    calendar: pd.DatetimeIndex,
    limits: Limits,
    settings: AnomalySettings,
    leniency: Leniency | None = None,
    sensitivity: Matrix | None = None,
) -> Verdicts:
    """Judge `costs` (series × day, NaN outside a series' life) against the limits of each series.

    `leniency`, `sensitivity`: what people stated about earlier anomalies (ml/anomaly/feedback.py).
    """
    parts = []
    for first in range(0, max(len(costs), 1), CHUNK):
        rows = slice(first, first + CHUNK)
        some = Limits(limits.amount[rows], limits.percent[rows], limits.surprise[rows])
        factor = None if sensitivity is None else sensitivity[rows]
        parts.append(_judge_rows(costs[rows], calendar, some, settings, factor))
    out = parts[0]
    if len(parts) > 1:
        out = Verdicts(**{name: np.concatenate([getattr(one, name) for one in parts]) for name in vars(out)})
    if leniency is not None:
        rest = np.nan_to_num(costs - out.expected)
        out.is_excused[:] = ((out.flag > 0) & (rest <= leniency.up)) | ((out.flag < 0) & (-rest <= leniency.down))
    return out


def _judge_rows(
    costs: Matrix, calendar: pd.DatetimeIndex, limits: Limits, settings: AnomalySettings, sensitivity: Matrix | None
) -> Verdicts:
    """The verdicts without what is excused."""
    shape = costs.shape
    out = Verdicts(
        expected=np.full(shape, np.nan),
        lower=np.full(shape, np.nan),
        upper=np.full(shape, np.nan),
        score=np.full(shape, np.nan),
        flag=np.zeros(shape, dtype=np.int8),
        is_new=np.zeros(shape, dtype=bool),
        is_shift=np.zeros(shape, dtype=bool),
        is_excused=np.zeros(shape, dtype=bool),
    )
    rows = shape[0]
    memory = Memory(
        costs=costs.copy(),
        costs_before=costs.copy(),
        counts=~np.isnan(costs),
        counted_before=np.zeros(shape, dtype=bool),
        remember_until=np.full(rows, -1),
        distance=np.full(shape, np.nan),
        surprise=np.full(shape, np.nan),
        error=np.full(shape, np.nan),
        run_sign=np.zeros(rows, dtype=np.int8),
        run_start=np.zeros(rows, dtype=np.int64),
        run_days=np.zeros(rows, dtype=np.int64),
        run_last=np.full(rows, -10),
    )
    lived = np.cumsum(~np.isnan(costs), axis=1)
    months = _pair_months(calendar)
    for day in range(shape[1]):
        ready = ~np.isnan(costs[:, day]) & (lived[:, day] > settings.warmup_days)
        if ready.any():
            factor = np.where(lived[:, day] <= settings.young_days, settings.young_factor, 1.0)
            if sensitivity is not None:
                factor = factor * sensitivity[:, day]
            today = replace(limits, surprise=limits.surprise * factor)
            _judge_day(costs, day, ready, months[day], today, settings, memory, out)
            # errors against a rhythm of one or two weeks say more of that week than of the series
            memory.error[lived[:, day] <= settings.young_days, day] = np.nan
    return out


def _judge_day(
    costs: Matrix,
    day: int,
    ready: Mask,
    earlier: list[list[int]],
    limits: Limits,
    settings: AnomalySettings,
    memory: Memory,
    out: Verdicts,
) -> None:
    """Judge one day of all ready series and update the memory."""
    actual = costs[:, day]
    found = _compare(actual, memory.costs, memory.counts, day, ready, limits, memory)
    expected, half, flag, is_new = found
    memory.distance[:, day] = actual - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        memory.surprise[:, day] = (actual - expected) / (half / limits.surprise)
    flagged = np.where(flag == 0, _find_sustained(memory, day, expected, limits), flag)
    flag = np.where(_is_monthly_habit(memory.distance, day, earlier), 0, flagged)
    is_habit = (flag == 0) & (flagged != 0)
    # going back to the level before the last shift is no news
    returning = (flag != 0) & (memory.remember_until >= day)
    if returning.any():
        old = _compare(actual, memory.costs_before, memory.counted_before, day, returning, limits, memory)
        back = returning & (old[2] == 0) & ~np.isnan(old[0])
        memory.costs[back], memory.costs_before[back] = memory.costs_before[back], memory.costs[back]
        memory.counts[back], memory.counted_before[back] = memory.counted_before[back], memory.counts[back]
        # the mask in use is open for the days to come, the remembered one is closed
        memory.counts[back, day:] = ~np.isnan(costs[back, day:])
        memory.counted_before[back, day:] = False
        memory.remember_until[back] = day + settings.remember_days
        expected, half = np.where(back, old[0], expected), np.where(back, old[1], half)
        flag, is_new = np.where(back, 0, flag), is_new & ~back
        memory.distance[:, day] = np.where(back, actual - expected, memory.distance[:, day])
    judged = ready & ~np.isnan(expected)
    flag = np.where(judged, flag, 0).astype(np.int8)
    out.expected[judged, day] = expected[judged]
    out.lower[judged, day] = (expected - half)[judged]
    out.upper[judged, day] = (expected + half)[judged]
    deviation = half / limits.surprise
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.where(deviation > 0, np.abs(actual - expected) / deviation, 0.0)
    out.score[judged, day] = np.minimum(score[judged], MAX_SCORE)
    out.flag[:, day] = flag
    out.is_new[:, day] = is_new & (flag > 0)
    memory.counts[(flag != 0) | is_habit, day] = False
    memory.error[(flag != 0) | is_habit, day] = np.nan
    out.is_shift[:, day] = follow_runs(costs, day, flag, settings, memory, out.expected)


def _compare(
    today: Vector,
    costs: Matrix,
    counts: Mask,
    day: int,
    returning: Mask,
    limits: Limits,
    memory: Memory,
) -> tuple[Vector, Vector, npt.NDArray[np.int8], Mask]:
    """For the chosen series: expected cost, half width of what is normal, anomalous (+1, -1, 0), new service or not."""
    rows = np.flatnonzero(returning)
    begin = max(0, day - WINDOW)
    window = np.full((len(rows), WINDOW), np.nan)
    window[:, WINDOW - (day - begin) :] = np.where(counts[rows, begin:day], costs[rows, begin:day], np.nan)
    amount, surprise = limits.amount[rows], limits.surprise[rows]
    base = expect_day(window, amount)
    past = memory.error[rows, begin:day]
    half = surprise * measure_spread(past, base) * base.unit
    actual = today[rows]
    busy = base.busy_median + surprise * np.maximum(base.busy_spread, MIN_BUSY_SPREAD * np.abs(base.busy_median))
    half = np.where(base.is_patchy, np.maximum(half, busy - base.expected), half)
    rest = actual - base.expected
    is_dormant = (base.highest <= DORMANT_SHARE * amount) & (base.days >= MIN_WINDOW_DAYS)
    is_far = (np.abs(rest) >= amount) & (np.abs(rest) >= limits.percent[rows] / 100 * np.abs(base.expected))
    is_far &= (np.abs(rest) > half) | is_dormant
    # a rhythm seen once or twice is no witness by itself: the day must be far from the level too
    far_from_level = np.abs(actual - np.nan_to_num(base.busy_median)) >= np.maximum(amount, half)
    is_far &= (base.weeks > 2) | far_from_level | is_dormant
    # silence is normal for a patchy service
    is_far &= ~(base.is_patchy & (rest < 0)) & (base.days >= MIN_WINDOW_DAYS)
    flag = np.where(is_far, np.sign(rest), 0)
    # errors of a service that did not exist say nothing about the one that may come
    memory.error[rows, day] = np.where(is_dormant, np.nan, rest / base.unit)
    known = base.days >= MIN_WINDOW_DAYS
    full = len(returning)
    expected, halves = np.full(full, np.nan), np.full(full, np.nan)
    flags, is_new = np.zeros(full, dtype=np.int8), np.zeros(full, dtype=bool)
    expected[rows], halves[rows] = np.where(known, base.expected, np.nan), half
    flags[rows], is_new[rows] = np.nan_to_num(flag).astype(np.int8), is_dormant & is_far & (rest > 0)
    return expected, halves, flags, is_new


def _find_sustained(memory: Memory, day: int, expected: Vector, limits: Limits) -> npt.NDArray[np.int8]:
    """+1, -1 or 0: days in a row too small to surprise alone, all on one side, each of them much money."""
    found = np.zeros(len(expected), dtype=np.int8)
    for days, share in SUSTAINED:
        begin = day - days + 1
        if begin < 0:
            continue
        far, money = memory.surprise[:, begin : day + 1], memory.distance[:, begin : day + 1]
        sign = np.sign(far[:, -1])
        with np.errstate(invalid="ignore"):
            is_far = (np.sign(far) == sign[:, None]).all(axis=1)
            is_far &= np.abs(far).mean(axis=1) >= share * limits.surprise
            least = np.maximum(limits.amount, limits.percent / 100 * np.abs(expected))
            is_far &= (np.abs(money) >= least[:, None]).all(axis=1)
        found = np.where((found == 0) & is_far, sign, found).astype(np.int8)
    return found


def _is_monthly_habit(distance: Matrix, day: int, earlier: list[list[int]]) -> Mask:
    """Whether a like distance (same sign, two thirds to one and a half times the size) came in both months before."""
    if len(earlier) < 2:
        return np.zeros(len(distance), dtype=bool)
    today = distance[:, day]
    is_habit = ~np.isnan(today)
    with np.errstate(divide="ignore", invalid="ignore"):
        for days in earlier:
            ratio = today[:, None] / distance[:, days]
            is_habit &= ((ratio >= 2 / 3) & (ratio <= 1.5)).any(axis=1)
    return is_habit


def _pair_months(calendar: pd.DatetimeIndex) -> list[list[list[int]]]:
    """For each day, the places of the same day (give or take one; month end counts as one) in the two months before."""
    return _pair_days(calendar[0], len(calendar)) if len(calendar) else []


@lru_cache(maxsize=8)
def _pair_days(first: pd.Timestamp, days: int) -> list[list[list[int]]]:
    calendar = pd.date_range(first, periods=days)
    place = {day: index for index, day in enumerate(calendar)}
    pairs: list[list[list[int]]] = []
    for day in calendar:
        months = []
        for back in (1, 2):
            if day.day == day.days_in_month:
                same = (day - pd.DateOffset(months=back)) + pd.offsets.MonthEnd(0)
            else:
                same = day - pd.DateOffset(months=back)
            near = [
                place[same + pd.Timedelta(days=off)] for off in (-1, 0, 1) if same + pd.Timedelta(days=off) in place
            ]
            if near:
                months.append(near)
        pairs.append(months)
    return pairs
