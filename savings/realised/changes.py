"""What happened to a resource whose finding closed, and when: by our action, or as its bill shows.

A finding that is found no longer says nothing by itself: its bill may be late, its source may have ended, or a credit
may have hidden what it cost. Noticed is what the bill shows of the resource itself:

- ``vanished``: the account is billed on, the resource is not;
- ``meter_changed``: a meter that made up its cost ended while the resource goes on (gp2 became gp3, one size another);
- ``usage_fell``: of its dearest meter every day's quantity is below each of the days before.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from savings.realised.parameters import DAYS_BEFORE, GONE_DAYS, LEAST_AFTER, LEAST_BEFORE, LEAST_FALL, SEARCH_DAYS
from savings.realised.series import Series, pick

ChangeKind = Literal["executed", "vanished", "meter_changed", "usage_fell"]


@dataclass(frozen=True, order=True)
class Change:
    """The last day of what was before, or of both, and how it is known."""

    day: dt.date
    kind: ChangeKind


@dataclass(frozen=True)
class NoChange:
    """Why no change is known; ``is_early``: later bills may show it."""

    reason: str
    is_early: bool


def find_change(series: Series, known: Collection[dt.date], last_seen: dt.date) -> Change | NoChange:
    """What the bill shows of a finding that was last seen on a day. ``known``: the days of its account that are billed
    to their end."""
    days = sorted(known)
    if not days:
        return NoChange("nothing is billed of its account any more", False)
    last = series.last_day
    if last is None:
        return NoChange("the resource is not on the bill", False)
    found = _find_end(series, days, last) or _find_ended_meter(series, days, last_seen)
    found = found or _find_fall(series, days, last_seen)
    if found is not None:
        return found
    if days[-1] < last_seen + dt.timedelta(days=GONE_DAYS):
        return NoChange(f"its bill is known to its end until {days[-1]}, and it was found until {last_seen}", True)
    if last < days[-1]:
        return NoChange(f"it was last billed on {last}: it may only pause", True)
    return NoChange("the resource is billed as before: nothing was changed", False)


def _find_end(series: Series, days: Sequence[dt.date], last: dt.date) -> Change | None:
    return Change(last, "vanished") if _is_over(series.costs, days, last) else None


def _find_ended_meter(series: Series, days: Sequence[dt.date], last_seen: dt.date) -> Change | None:
    """The main meter that ended last."""
    earliest, ended = last_seen - dt.timedelta(days=SEARCH_DAYS), []
    for meter, costs in series.meters.items():
        last = max(costs)
        if last < earliest or meter not in series.find_main_meters(last, DAYS_BEFORE):
            continue
        if _is_over(costs, days, last):
            ended.append(Change(last, "meter_changed"))
    return max(ended, default=None)


def _is_over(used: Iterable[dt.date], days: Sequence[dt.date], last: dt.date) -> bool:
    """Whether what was used so is used no more: known days without usage, and more than it ever paused for."""
    pauses = [bisect_left(days, two) - bisect_right(days, one) for one, two in pairwise(sorted(used))]
    return len(days) - bisect_right(days, last) >= max(GONE_DAYS, max(pauses, default=0) + 1)


def _find_fall(series: Series, days: Sequence[dt.date], last_seen: dt.date) -> Change | None:
    """The day with the widest gap between the least of the days before and the most of the days after."""
    main = series.find_main_meters(last_seen, SEARCH_DAYS + DAYS_BEFORE)
    if not main:
        return None
    used, reach = series.quantities[main[0]], dt.timedelta(days=SEARCH_DAYS)
    falls: list[tuple[Fraction, dt.date]] = []
    for place, day in enumerate(days):
        before, after = days[max(place + 1 - DAYS_BEFORE, 0) : place + 1], days[place + 1 :]
        if abs(day - last_seen) > reach or len(before) < LEAST_BEFORE or len(after) < LEAST_AFTER:
            continue
        least, most = min(pick(used, before).values()), max(pick(used, after).values())
        if least - most > least * LEAST_FALL:
            falls.append((least - most, day))
    return Change(max(falls)[1], "usage_fell") if falls else None
