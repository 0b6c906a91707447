"""One change of a resource measured: what it costs per day, beside what it would have cost.

The rest of its scope (account, service and region, without any resource whose finding closed) only ever lowers what
is claimed. Where it fell at the same time by more than it usually moves, demand or prices may have fallen for all,
and what would have been expected of the resource falls too: by as much of it as the days before show the resource to
move with the scope, and by all of it where they do not tell, because neither moved. A volume of a fixed size beside
machines that come and go is left alone by that, a machine that follows the load is not. A scope that rises raises no
claim: the bill did not fall by that. Where nothing is billed of the resource any more, no fall of demand explains it.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from savings.realised.baseline import ZERO, Baseline, Estimate, drop_lumps, find_t_quantile, find_usual
from savings.realised.closings import Cluster, Refused
from savings.realised.parameters import BACK_DAYS, DAYS_AFTER, DAYS_BEFORE, LEAST_AFTER, LEAST_BEFORE, SHORTFALL
from savings.realised.series import Days, Series, pick

ONE = Fraction(1)


@dataclass(frozen=True)
class Windows:
    """The days that are compared, and all days after the change up to the next one."""

    before: tuple[dt.date, ...]
    after: tuple[dt.date, ...]
    all_after: tuple[dt.date, ...]


@dataclass(frozen=True)
class Measured:
    """Amounts per day of a 30-day month. ``low`` and ``high`` of the saving; ``saved_to_date``: over all days after;
    ``back_since``: from when on its cost was there again; ``scope_fall``: by what share the rest of its scope fell, as
    far as the resource goes with it."""

    windows: Windows
    expected: Fraction
    actual: Fraction
    low: Fraction
    high: Fraction
    billed_before: Fraction
    billed_after: Fraction
    saved_to_date: Fraction
    back_since: dt.date | None
    scope_fall: Fraction

    @property
    def saving(self) -> Fraction:
        """What is cheaper per day, of the resource alone."""
        return self.expected - self.actual


def find_windows(series: Series, known: Collection[dt.date], cluster: Cluster) -> Windows:
    """The known days before and after the change; its own day, and days of lines billed over it, are of neither."""
    blurred = series.find_blurred(cluster.first) | series.find_blurred(cluster.last)
    start = min(series.costs, default=cluster.first)
    clear = [day for day in sorted(known) if day not in blurred]
    before = [d for d in clear if start <= d < cluster.first and (cluster.since is None or d > cluster.since)]
    after = [d for d in clear if d > cluster.last and (cluster.until is None or d < cluster.until)]
    return Windows(tuple(before[-DAYS_BEFORE:]), tuple(after[:DAYS_AFTER]), tuple(after))


def measure(series: Series, windows: Windows, rest: Days | None) -> Measured | Refused:
    """What the change came to, where there are enough days. ``rest``: of its scope."""
    costs = pick(series.costs, windows.before)
    if len(costs) < LEAST_BEFORE:
        return "not_judged", f"it was billed on {len(costs)} complete days before the change, {LEAST_BEFORE} are needed"
    usual = find_usual(costs.values())
    baseline = Baseline.of(drop_lumps(costs, usual))
    all_after = drop_lumps(pick(series.costs, windows.all_after), usual)
    back = find_return(baseline, all_after)
    days = [day for day in windows.all_after if back is None or day >= back][:DAYS_AFTER]
    if len(days) < LEAST_AFTER:
        since = f" since its cost came back on {back}" if back else " after the change"
        return "too_early", f"{len(days)} complete days are billed{since}, {LEAST_AFTER} are needed"
    after = {day: all_after[day] for day in days if day in all_after}
    plain = baseline.compare(after)
    fall, most, least = find_scope_fall(costs, windows.before, days, rest) if plain.actual > 0 else (ZERO, ZERO, ZERO)
    return Measured(
        windows=Windows(windows.before, tuple(days), windows.all_after),
        expected=plain.expected * (1 - fall),
        actual=plain.actual,
        low=plain.low - plain.expected * most,
        high=plain.high - plain.expected * least,
        billed_before=_mean(pick(series.billed, windows.before)),
        billed_after=_mean(pick(series.billed, days)),
        saved_to_date=sum((baseline.expect(day) * (1 - fall) - cost for day, cost in all_after.items()), ZERO),
        back_since=back,
        scope_fall=fall,
    )


def find_return(baseline: Baseline, after: Mapping[dt.date, Fraction]) -> dt.date | None:
    """From when on at least half of what was saved in the first week is paid again, up to the last known day."""
    days = sorted(after)
    early = days[:LEAST_AFTER]
    if len(days) <= LEAST_AFTER:
        # a week in which it comes back is told by its later days
        early = days[: max(len(days) - BACK_DAYS, 0)]
    if not early or baseline.compare({day: after[day] for day in early}).low <= 0:
        return None
    kept = sum((baseline.expect(day) - after[day] for day in early), ZERO) / len(early) * SHORTFALL
    back: list[dt.date] = []
    for day in reversed(days):
        if baseline.expect(day) - after[day] > kept:
            break
        back.append(day)
    return back[-1] if len(back) >= BACK_DAYS else None


def find_scope_fall(
    costs: Days, before: tuple[dt.date, ...], after: Collection[dt.date], rest: Days | None
) -> tuple[Fraction, Fraction, Fraction]:
    """By what share the rest of the scope fell, as far as the resource goes with it: likely, at most, at least."""
    nothing = (ZERO, ZERO, ZERO)
    if not rest:
        return nothing
    others = pick(rest, before)
    usual = find_usual(others.values())
    others, later = drop_lumps(others, usual), drop_lumps(pick(rest, after), usual)
    # a rest that is smaller than the resource itself says little of it
    if sum(others.values(), ZERO) < sum(costs.values(), ZERO) or not later:
        return nothing
    found: Estimate = Baseline.of(others).compare(later)
    if found.low <= 0 or found.expected <= 0:
        return nothing
    likely, most, least = _find_share(costs, others)
    falls = [min(max(amount / found.expected, ZERO), ONE) for amount in (found.saving, found.high, found.low)]
    return falls[0] * likely, falls[1] * most, falls[2] * least


def _find_share(costs: Days, others: Days) -> tuple[Fraction, Fraction, Fraction]:
    """How much of a movement of the scope the resource shares (0 to 1) by the days before: likely, most and least."""
    days = [day for day in others if day in costs]
    own, rest = [float(costs[day]) for day in days], [float(others[day]) for day in days]
    n, x_mean, y_mean = len(days), sum(rest) / len(days), sum(own) / len(days)
    if y_mean == 0:
        return ZERO, ONE, ZERO
    xs, ys = [x / x_mean - 1 for x in rest], [y / y_mean - 1 for y in own]
    squares = sum(x * x for x in xs)
    # what moves by less than a hundredth shows nothing
    if squares / n < 1e-4:
        return ONE, ONE, ZERO
    slope = sum(x * y for x, y in zip(xs, ys, strict=True)) / squares
    error = sqrt(sum((y - slope * x) ** 2 for x, y in zip(xs, ys, strict=True)) / max(n - 2, 1) / squares)
    width = error * find_t_quantile(n - 2)
    likely, most, least = (Fraction(min(max(value, 0.0), 1.0)) for value in (slope, slope + width, slope - width))
    return likely, most, least


def _mean(costs: Days) -> Fraction:
    return sum(costs.values(), ZERO) / len(costs) if costs else ZERO
