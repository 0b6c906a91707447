"""Lines of the bill as days: what a resource cost on each day, by meter, and what of it a commitment covered.

A line of several days is spread evenly over them. What is priced by the month costs a thirtieth of a month on each day:
a gigabyte is billed a tenth more per day in February than in March, and nothing was saved between them.
"""

import datetime as dt
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from savings.realised.baseline import ZERO
from savings.realised.parameters import MAIN_SHARE, MONTH

Row = Mapping[str, Any]
Days = dict[dt.date, Fraction]


def _days() -> defaultdict[str, Days]:
    return defaultdict(dict)


@dataclass
class Series:
    """One resource's usage by day. ``costs``: effective cost; ``billed``: billed cost; ``quantities`` and ``meters``
    (cost) by meter; ``covered``: effective cost by commitment. ``spans``: lines of several days, first and last with
    their cost. ``currencies`` and ``names`` that it is billed in and by, ``places``: cost by region and service."""

    costs: Days = field(default_factory=dict)
    billed: Days = field(default_factory=dict)
    meters: defaultdict[str, Days] = field(default_factory=_days)
    quantities: defaultdict[str, Days] = field(default_factory=_days)
    covered: defaultdict[str, Days] = field(default_factory=_days)
    spans: list[tuple[dt.date, dt.date, Fraction]] = field(default_factory=list)
    currencies: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    places: dict[tuple[str, str], Fraction] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Series":
        """From lines as `savings.realised.evidence` reads them."""
        made = cls()
        for row in rows:
            made._add(row)
        return made

    @property
    def place(self) -> tuple[str, str]:
        """The region and service that most of it is billed in."""
        return max(sorted(self.places), key=lambda place: self.places[place], default=("", ""))

    @property
    def last_day(self) -> dt.date | None:
        """The last day with usage."""
        return max(self.costs, default=None)

    def find_main_meters(self, until: dt.date, days: int) -> list[str]:
        """The meters that made up the cost of these days, the dearest first."""
        first = until - dt.timedelta(days=days)
        sums = {
            meter: sum((abs(cost) for day, cost in costs.items() if first < day <= until), ZERO)
            for meter, costs in self.meters.items()
        }
        least = sum(sums.values(), ZERO) * MAIN_SHARE
        return sorted((m for m, cost in sums.items() if cost > 0 and cost >= least), key=lambda m: (-sums[m], m))

    def find_blurred(self, change: dt.date) -> set[dt.date]:
        """The days of lines that were billed over the day of the change, and so are of before and after; none where
        they are a small part of the cost."""
        over = [span for span in self.spans if span[0] <= change <= span[1]]
        days = {day for first, last, _ in over for day in _each_day(first, last)}
        whole = sum((self.costs.get(day, ZERO) for day in days), ZERO)
        return days if sum((span[2] for span in over), ZERO) > whole * MAIN_SHARE else set()

    def _add(self, row: Row) -> None:
        cost, billed, quantity = (Fraction(row.get(n) or 0) for n in ("cost", "billed_cost", "quantity"))
        if not (cost or billed or quantity):
            return
        meter, commitment = row.get("usage_type") or "", row.get("commitment_discount_id")
        days, whole = list(_spread(row)), ZERO
        for day, share in days:
            amount = cost * share
            whole += amount
            _put(self.costs, day, amount)
            _put(self.billed, day, billed * share)
            _put(self.meters[meter], day, amount)
            _put(self.quantities[meter], day, quantity * share)
            if commitment:
                _put(self.covered[commitment], day, amount)
        if len(days) > 1:
            self.spans.append((days[0][0], days[-1][0], whole))
        self.currencies.add(row["currency"])
        self.names.add(row.get("resource_id") or "")
        place = (row.get("region") or "", row.get("service_name") or "")
        self.places[place] = self.places.get(place, ZERO) + abs(cost)


def add_up_days(rows: Iterable[Row], *names: str) -> dict[tuple[str, ...], Days]:
    """The cost of lines by day, of each combination of these columns; lines are as those of a series."""
    groups: defaultdict[tuple[str, ...], Days] = defaultdict(dict)
    for row in rows:
        days = groups[tuple(row[name] or "" for name in names)]
        for day, scale in _spread(row):
            _put(days, day, Fraction(row["cost"] or 0) * scale)
    return dict(groups)


def pick(costs: Mapping[dt.date, Fraction], days: Iterable[dt.date]) -> Days:
    """The cost of these days; a day without any line cost nothing."""
    return {day: costs.get(day, ZERO) for day in days}


def _spread(row: Row) -> Iterator[tuple[dt.date, Fraction]]:
    """The days of a line, each with its share; what is priced by the month is put on a month of 30 days."""
    count = max(int(row["period_days"] or 1), 1)
    for day in _each_day(row["usage_date"], row["usage_date"] + dt.timedelta(days=count - 1)):
        month = monthrange(day.year, day.month)[1] if row.get("is_month_priced") else MONTH
        yield day, Fraction(month, MONTH * count)


def _each_day(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for offset in range((last - first).days + 1):
        yield first + dt.timedelta(days=offset)


def _put(days: Days, day: dt.date, amount: Fraction) -> None:
    days[day] = days.get(day, ZERO) + amount
