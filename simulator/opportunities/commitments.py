"""Commitments that a company bought: what they cost an hour, what of them was used and what was not."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from simulator.opportunities.calendar import MONTH_DAYS, Calendar
from simulator.opportunities.lines import Account, Line, Resource, round_cost

ZERO = Decimal(0)


@dataclass(frozen=True)
class Commitment:
    """A savings plan, a reservation or a committed use discount without upfront fee, in force in the whole window.

    ``daily`` is what a day of it costs in the currency of the cloud's bill; ``size`` is what a reservation is for.
    """

    cloud: str
    id: str
    name: str
    account: Account
    region: str
    daily: Decimal
    start: dt.date
    end: dt.date
    size: str = ""

    @property
    def is_reservation(self) -> bool:
        """Whether AWS calls it reserved instances and not a savings plan."""
        return ":reserved-instances/" in self.id

    @property
    def resource(self) -> Resource:
        return Resource(self.cloud, self.account, self.region, self.id, self.name, "prod")


def used_by_day(commitment: Commitment, lines: Sequence[Line]) -> dict[dt.date, Decimal]:
    """What the covered charges of each day used of the commitment."""
    used: dict[dt.date, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.commitment == commitment.id:
            for charge in line.charges:
                used[charge.start.date()] += line.effective(charge)
    return used


def unused_by_day(commitment: Commitment, lines: Sequence[Line], calendar: Calendar) -> dict[dt.date, Decimal]:
    """What went unused on every day of the tail; raises ValueError where more was used than there is."""
    used = used_by_day(commitment, lines)
    unused = {date: round_cost(commitment.daily - used.get(date, ZERO)) for date in calendar.tail()}
    if any(amount < 0 for amount in unused.values()):
        raise ValueError(f"more is covered by {commitment.id} than it is worth")
    return unused


def unused_in_basis(commitment: Commitment, lines: Sequence[Line], calendar: Calendar) -> Decimal:
    """What went unused in the last 30 days."""
    unused = unused_by_day(commitment, lines, calendar)
    return sum((unused[date] for date in calendar.tail(MONTH_DAYS)), ZERO)
