"""What a day would have cost without the change, from the days before it, and how sure that is.

The counterfactual is the mean of the days before, of each weekday its own where weekdays explain at least half of the
ups and downs. The mean and not the median, because what is billed adds up to it. The interval is that of a difference
of two means of days that follow one another: neighbours resemble each other (an AR(1) of the days before, its known
bias in short series corrected), so they tell less than as many days of their own would; Student's t with the days that
are left. A block bootstrap has four blocks in 28 days, and conformal windows two: too few for a tail of one in forty.
"""

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist, median

from savings.realised.parameters import LEAST_MARGIN, LEVEL, LUMP, LUMP_EVERY, WEEKDAYS_EXPLAIN

Costs = Mapping[dt.date, Fraction]
ZERO = Fraction(0)
#: Each weekday has to be there so often until it is given a mean of its own.
_WEEKS = 3
#: Days are never taken to be more alike: with it the 28 of them would tell nothing.
_MOST_ALIKE = 0.95


@dataclass(frozen=True)
class Estimate:
    """Cost per day as expected and as billed, and by how much the difference may be off in either direction."""

    expected: Fraction
    actual: Fraction
    margin: Fraction

    @property
    def saving(self) -> Fraction:
        """What is cheaper per day."""
        return self.expected - self.actual

    @property
    def low(self) -> Fraction:
        """The lower end of the interval."""
        return self.saving - self.margin

    @property
    def high(self) -> Fraction:
        """The upper end."""
        return self.saving + self.margin


@dataclass(frozen=True)
class Baseline:
    """What days cost before. ``levels``: by weekday, all the same where weekdays do not matter. ``variance`` of one day
    around its level, ``alike``: how much of its neighbour's deviation a day repeats, 0 to 1."""

    days: tuple[dt.date, ...]
    levels: tuple[Fraction, ...]
    variance: float
    alike: float

    @classmethod
    def of(cls, costs: Costs) -> "Baseline":
        """From the days before, without lumps; at least two."""
        days = tuple(sorted(costs))
        mean = sum(costs.values(), ZERO) / len(days)
        plain = {day: float(costs[day] - mean) for day in days}
        levels: tuple[Fraction, ...] = (mean,) * 7
        rest, fitted = plain, 1
        weekdays = [[costs[day] for day in days if day.weekday() == weekday] for weekday in range(7)]
        if min(map(len, weekdays)) >= _WEEKS:
            own = tuple(sum(same, ZERO) / len(same) for same in weekdays)
            by_weekday = {day: float(costs[day] - own[day.weekday()]) for day in days}
            if _variance(by_weekday, 7) < WEEKDAYS_EXPLAIN * _variance(plain, 1):
                levels, rest, fitted = own, by_weekday, 7
        alike = _find_alike(rest, fitted)
        return cls(days, levels, _variance(rest, fitted) * _unbias(days, alike), alike)

    def expect(self, day: dt.date) -> Fraction:
        """What the day would have cost."""
        return self.levels[day.weekday()]

    def compare(self, after: Costs) -> Estimate:
        """The days after beside what was expected of them; at least one."""
        days = tuple(sorted(after))
        expected = sum((self.expect(day) for day in days), ZERO) / len(days)
        actual = sum(after.values(), ZERO) / len(days)
        before, later = _share_of_variance(self.days, self.days, self.alike), _share_of_variance(days, days, self.alike)
        both = _share_of_variance(self.days, days, self.alike)
        error = math.sqrt(max(self.variance * (before + later - 2 * both), 0.0))
        margin = Fraction(error * find_t_quantile(1 / before - 1))
        return Estimate(expected, actual, max(margin, abs(expected) * LEAST_MARGIN))


def drop_lumps(costs: Costs, usual: Fraction) -> dict[dt.date, Fraction]:
    """The days without those that cost far more than usual, where these are rare."""
    if usual <= 0:
        return dict(costs)
    lumps = {day for day, cost in costs.items() if cost > LUMP * usual}
    if len(lumps) > max(1, len(costs) // LUMP_EVERY):
        return dict(costs)
    return {day: cost for day, cost in costs.items() if day not in lumps}


def find_usual(costs: Iterable[Fraction]) -> Fraction:
    """The median of the days."""
    return Fraction(median(costs))


def find_t_quantile(freedom: float) -> float:
    """Student's t for both ends of `LEVEL`: the expansion of Cornish and Fisher, within 1 % from three degrees on
    (Abramowitz and Stegun, 26.7.5)."""
    z, v = NormalDist().inv_cdf(0.5 + LEVEL / 2), max(freedom, 3.0)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )


def _variance(rest: Mapping[dt.date, float], fitted: int) -> float:
    return sum(value * value for value in rest.values()) / max(len(rest) - fitted, 1)


def _find_alike(rest: Mapping[dt.date, float], fitted: int) -> float:
    """The correlation of neighbouring days. In a short series it comes out too low by (1 + 4 rho) / n (Marriott and
    Pope 1954), and by more where weekdays were fitted."""
    squares, n = sum(value * value for value in rest.values()), len(rest)
    if squares == 0:
        return 0.0
    found = sum(value * rest.get(day + dt.timedelta(days=1), 0.0) for day, value in rest.items()) / squares
    return min(max(found + (1 + 4 * found) / n + (fitted - 1) / (2 * n), 0.0), _MOST_ALIKE)


def _unbias(days: tuple[dt.date, ...], alike: float) -> float:
    """Days that are alike lie closer to their own mean than to the true one."""
    return (1 - 1 / len(days)) / max(1 - _share_of_variance(days, days, alike), 0.1)


def _share_of_variance(one: tuple[dt.date, ...], two: tuple[dt.date, ...], alike: float) -> float:
    """The covariance of the means of two sets of days, over the variance of one day."""
    if alike == 0.0:
        return len(set(one) & set(two)) / (len(one) * len(two))
    ends = [day.toordinal() for day in two]
    total = sum(alike ** abs(day.toordinal() - end) for day in one for end in ends)
    return float(total / (len(one) * len(two)))
