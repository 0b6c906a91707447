"""Anomalies of any one stream of timed values: every value is scored by the values before it, in one pass.

A value is predicted by the expert (ml/evaluate/stream_experts.py) that erred least lately. Three kinds of surprise are
measured against how large they usually are in this stream: a value far from its prediction, a stretch that stays on one
side of a slow prediction (a new level, a season that is missing), and a value that stays the same for too long.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.errors import AnalyticsInputError
from ml.evaluate.stream_experts import (
    CLOCK_PERIODS,
    Stream,
    Vector,
    decay_mean,
    find_period,
    list_blocks,
    list_levels,
    list_seasonal,
    predict_autoregression,
    shift,
)

#: Values before anything is judged.
WARMUP = 16
#: From how many robust standard deviations a value, a stretch is anomalous where the stream's own past has no say.
POINT_LIMIT, STRETCH_LIMIT = 5.5, 6.0
#: What is usual is read from so many values before.
MEMORY = 3000
#: An expert's errors are forgotten by half in so many values.
FORGET = 150.0
#: Two quantiles of the past surprises show how heavy their tail is; it is extended by this power of their ratio.
USUAL_SHARES, TAIL_POWER = (0.90, 0.98), 2.2
#: A prediction from a longer season may excuse a value while its errors are at most so many times the best ones.
EXCUSE = 2.0
WEEK = 604800.0
STRETCHES = (6, 24)
NORMAL_MEDIAN = 0.6745


@dataclass(frozen=True)
class StreamScores:
    """Per value, in the order of the input: score in [0, 1] (0.5 and more is an anomaly; rises with the surprise)."""

    score: Vector
    is_anomaly: npt.NDArray[np.bool_]
    expected: Vector


def score_stream(timestamps: pd.Series, values: pd.Series) -> StreamScores:
    """Score `values` (floats; NaN is a missing value and scores 0) at `timestamps` (times, or numbers of any unit).

    Unsorted input is sorted for scoring; values of one timestamp count one after the other in the given order. Raises
    AnalyticsInputError for an infinite value and for a timestamp that is not there.
    """
    data = np.asarray(values, dtype=np.float64)
    if np.isinf(data).any():
        place = int(np.flatnonzero(np.isinf(data))[0])
        raise AnalyticsInputError(f"value number {place + 1} is infinite ({data[place]})")
    if timestamps.isna().any():
        raise AnalyticsInputError(f"timestamp number {int(np.flatnonzero(timestamps.isna())[0]) + 1} is empty")
    is_clock = not pd.api.types.is_numeric_dtype(timestamps)
    if is_clock:
        seconds = pd.DatetimeIndex(timestamps).as_unit("ns").asi8 / 1e9
    else:
        seconds = timestamps.to_numpy(dtype=np.float64)
    order = np.argsort(seconds, kind="stable")
    scores = np.zeros(len(data))
    expected = np.full(len(data), np.nan)
    if len(data) > WARMUP:
        scores[order], expected[order] = _score_sorted(seconds[order], data[order], is_clock)
    scores[np.isnan(data)] = 0.0
    return StreamScores(scores, scores >= 0.5, expected)


def _score_sorted(seconds: Vector, values: Vector, is_clock: bool) -> tuple[Vector, Vector]:
    """Scores and predictions of values in order of time."""
    gaps = np.diff(seconds[: WARMUP + 1])
    gaps = gaps[gaps > 0]
    stream = Stream(seconds, values, float(np.median(gaps)) if len(gaps) else 1.0, is_clock)
    experts = _gather_experts(stream)
    predicted = _follow_best(values, {name: made for name, made in experts.items() if not name.startswith("long:")})
    anchor = _follow_best(values, {name: made for name, made in experts.items() if _is_slow(name)})
    finest = _find_resolution(values)
    error = np.fmin(np.abs(values - predicted), _excuse(values, predicted, experts))
    surprise = _exceed(error / _spread(error, finest), POINT_LIMIT)
    for width in STRETCHES:
        surprise = np.fmax(surprise, _exceed(_measure_stretches(values, anchor, finest, width), STRETCH_LIMIT))
    surprise = np.fmax(surprise, _measure_standstill(values))
    surprise[:WARMUP] = 0.0
    surprise = np.nan_to_num(surprise)
    return surprise / (1.0 + surprise), predicted


def _is_slow(name: str) -> bool:
    return name.startswith(("season", "slow"))


def _gather_experts(stream: Stream) -> dict[str, Vector]:
    """All predictions: levels, the clock's seasons, seasons found in the values so far, and an autoregression."""
    experts = list_levels(stream)
    length = len(stream.values)
    blocks = list(list_blocks(length, 2 * WARMUP))
    if stream.is_clock:
        for period in CLOCK_PERIODS:
            if stream.seconds[-1] - stream.seconds[0] >= period:
                found = list_seasonal(stream, period)
                experts |= found or {}
    learned: dict[int, dict[str, Vector]] = {}
    joined = {name: np.full(length, np.nan) for name in ("season:own", "quick:own", "slow:own", "latest:own")}
    for begin, end in blocks:
        steps = find_period(stream.values[:begin])
        if steps is None:
            continue
        if steps not in learned:
            made = list_seasonal(stream, steps * stream.step) or {}
            learned[steps] = dict(zip(joined, made.values(), strict=True)) if made else {}
        for name, values in learned[steps].items():
            joined[name][begin:end] = values[begin:end]
    experts |= joined
    seasons = {name: made for name, made in experts.items() if name.startswith("season")}
    best = _follow_best(stream.values, seasons)
    experts["regression"] = predict_autoregression(stream, None, blocks)
    if not np.isnan(best).all():
        experts["seasonal regression"] = predict_autoregression(stream, best, blocks)
    return experts


def _follow_best(values: Vector, experts: dict[str, Vector]) -> Vector:
    """At each value the prediction of the expert whose errors were smallest lately (roots: no one miss rules)."""
    made = np.stack(list(experts.values()))
    loss = np.full(made.shape, np.inf)
    for row, one in enumerate(made):
        error = np.sqrt(np.abs(values - one))
        seen = np.cumsum(~np.isnan(error))
        mean = decay_mean(error, FORGET)
        loss[row] = shift(np.where(seen >= WARMUP // 2, mean, np.inf))
        loss[row][np.isnan(one) | np.isnan(loss[row])] = np.inf
    best = np.argmin(loss, axis=0)
    chosen = np.take_along_axis(made, best[None], axis=0)[0]
    return np.where(np.isinf(np.min(loss, axis=0)), np.nan, chosen)


def _find_resolution(values: Vector) -> Vector:
    """The least spread believed in at each place: a thousandth of how large the values have been."""
    size = pd.Series(np.abs(values)).expanding(1).median().to_numpy()
    spread = pd.Series(np.abs(values - shift(pd.Series(values).ffill().to_numpy()))).expanding(2).mean().to_numpy()
    return np.fmax(shift(1e-3 * np.fmax(size, np.nan_to_num(spread))), 1e-9)


def _excuse(values: Vector, predicted: Vector, experts: dict[str, Vector]) -> Vector:
    """The least error of the weekly and yearly seasons that do about as well as the best: Saturdays are not news."""
    least = np.full(len(values), np.nan)
    best = shift(decay_mean(np.sqrt(np.abs(values - predicted)), FORGET))
    for name, made in experts.items():
        period = name.removeprefix("season").removeprefix("latest")
        if period.isdigit() and float(period) >= WEEK:
            error = np.abs(values - made)
            loss = shift(decay_mean(np.sqrt(error), FORGET))
            least = np.fmin(least, np.where(loss <= np.sqrt(EXCUSE) * best, error, np.nan))
    return least


def _spread(error: Vector, finest: Vector) -> Vector:
    """The usual size of errors before each place: of the long past or of the last ones, whichever is larger."""
    past = pd.Series(shift(error))
    long = past.rolling(MEMORY, min_periods=WARMUP // 2)
    short = past.rolling(60, min_periods=WARMUP // 2).quantile(0.6).to_numpy() / 0.8416
    tail = long.quantile(0.9).to_numpy() / 1.645
    spread = np.maximum(np.maximum(long.median().to_numpy() / NORMAL_MEDIAN, tail), np.fmax(short, finest))
    # few errors say little of how large errors can be
    known = np.minimum(np.cumsum(~np.isnan(shift(error))), MEMORY)
    return spread * (1 + 12.0 / np.maximum(known, 4))


def _measure_stretches(values: Vector, anchor: Vector, finest: Vector, width: int) -> Vector:
    """How far the median error of the last `width` values is from zero, measured by how far it usually is."""
    error = values - anchor
    # the median: one wild value is no stretch
    mean = pd.Series(error).rolling(width, min_periods=width // 2).median()
    # the last stretch is no witness of itself
    past = shift(np.abs(mean.to_numpy()), width)
    long = pd.Series(past).rolling(MEMORY, min_periods=4 * width)
    spread = np.fmax(long.median().to_numpy() / NORMAL_MEDIAN, long.quantile(0.9).to_numpy() / 1.645)
    return np.abs(mean.to_numpy()) / np.maximum(spread, finest)


def _measure_standstill(values: Vector) -> Vector:
    """How much longer than ever before a value that is not the stream's usual floor stays the same; 1 is the limit."""
    same = np.concatenate([[False], np.diff(pd.Series(values).ffill().to_numpy()) == 0])
    place = np.arange(len(values))
    start = np.maximum.accumulate(np.where(same, 0, place))
    run = (place - start).astype(np.float64)
    longest = np.maximum.accumulate(np.where(np.append(~same[1:], False), run, 0.0))
    before = np.where(place > 0, shift(longest), 0.0)
    before = np.nan_to_num(before)
    limit = 5.0 * before + 24.0
    # a stream that mostly rests, or has rested for very long, is at rest
    moves = shift(np.cumsum(~same) / (place + 1))[start]
    return np.where((run >= limit) & (run < 8 * limit) & (moves > 0.5), run / limit, 0.0)


def _exceed(size: Vector, limit: float) -> Vector:
    """A surprise in units of what makes an anomaly here: the limit, or more where the past was full of surprises."""
    past = pd.Series(shift(size)).rolling(MEMORY, min_periods=2 * WARMUP)
    low, high = (past.quantile(share).to_numpy() for share in USUAL_SHARES)
    with np.errstate(divide="ignore", invalid="ignore"):
        usual = high * (high / low) ** TAIL_POWER
    return size / np.fmax(np.nan_to_num(usual, posinf=0.0), limit)
