"""Incidents: anomalous days of one scope that belong together, with their money, kind and severity."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ml.anomaly.baseline import Matrix, Vector
from ml.anomaly.judge import MAX_SCORE, Verdicts
from ml.anomaly.leak import WEEK, Leaks
from ml.anomaly.settings import AnomalySettings

Kind = Literal[
    "spike", "drop", "level_shift", "trend_break", "slow_leak", "service_stopped", "new_service", "new_region",
    "new_usage_type", "coverage_loss", "pattern",
]  # fmt: skip
# a step that is followed by another within so many days is one movement
CHAIN_DAYS = 3
# a service that fell below this share of what was expected has stopped rather than shrunk
STOPPED_SHARE = 0.05


@dataclass(frozen=True)
class Incident:
    """Days `start`..`end` (places in the calendar, inclusive) of series `row` and what they cost against expectation.

    Actual, expected and the bounds are sums over all its days, quiet ones in between included, so that the actual cost
    can be checked in the warehouse.
    """

    row: int
    start: int
    end: int
    kind: Kind
    actual: float
    expected: float
    lower: float
    upper: float
    score: float
    is_excused: bool = False

    @property
    def impact(self) -> float:
        """How much more (or less) than expected it cost."""
        return self.actual - self.expected

    @property
    def percent(self) -> float:
        """The impact in percent of the expected cost; NaN when nothing was expected."""
        return 100 * self.impact / abs(self.expected) if self.expected else np.nan


def rate_severity(impact: float, settings: AnomalySettings) -> str:
    """low, medium, high or critical by the money: that is what somebody has to answer for."""
    medium, high, critical = settings.severity_amounts
    size = abs(impact)
    return "critical" if size >= critical else "high" if size >= high else "medium" if size >= medium else "low"


def list_incidents(costs: Matrix, verdicts: Verdicts, settings: AnomalySettings) -> list[Incident]:
    """Join anomalous days of the same direction, at most `gap_days` quiet days apart; a new normal ends an incident."""
    incidents = []
    for row in (int(one) for one in np.flatnonzero((verdicts.flag != 0).any(axis=1))):
        for start, end in _group_days(row, verdicts, settings.gap_days):
            days = slice(start, end + 1)
            expected = float(np.nansum(verdicts.expected[row, days]))
            actual = float(np.nansum(costs[row, days]))
            incidents.append(
                Incident(
                    row=row,
                    start=start,
                    end=end,
                    kind=_name_kind(row, start, end, actual, expected, verdicts),
                    actual=actual,
                    expected=expected,
                    lower=float(np.nansum(verdicts.lower[row, days])),
                    upper=float(np.nansum(verdicts.upper[row, days])),
                    score=float(np.nanmax(verdicts.score[row, days])),
                    is_excused=bool((verdicts.is_excused[row, days] | (verdicts.flag[row, days] == 0)).all()),
                )
            )
    return incidents


def list_leak_incidents(costs: Matrix, leaks: Leaks, min_amount: Vector) -> list[Incident]:
    """Join the leak days of a scope that are at most a week apart; expected is the level from which the rise began."""
    incidents = []
    for row in np.flatnonzero(leaks.flag.any(axis=1)):
        days = np.flatnonzero(leaks.flag[row])
        for part in np.split(days, np.flatnonzero(np.diff(days) > WEEK) + 1):
            start, end = int(part[0]), int(part[-1])
            origin = float(leaks.origin[row, start])
            actual = float(np.nansum(costs[row, start : end + 1]))
            expected = origin * (end - start + 1)
            if actual - expected < min_amount[row]:
                continue  # a quiet weekday inside the rise
            score = min((actual - expected) / (end - start + 1) / float(min_amount[row]), MAX_SCORE)
            incidents.append(
                Incident(
                    int(row),
                    start,
                    end,
                    "slow_leak",
                    actual=actual,
                    expected=expected,
                    lower=expected,
                    upper=expected,
                    score=score,
                )
            )
    return incidents


def _group_days(row: int, verdicts: Verdicts, gap_days: int) -> Iterator[tuple[int, int]]:
    """First and last day of each incident of one series."""
    flag = verdicts.flag[row]
    start = last = -1
    for day in (int(one) for one in np.flatnonzero(flag)):
        # a level that moved once may move on, and one that moved twice is a trend
        moves = verdicts.is_shift[row, max(start, 0) : last + 1].sum() > 1
        gap = CHAIN_DAYS if moves or verdicts.is_shift[row, last] else gap_days
        if not (start >= 0 and day - last <= gap + 1 and flag[day] == flag[last]):
            if start >= 0:
                yield start, last
            start = day
        last = day
    if start >= 0:
        yield start, last


def _name_kind(row: int, start: int, end: int, actual: float, expected: float, verdicts: Verdicts) -> Kind:
    """What happened: a kind may grow from spike to level_shift while the incident lasts, its id stays."""
    if verdicts.is_new[row, start]:
        return "new_service"
    is_up = verdicts.flag[row, start] > 0
    shifts = np.flatnonzero(verdicts.is_shift[row, start : end + 1])
    if not is_up and actual <= STOPPED_SHARE * expected:
        return "service_stopped"
    if len(shifts) > 1 or (len(shifts) == 1 and shifts[0] < end - start):
        return "trend_break"
    if len(shifts):
        return "level_shift"
    return "spike" if is_up else "drop"


def rate_severity_with_surprise(impact: float, score: float, settings: AnomalySettings) -> str:
    """The severity by money, one step lower where the surprise is barely above its limit."""
    names = ("low", "medium", "high", "critical")
    place = names.index(rate_severity(impact, settings))
    return names[max(0, place - 1)] if score < 1.5 * settings.min_surprise else names[place]
