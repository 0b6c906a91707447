"""What the simulated company knows beside its bills: exchange rates, orders per day, invoices, budgets."""

import csv
import datetime as dt
import math
import random
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

CENT = Decimal("0.01")
#: Where the dollar price of a euro starts, and how far it moves on a day, in ten-thousandths.
FIRST_RATE, DAILY_MOVE = 10800, 40
ORDERS_PER_DAY = 4200
#: Of the seven days from Monday on, how much of a usual day's orders there are.
WEEK = (
    Decimal("0.95"),
    Decimal("0.93"),
    Decimal("0.97"),
    Decimal("1.02"),
    Decimal("1.18"),
    Decimal("1.05"),
    Decimal("0.9"),
)


def write_business_files(folder: Path, truth: Mapping[str, Any], seed: int) -> None:
    """``rates.csv``, ``metrics.csv`` and ``invoices.csv`` for the months of these exports."""
    months = sorted({period for source in truth["sources"].values() for period in source["periods"]})
    days = list_days(months)
    chance = random.Random(seed)
    write_rows(folder / "rates.csv", ("date", "from", "to", "rate"), make_rates(days, chance))
    write_rows(folder / "metrics.csv", ("date", "metric", "value"), make_orders(days, chance))
    write_rows(folder / "invoices.csv", ("source", "period", "currency", "amount"), make_invoices(truth, months[:-1]))


def list_days(months: Sequence[str]) -> list[dt.date]:
    """Every day of these months and a week before them."""
    first = dt.date.fromisoformat(f"{months[0]}-01") - dt.timedelta(days=7)
    end = (dt.date.fromisoformat(f"{months[-1]}-01") + dt.timedelta(days=32)).replace(day=1)
    return [first + dt.timedelta(days=n) for n in range((end - first).days)]


def make_rates(days: Iterable[dt.date], chance: random.Random) -> Iterable[tuple[str, ...]]:
    """A euro in dollars on every day that banks are open."""
    rate = FIRST_RATE
    for day in days:
        if day.weekday() < 5:
            rate += chance.randint(-DAILY_MOVE, DAILY_MOVE)
            yield day.isoformat(), "EUR", "USD", str(Decimal(rate).scaleb(-4))


def make_orders(days: Sequence[dt.date], chance: random.Random) -> Iterable[tuple[str, ...]]:
    """Orders of the shop per day: a week's rhythm, slow growth, and a busy November."""
    for number, day in enumerate(days):
        season = 1.25 if day.month == 11 else 1.0
        usual = ORDERS_PER_DAY * float(WEEK[day.weekday()]) * season * math.exp(number / 2500)
        yield day.isoformat(), "orders", str(round(usual * chance.uniform(0.96, 1.04)))


def make_invoices(truth: Mapping[str, Any], months: Sequence[str]) -> Iterable[tuple[str, ...]]:
    """The invoice of every source and closed month: what was billed, in whole cents."""
    for name, source in truth["sources"].items():
        for month, period in source["periods"].items():
            if month in months:
                yield name, month, period["currency"], str(Decimal(period["billed"]).quantize(CENT, ROUND_HALF_UP))


def plan_budgets(truth: Mapping[str, Any]) -> dict[str, int]:
    """A monthly amount per source and for all in dollars: what the months before the last one cost on average, rounded
    up to whole thousands, as a company plans that expects no growth."""
    months = sorted({period for source in truth["sources"].values() for period in source["periods"]})[:-1]
    planned = {
        name: sum((Decimal(source["periods"][m]["effective"]) for m in months if m in source["periods"]), Decimal(0))
        / max(len(months), 1)
        for name, source in truth["sources"].items()
    }
    euros = Decimal(FIRST_RATE).scaleb(-4)
    dollars = {
        name: amount * (euros if currency_of(truth["sources"][name]) == "EUR" else 1)
        for name, amount in planned.items()
    }
    amounts = {**planned, "all": sum(dollars.values(), Decimal(0))}
    return {name: math.ceil(amount / 1000) * 1000 for name, amount in amounts.items()}


def currency_of(source: Mapping[str, Any]) -> str:
    """The billing currency of a source."""
    return str(next(iter(source["periods"].values()))["currency"])


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
