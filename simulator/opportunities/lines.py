"""What a bill consists of: accounts, resources, meters, and the charges of one meter for one resource."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from simulator.opportunities.calendar import DAY, HOUR, Calendar, days_in_month, hours_of, month_end

#: Money is written with ten decimals, so that a double names it exactly.
COST_STEP = Decimal("1e-10")
QUANTITY_STEP = Decimal("1e-6")


@dataclass(frozen=True)
class Account:
    """A linked account, a subscription or a project; ``offer`` is the subscription's offer."""

    cloud: str
    id: str
    name: str
    environment: str
    offer: str = ""


@dataclass(frozen=True)
class Meter:
    """One price of a cloud: how its bill names it, and the public price of a unit in US dollars.

    ``component`` is the part of a resource that it pays for. ``native`` holds columns of the cloud's export.
    """

    cloud: str
    service: str
    usage: str
    unit: str
    price: Decimal
    component: str
    native: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)


@dataclass(frozen=True)
class Resource:
    """Something that is billed: its id as the bill writes it, where it is and what it is tagged with."""

    cloud: str
    account: Account
    region: str
    id: str
    name: str
    environment: str
    tags: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)


@dataclass(frozen=True)
class Charge:
    """A quantity that is billed for a span of time."""

    start: dt.datetime
    end: dt.datetime
    quantity: Decimal


@dataclass
class Line:
    """The charges of one meter for one resource, and what the customer pays for a unit.

    ``payment`` is on_demand, spot, plan or reserved (covered at ``covered_price``) or one of the fee kinds of a
    cloud. ``credit`` is the part of the cost that a credit or a contract takes off.
    """

    resource: Resource
    meter: Meter
    charges: list[Charge]
    price: Decimal
    list_price: Decimal
    payment: str = "on_demand"
    commitment: str = ""
    covered_price: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_covered(self) -> bool:
        return self.payment in ("plan", "reserved")

    @property
    def net_price(self) -> Decimal:
        """What a unit costs with credits and without commitments."""
        return self.price * (1 - self.credit)

    def cost(self, charge: Charge) -> Decimal:
        """What the charge costs before commitments."""
        return round_cost(charge.quantity * self.price)

    def credited(self, charge: Charge) -> Decimal:
        """The (positive) amount that a credit takes off."""
        return round_cost(self.cost(charge) * self.credit)

    def effective(self, charge: Charge) -> Decimal:
        """What the charge costs with commitments and credits."""
        if self.is_covered:
            return round_cost(charge.quantity * self.covered_price)
        return self.cost(charge) - self.credited(charge)


def round_cost(amount: Decimal) -> Decimal:
    """To the ten decimals that a cost is written with."""
    return amount.quantize(COST_STEP)


def _charge(start: dt.datetime, end: dt.datetime, quantity: Decimal) -> Charge:
    return Charge(start, end, quantity.quantize(QUANTITY_STEP))


def by_day(days: Iterable[dt.date], quantity: Decimal | Callable[[dt.date], Decimal]) -> list[Charge]:
    """One charge a day; days on which nothing was used are left out."""
    charges = []
    for date in days:
        amount = quantity(date) if callable(quantity) else quantity
        if amount:
            start = dt.datetime.combine(date, dt.time())
            charges.append(_charge(start, start + DAY, amount))
    return charges


def by_hour(
    days: Iterable[dt.date], is_on: Callable[[dt.datetime], bool], quantity: Decimal = Decimal(1)
) -> list[Charge]:
    """One charge an hour in the hours in which something ran."""
    return [_charge(hour, hour + HOUR, quantity) for date in days for hour in hours_of(date) if is_on(hour)]


def stored(days: Iterable[dt.date], gigabytes: Decimal) -> list[Charge]:
    """Gigabyte-months by day: each day is its share of the calendar month."""
    return by_day(days, lambda date: gigabytes / days_in_month(date))


def _average(gigabytes: Callable[[dt.date], Decimal], start: dt.datetime, end: dt.datetime) -> Decimal:
    """What is stored on the average of these days: a month's line is of all its days."""
    days = [start.date() + dt.timedelta(days=number) for number in range((end - start).days)]
    return sum((gigabytes(day) for day in days), Decimal(0)) / len(days)


def stored_long(calendar: Calendar, months: int, gigabytes: Callable[[dt.date], Decimal]) -> list[Charge]:
    """Storage that needs a long memory: a charge a month before the daily tail, and one a day in it.

    The days between the last whole month and the tail are one charge too.
    """
    charges = []
    for first in calendar.months_before(months):
        start, end = dt.datetime.combine(first, dt.time()), dt.datetime.combine(month_end(first), dt.time())
        charges.append(_charge(start, end, _average(gigabytes, start, end)))
    broken = calendar.first.replace(day=1)
    if broken < calendar.first:
        share = Decimal((calendar.first - broken).days) / days_in_month(broken)
        start, end = (dt.datetime.combine(date, dt.time()) for date in (broken, calendar.first))
        charges.append(_charge(start, end, _average(gigabytes, start, end) * share))
    return charges + by_day(calendar.tail(), lambda date: gigabytes(date) / days_in_month(date))
