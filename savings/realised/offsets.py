"""What came of a saving elsewhere: a commitment that nobody uses now, and a new resource in place of the old one.

Both are shared by the resources that they come of, so that nothing is taken off twice.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from savings.realised.baseline import ZERO, Baseline, Estimate, drop_lumps, find_usual
from savings.realised.bills import Bills, MeterScope, Newcomer
from savings.realised.closings import Cluster
from savings.realised.measure import Measured
from savings.realised.parameters import BACK_DAYS, DAYS_AFTER, DAYS_BEFORE, SAME_SIZE
from savings.realised.series import Days, Series, pick


@dataclass(frozen=True)
class Part:
    """A measured change with the days that it was measured on."""

    cluster: Cluster
    series: Series
    measured: Measured


@dataclass(frozen=True)
class Offset:
    """An amount per day that is paid elsewhere, at least and at most; since when, and what is known of it."""

    amount: Fraction = ZERO
    least: Fraction = ZERO
    most: Fraction = ZERO
    since: dt.date | None = None
    what: str = ""


def weigh_commitments(parts: Sequence[Part], bills: Bills) -> list[Offset]:
    """Of each part, how much of what it freed of commitments goes unused. Somebody used the rest: that is saved."""
    freed = [_find_freed(part) for part in parts]
    sums: defaultdict[tuple[str, str], Fraction] = defaultdict(lambda: ZERO)
    for found in freed:
        for key, amount in found.items():
            sums[key] += amount
    offsets = []
    for part, found in zip(parts, freed, strict=True):
        bounds = [ZERO, ZERO, ZERO]
        for key, amount in found.items():
            rise = _find_rise(bills.unused.get(key, {}), part)
            if rise is not None:
                for place, value in enumerate((-rise.saving, -rise.high, -rise.low)):
                    bounds[place] += min(max(value, ZERO), sums[key]) * amount / sums[key]
        what = ", ".join(sorted(key[1] for key in found)) if bounds[0] else ""
        offsets.append(Offset(bounds[0], bounds[1], bounds[2], what=what))
    return offsets


def weigh_newcomers(parts: Sequence[Part], bills: Bills, closed: Mapping[MeterScope, Days]) -> list[Offset]:
    """Of each part, what a new resource of the same meter and size costs in its account and region, where the rest of
    that meter rose too: in a fleet that comes and goes there is always somebody new. ``closed``: the cost of the
    resources that are measured, by scope of a meter."""
    scopes = [_find_scopes(part) for part in parts]
    sums: defaultdict[MeterScope, Fraction] = defaultdict(lambda: ZERO)
    for part, named in zip(parts, scopes, strict=True):
        for key in named:
            sums[key] += max(part.measured.saving, ZERO)
    offsets = []
    for part, named in zip(parts, scopes, strict=True):
        found = [one for key in named if (one := _weigh_newcomer(part, key, bills, closed, sums[key])) is not None]
        offsets.append(max(found, key=lambda one: one.amount, default=Offset()))
    return offsets


def _weigh_newcomer(
    part: Part, key: MeterScope, bills: Bills, closed: Mapping[MeterScope, Days], saved: Fraction
) -> Offset | None:
    saving = part.measured.saving
    alike = [one for one in bills.newcomers.get(key, []) if _is_alike(one, part, key[3])]
    if saving <= 0 or not alike:
        return None
    gone = closed.get(key, {})
    rest = {day: cost - gone.get(day, ZERO) for day, cost in bills.meters.get(key, {}).items()}
    since = min(one.first_day for one in alike)
    rise = _find_rise(rest, part, since)
    if rise is None or rise.high >= 0:
        return None
    new = sum((Fraction(one.daily_cost) for one in alike), ZERO)
    amounts = [min(max(value, ZERO), new, saved) * saving / saved for value in (-rise.saving, -rise.high, -rise.low)]
    # not by name: they may be somebody else's, who reads of this finding does not see them
    return Offset(amounts[0], amounts[1], amounts[2], since, f"{len(alike)} resource(s)")


def _is_alike(new: Newcomer, part: Part, meter: str) -> bool:
    """New about when the old one changed, of its own making, and as dear as it was on that meter."""
    first, last = part.cluster.first - dt.timedelta(days=BACK_DAYS), part.cluster.last + dt.timedelta(days=DAYS_AFTER)
    if not first <= new.first_day <= last or new.resource_id in part.series.names:
        return False
    costs = pick(part.series.meters[meter], part.measured.windows.before)
    own = sum(costs.values(), ZERO) / len(costs)
    return abs(Fraction(new.daily_cost) - own) <= own * SAME_SIZE


def _find_scopes(part: Part) -> list[MeterScope]:
    """Where a resource that took over would be: on the meters that the change ended or made less of."""
    series, (source, account, _) = part.series, part.cluster.resource
    meters = series.find_main_meters(part.cluster.first, DAYS_BEFORE)
    currency = part.cluster.row["billing_currency"]
    return [(source, account, series.place[0], meter, currency) for meter in meters]


def _find_freed(part: Part) -> dict[tuple[str, str], Fraction]:
    """By commitment, what of it the resource used before and does not use now, per day."""
    windows, source = part.measured.windows, part.cluster.resource[0]
    found = {}
    for name, costs in part.series.covered.items():
        drop = _mean(costs, windows.before) - _mean(costs, windows.after)
        if drop > 0:
            found[source, name] = drop
    return found


def _find_rise(costs: Days, part: Part, since: dt.date | None = None) -> Estimate | None:
    """How these costs moved over the days that the part was measured on; a rise is a saving below 0."""
    windows = part.measured.windows
    before = pick(costs, windows.before)
    usual = find_usual(before.values())
    later = [day for day in windows.after if since is None or day >= since]
    after = drop_lumps(pick(costs, later), usual)
    return Baseline.of(drop_lumps(before, usual)).compare(after) if after else None


def _mean(costs: Days, days: Collection[dt.date]) -> Fraction:
    return sum(pick(costs, days).values(), ZERO) / len(days)
