"""Reservations and savings plans of the AWS accounts: which lines they cover, at what rates, and what goes unused."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from simulator.aws_items import AWS_ITEMS
from simulator.catalogue import Item
from simulator.company import AWS_ACCOUNTS, AWS_PAYER, Account, find_account
from simulator.fleet import Line, make_guid, make_token
from simulator.periods import Period, Window
from simulator.rhythm import QUANTITY_SCALE

#: How many lines share one commitment; keeps each fee small enough to be written exactly as a double.
_LINES_PER_PLAN = 60
_LINES_PER_RESERVATION = 10
_HOURS_PER_YEAR = 8760
#: Share of a plan's commitment that its lines use when all of them run.
_PLAN_UTILISATION = 93


@dataclass(frozen=True)
class SavingsPlan:
    """A compute savings plan; amounts per hour in millionths of a dollar."""

    arn: str
    lines: tuple[int, ...]
    commitment: int
    is_upfront: bool
    first_period: int  # index of the period in which it was bought; below 0 when it was there before
    start: dt.date

    @property
    def payment_option(self) -> str:
        return "Partial Upfront" if self.is_upfront else "No Upfront"

    @property
    def upfront_hourly(self) -> int:
        return self.commitment // 2 if self.is_upfront else 0

    @property
    def recurring_hourly(self) -> int:
        return self.commitment - self.upfront_hourly

    @property
    def upfront_fee(self) -> int:
        """Whole dollars."""
        return round(self.upfront_hourly * _HOURS_PER_YEAR / 1e6)


@dataclass(frozen=True)
class Reservation:
    """A reservation of ``count`` instances; rates per instance hour in millionths of a dollar."""

    arn: str
    subscription_id: str
    item: Item
    account: Account
    lines: tuple[int, ...]
    count: int
    recurring_rate: int
    upfront_rate: int
    first_period: int
    start: dt.date

    @property
    def payment_option(self) -> str:
        return "Partial Upfront" if self.upfront_rate else "No Upfront"

    @property
    def rate(self) -> int:
        return self.recurring_rate + self.upfront_rate

    @property
    def upfront_fee(self) -> int:
        """Whole dollars."""
        return round(self.upfront_rate * self.count * _HOURS_PER_YEAR / 1e6)

    def reserved_quantity(self, period: Period) -> int:
        """Reserved hours of the month in ten-thousandths."""
        return self.count * 24 * period.days * QUANTITY_SCALE


@dataclass
class Commitments:
    """All commitments, and for every line which of them covers it, at what rate (0: none)."""

    plans: list[SavingsPlan] = field(default_factory=list)
    reservations: list[Reservation] = field(default_factory=list)


def planted_lines() -> list[Line]:
    """A few lines of every kind of commitment, so that each exists in the smallest company."""
    lines = []
    account = find_account(AWS_ACCOUNTS, "shop-prod")
    for item in AWS_ITEMS:
        if item.kind in ("plan", "reserved"):
            for number in range(3):
                token = make_token("commitment", item.meter, number)
                team = account.teams[number % len(account.teams)]
                lines.append(
                    Line(item, account, account.region, team, "full", token, item.quantity, label="commitment")
                )
    return lines


def plan_rate(line: Line) -> int:
    """The savings plan's rate of a line."""
    return line.item.price * 72 // 100


def buy_commitments(lines: Sequence[Line], window: Window) -> Commitments:
    """Commitments for all lines of kind ``plan`` and ``reserved``, each somewhat larger than what it covers.

    Those with an upfront payment are bought in the third month of a long window, the others before it.
    """
    bought = Commitments()
    new = 2 if len(window.periods) > 3 else -1
    for item in AWS_ITEMS:
        members = [n for n, line in enumerate(lines) if line.item == item and line.payment == item.kind]
        if item.kind == "plan":
            upfront = item.code == "AmazonEC2"
            first = new if upfront else -1
            for number, chunk in enumerate(_split(members, _LINES_PER_PLAN)):
                used = sum(plan_rate(lines[n]) * round(lines[n].quantity * QUANTITY_SCALE) for n in chunk)
                hourly = -(-used * 100 // (24 * QUANTITY_SCALE * _PLAN_UTILISATION * 1000)) * 1000
                guid = make_guid("plan", item.meter, number)
                arn = f"arn:aws:savingsplans::{AWS_PAYER.id}:savingsplan/{guid}"
                bought.plans.append(SavingsPlan(arn, chunk, hourly, upfront, first, _start(window, first)))
        elif item.kind == "reserved":
            upfront = item.extra["commitment"] == "cache"
            first = new if upfront else -1
            for number, chunk in enumerate(_split(members, _LINES_PER_RESERVATION)):
                account = lines[chunk[0]].account
                guid = make_guid("reservation", item.meter, number)
                service, kind = ("elasticache", "reserved-instance") if upfront else ("rds", "ri")
                arn = f"arn:aws:{service}:{account.region}:{account.id}:{kind}:ri-{guid}"
                share = (32, 33) if upfront else (65, 0)
                bought.reservations.append(
                    Reservation(
                        arn,
                        f"{8_100_000_000 + len(bought.reservations)}",
                        item,
                        account,
                        chunk,
                        count=len(chunk) + 1,
                        recurring_rate=item.price * share[0] // 100,
                        upfront_rate=item.price * share[1] // 100,
                        first_period=first,
                        start=_start(window, first),
                    )
                )
    return bought


def _split(members: list[int], size: int) -> list[tuple[int, ...]]:
    return [tuple(members[at : at + size]) for at in range(0, len(members), size)]


def _start(window: Window, first_period: int) -> dt.date:
    return window.periods[first_period].start if first_period >= 0 else window.start - dt.timedelta(days=45)


def covered_by(commitments: Commitments, period: Period, count: int) -> tuple[np.ndarray, np.ndarray]:
    """For each of ``count`` lines: the number of the plan and of the reservation that covers it in a month, or -1."""
    plan, reservation = np.full(count, -1), np.full(count, -1)
    for number, bought in enumerate(commitments.plans):
        if bought.first_period <= period.index:
            plan[list(bought.lines)] = number
    for number, reserved in enumerate(commitments.reservations):
        if reserved.first_period <= period.index:
            reservation[list(reserved.lines)] = number
    return plan, reservation
