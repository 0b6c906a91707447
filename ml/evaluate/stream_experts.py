"""Predictions of every value of a stream by the values before it: levels, seasons and an autoregression.

Each expert is an array as long as the stream whose element t uses values before t only (NaN where it cannot say), so a
stream is predicted in a few vectorised passes and cutting off its end changes nothing before the cut.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Vector = npt.NDArray[np.float64]

#: Seasons that human clocks make, in seconds: hour, day, week, year.
CLOCK_PERIODS = (3600.0, 86400.0, 604800.0, 31557600.0)
#: How many earlier seasons a seasonal prediction is the median of.
SEASONS = 4
#: A season has at least so many steps and has been seen at least so often before it is believed.
MIN_STEPS, MIN_SEEN = 4, 2.0
LAGS = 12
#: The most recent values that an autoregression learns from.
FIT_VALUES = 4000
RIDGE = 1e-3


@dataclass(frozen=True)
class Stream:
    """Values in order of time: `seconds` ascending, `values` with NaN where missing, `step` the usual distance."""

    seconds: Vector
    values: Vector
    step: float
    is_clock: bool


def shift(values: Vector, by: int = 1) -> Vector:
    """Each value `by` places later; NaN at the start."""
    moved = np.full(len(values), np.nan)
    if by < len(values):
        moved[by:] = values[: len(values) - by]
    return moved


def roll_median(values: Vector, width: int, least: int = 1) -> Vector:
    """The median of the `width` values up to each place."""
    return pd.Series(values).rolling(width, min_periods=least).median().to_numpy()


def decay_mean(values: Vector, halflife: float) -> Vector:
    """The exponentially forgetting mean of the values up to each place; NaN are left out."""
    return pd.Series(values).ewm(halflife=halflife, ignore_na=True).mean().to_numpy()


def list_levels(stream: Stream) -> dict[str, Vector]:
    """Predictions by the level alone, quick ones and slow ones."""
    values = pd.Series(stream.values).ffill().to_numpy()
    return {
        "last": shift(values),
        "level5": shift(roll_median(values, 5)),
        "level20": shift(decay_mean(values, 10)),
        "slow": shift(roll_median(values, 101, 5)),
    }


def list_seasonal(stream: Stream, period: float) -> dict[str, Vector] | None:
    """Predictions by a season of `period` seconds: as it was, and moved by how the last values departed from it.

    The slow one follows the level within a fraction of a season, so that a new level is not a surprise for ever.
    """
    steps = period / stream.step
    if steps < MIN_STEPS:
        return None
    tolerance = max(0.5 * stream.step, 0.01 * period) * 1.0001
    past = np.full((SEASONS, len(stream.values)), np.nan)
    for season in range(1, SEASONS + 1):
        past[season - 1] = _look_back(stream, season * period, tolerance)
    known = ~np.isnan(past)
    ordered = np.sort(past, axis=0)
    count = known.sum(axis=0)
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0)[None], axis=0)[0]
    high = np.take_along_axis(ordered, np.minimum(count // 2, SEASONS - 1)[None], axis=0)[0]
    usual = np.where(count > 0, (low + high) / 2, np.nan)
    rest = stream.values - usual
    quick = roll_median(rest, 3)
    slow = decay_mean(rest, max(steps / 4, 3))
    name = f"{period:.0f}"
    latest = past[0] + shift(roll_median(stream.values - past[0], 5))
    return {
        f"season{name}": usual,
        f"quick{name}": usual + shift(quick),
        f"slow{name}": usual + shift(slow),
        f"latest{name}": latest,
    }


def _look_back(stream: Stream, lag: float, tolerance: float) -> Vector:
    """The value nearest to `lag` seconds before each, if one is near enough, and always one before it."""
    wanted = stream.seconds - lag
    right = np.searchsorted(stream.seconds, wanted)
    left = np.maximum(right - 1, 0)
    right = np.minimum(right, len(wanted) - 1)
    near = np.where(np.abs(stream.seconds[left] - wanted) <= np.abs(stream.seconds[right] - wanted), left, right)
    fits = (np.abs(stream.seconds[near] - wanted) <= tolerance) & (near < np.arange(len(wanted)))
    return np.where(fits, stream.values[near], np.nan)


def list_blocks(length: int, first: int) -> Iterator[tuple[int, int]]:
    """Stretches that are predicted with what was fitted before them; where they lie never depends on the length."""
    begin = first
    while begin < length:
        end = begin + max(24, begin // 8)
        yield begin, min(end, length)
        begin = end


def find_period(values: Vector) -> int | None:
    """The strongest period, in steps, of the newest values by autocorrelation; None where there is none."""
    recent = values[-FIT_VALUES:]
    recent = pd.Series(recent).interpolate(limit_direction="both").to_numpy()
    if len(recent) < 4 * MIN_STEPS or not np.ptp(recent):
        return None
    low, high = np.quantile(recent, (0.01, 0.99))
    calm = np.clip(recent, low, high)
    calm = calm - np.polyval(np.polyfit(np.arange(len(calm)), calm, 1), np.arange(len(calm)))
    size = 1 << (2 * len(calm) - 1).bit_length()
    power = np.abs(np.fft.rfft(calm, size)) ** 2
    longest = int(len(calm) / (MIN_SEEN + 0.5))
    raw = np.fft.irfft(power)[: longest + 2]
    if raw[0] <= 0:
        return None
    # each lag by the number of pairs it has: long periods are not to lose to short ones for having fewer
    correlation = raw / raw[0] * len(calm) / (len(calm) - np.arange(len(raw)))
    below = np.flatnonzero(correlation < 0)
    start = max(MIN_STEPS, int(below[0])) if len(below) else MIN_STEPS
    inner = correlation[start - 1 :]
    peaks = 1 + np.flatnonzero((inner[1:-1] >= inner[:-2]) & (inner[1:-1] > inner[2:]))
    if not len(peaks):
        return None
    heights = inner[peaks]
    if heights.max() < 0.3:
        return None
    # the shortest that is nearly the best: multiples of a period correlate as well
    return int(start - 1 + peaks[np.flatnonzero(heights >= 0.95 * heights.max())[0]])


def predict_autoregression(stream: Stream, season: Vector | None, blocks: list[tuple[int, int]]) -> Vector:
    """Ridge regression on the last LAGS values, and on the season where there is one; refitted before each block."""
    values = pd.Series(stream.values).ffill().to_numpy()
    columns = [shift(values, lag) for lag in range(1, LAGS + 1)]
    if season is not None:
        columns += [season, *(shift(season, lag) for lag in (1, 2))]
    design = np.stack(columns, axis=1)
    usable = ~np.isnan(design).any(axis=1) & ~np.isnan(stream.values)
    predicted = np.full(len(values), np.nan)
    for begin, end in blocks:
        rows = np.flatnonzero(usable[max(0, begin - FIT_VALUES) : begin]) + max(0, begin - FIT_VALUES)
        if len(rows) < 4 * design.shape[1]:
            continue
        coefficients = _fit(design[rows], stream.values[rows])
        if coefficients is not None:
            centre, slope = coefficients
            predicted[begin:end] = centre + design[begin:end] @ slope
    return predicted


def _fit(design: Vector, target: Vector) -> tuple[float, Vector] | None:
    """Intercept and slopes, once fitted to all and once more to what the first fit did not find far off."""
    keep = np.ones(len(target), dtype=bool)
    for _ in range(2):
        mean, middle = design[keep].mean(axis=0), target[keep].mean()
        centred = design[keep] - mean
        scale = float((centred**2).mean())
        if not scale:
            return None
        gram = centred.T @ centred + RIDGE * scale * len(centred) * np.eye(design.shape[1])
        slope = np.linalg.solve(gram, centred.T @ (target[keep] - middle))
        error = np.abs(target - middle - (design - mean) @ slope)
        keep = error <= max(6 * float(np.median(error)), float(np.quantile(error, 0.9)))
    return float(middle - mean @ slope), slope
