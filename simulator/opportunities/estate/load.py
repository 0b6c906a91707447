"""How a resource is used hour by hour: weekly rhythms with noise and gaps."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

#: Hours of a week after its Monday, for as many hours as are measured.
Hours = np.ndarray
#: Days before the last one on which what is busy on one day was.
_THAT_DAY = 11
#: How many of a hundred hours nobody measured, and how many of a hundred resources were once not measured for hours.
_GAP_PERCENT, _OUTAGE_PERCENT, _OUTAGE_HOURS = 0.6, 20, 5


@dataclass(frozen=True)
class Load:
    """A quantity between ``low`` and ``high`` in the rhythm of ``shape``; ``noise`` is its usual share up and down.

    What is said to be at most ``high`` is so in the averages of hours; the maxima of minutes are above.
    """

    low: float
    high: float
    shape: str = "day"
    noise: float = 0.06


def _day(week: Hours, _: int) -> np.ndarray:
    """More by day than by night, a little less on weekends."""
    wave = 0.5 - 0.5 * np.cos((week % 24 - 3) / 24 * 2 * np.pi)
    return np.asarray(wave * np.where(week >= 120, 0.75, 1.0))


def _office(week: Hours, _: int) -> np.ndarray:
    """From eight to six on five days, and else nothing."""
    return np.asarray(((week < 120) & (week % 24 >= 8) & (week % 24 < 18)).astype(float))


def _night(week: Hours, _: int) -> np.ndarray:
    """From one to five every night, and else nothing."""
    return np.asarray(((week % 24 >= 1) & (week % 24 < 5)).astype(float))


def _batch(week: Hours, _: int) -> np.ndarray:
    """Three hours in the night to Sunday, and else nothing."""
    return np.asarray(((week >= 146) & (week < 149)).astype(float))


def _one_day(week: Hours, _: int) -> np.ndarray:
    """Six hours on one day, and else nothing."""
    busy = np.zeros(len(week))
    first = len(week) - 24 * (_THAT_DAY + 1) + 9
    busy[first : first + 6] = 1
    return busy


def _flat(week: Hours, _: int) -> np.ndarray:
    """The same at all times."""
    return np.ones(len(week))


_SHAPES: dict[str, Callable[[Hours, int], np.ndarray]] = {
    "day": _day, "office": _office, "night": _night, "batch": _batch, "one_day": _one_day, "flat": _flat,
}  # fmt: skip


def draw_series(load: Load, name: str, weekday: int, hours: int, spread: float) -> tuple[np.ndarray, np.ndarray]:
    """Averages and maxima of so many hours from the midnight of a weekday; they follow from ``name`` alone.

    The highest minute of an hour is by up to ``spread``, a share, above its average.
    """
    draw = _generator(name)
    week = (np.arange(hours) + weekday * 24) % 168
    form = _SHAPES[load.shape](week, hours)
    # noise never takes a value above what the load says is the highest, else a near miss could become a hit
    rough = 1 - load.noise * np.abs(draw.standard_normal(hours)).clip(0, 2.5)
    averages = (load.low + (load.high - load.low) * form) * rough
    maxima = averages * (1 + spread * (0.2 + 0.32 * np.abs(draw.standard_normal(hours)).clip(0, 2.5)))
    return averages, maxima


def draw_gaps(name: str, hours: int) -> np.ndarray:
    """True where an hour of a resource was measured: single hours are missing, and at times half a night."""
    draw = _generator(f"{name}/gaps")
    measured = draw.random(hours) * 100 >= _GAP_PERCENT
    if draw.random() * 100 < _OUTAGE_PERCENT:
        first = int(draw.integers(48, max(49, hours - 24)))
        measured[first : first + _OUTAGE_HOURS] = False
    return np.asarray(measured)


def _generator(name: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big"))
