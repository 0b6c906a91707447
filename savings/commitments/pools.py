"""Pools of usage from rows of `usage_hourly`: what is paid on demand without gaps, and what commitments cover."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from savings.commitments.usage import Matrix, Usage

#: Source, cloud, billing account, pool, currency.
PoolKey = tuple[str, str, str, str, str]
#: A family in a region.
Family = tuple[str, str]
Row = Mapping[str, Any]
NOTHING = Decimal(0)
#: Cost billed by the day, as a share of all, from which on a pool is looked at by the day.
DAILY_SHARE = Decimal("0.01")


@dataclass(frozen=True)
class OwnRate:
    """What the customer pays under a commitment of this kind for a family, and what it would cost without."""

    commitment_type: str
    plan_type: str
    term_months: int | None
    payment: str
    family: str
    cost: Decimal
    contracted_cost: Decimal


@dataclass(frozen=True)
class Pool:
    """One pool of a billing account in one currency.

    `families` and `groups` name the columns of `usage`; `price_factors`: the price before by the price after other
    discounts of on-demand usage (Google's sustained use discounts end where a commitment covers); `unit_costs`: a
    normalised unit on demand, 0 where there is none; `returning`: what would be paid on demand for covered usage, by
    the day on which its commitment ends.
    """

    key: PoolKey
    billing_period: date
    families: tuple[Family, ...]
    groups: tuple[str, ...]
    usage: Usage
    price_factors: tuple[Decimal, ...]
    unit_costs: tuple[Decimal, ...]
    returning: Mapping[date, Matrix]
    own_rates: tuple[OwnRate, ...]


def read_pools(rows: Sequence[Row]) -> list[Pool]:
    """Every pool that has usage on demand, by its key.

    Rows of `usage_hourly`, each with `first_day` and `last_day` of its source's usage in the time looked at.
    """
    by_key: dict[PoolKey, list[Row]] = defaultdict(list)
    for row in rows:
        by_key[
            (row["source_name"], row["cloud"], row["billing_account_id"] or "", row["pool"], row["currency"])
        ].append(row)
    pools = (_Grid(key, found).pool() for key, found in sorted(by_key.items()))
    return [pool for pool in pools if pool is not None]


@dataclass
class _Totals:
    group: str = ""
    cost: Decimal = NOTHING
    contracted: Decimal = NOTHING
    units: Decimal = NOTHING


@dataclass
class _Grid:
    """The rows of a pool as a matrix."""

    key: PoolKey
    rows: Sequence[Row]
    totals: dict[Family, _Totals] = field(default_factory=lambda: defaultdict(_Totals))

    def pool(self) -> Pool | None:
        on_demand = [row for row in self.rows if row["pricing_category"] == "Standard"]
        for row in on_demand:
            found = self.totals[_family(row)]
            found.group = row["family_group"]
            found.cost += row["cost"]
            found.contracted += row["contracted_cost"]
            found.units += row["units"] or NOTHING
        if sum((one.cost for one in self.totals.values()), NOTHING) <= 0:
            return None
        for row in self._covered():
            self.totals[_family(row)].group = row["family_group"]
        families = tuple(sorted(self.totals))
        totals = [self.totals[family] for family in families]
        hours = self._hours(on_demand)
        returning = self._returning(families, hours)
        amounts = self._matrix(on_demand, families, hours, "cost")
        # what a commitment covered that is over by now is paid on demand from here on
        ended = [returning.pop(day) for day in sorted(returning) if day <= self.rows[0]["last_day"]]
        names = tuple(f"{name} {region}".strip() for name, region in families)
        return Pool(
            key=self.key,
            billing_period=max(row["billing_period"] for row in self.rows),
            families=families,
            groups=tuple(one.group for one in totals),
            usage=Usage(names, sum(ended, amounts), hours),
            price_factors=tuple(_divide(one.contracted, one.cost, Decimal(1)) for one in totals),
            unit_costs=tuple(_divide(one.cost, one.units, NOTHING) for one in totals),
            returning=returning,
            own_rates=tuple(self._own_rates()),
        )

    def _covered(self) -> list[Row]:
        return [row for row in self.rows if row["pricing_category"] == "Committed"]

    def _returning(self, families: Sequence[Family], hours: int) -> dict[date, Matrix]:
        by_end: dict[date, list[Row]] = defaultdict(list)
        for row in self._covered():
            if row["commitment_end_date"]:
                by_end[row["commitment_end_date"]].append(row)
        return {day: self._matrix(rows, families, hours, "contracted_cost") for day, rows in by_end.items()}

    def _hours(self, on_demand: Sequence[Row]) -> int:
        """Hours of a row: 24 where more than a trifle is billed by the day."""
        daily = sum((row["cost"] for row in on_demand if row["period_hours"] > 1), NOTHING)
        return 24 if daily > DAILY_SHARE * sum((row["cost"] for row in on_demand), NOTHING) else 1

    def _matrix(self, rows: Sequence[Row], families: Sequence[Family], hours: int, amount: str) -> Matrix:
        first, last = self.rows[0]["first_day"], self.rows[0]["last_day"]
        amounts: Matrix = np.full((((last - first).days + 1) * 24 // hours, len(families)), NOTHING, dtype=object)
        start = datetime.combine(first, datetime.min.time())
        columns = {family: column for column, family in enumerate(families)}
        for row in rows:
            column = columns.get(_family(row))
            place = (row["started_at"] - start) // timedelta(hours=hours)
            if column is not None and 0 <= place < len(amounts):
                amounts[place, column] += row[amount]
        # a discount that is booked in an hour without usage of its family makes no negative usage
        amounts[amounts < NOTHING] = NOTHING
        return amounts

    def _own_rates(self) -> Iterator[OwnRate]:
        sums: dict[tuple[str, str, int | None, str, str], list[Decimal]] = defaultdict(lambda: [NOTHING, NOTHING])
        for row in self._covered():
            payment = (row["payment"] or "").lower()
            kind = (row["commitment_type"] or "", row["plan_type"] or "", read_months(row["term"]))
            found = sums[(*kind, payment, row["family"])]
            found[0] += row["cost"]
            found[1] += row["contracted_cost"]
        for key, (cost, contracted) in sorted(sums.items(), key=str):
            if cost > 0 and contracted > 0:
                yield OwnRate(*key, cost, contracted)


def read_months(term: str | None) -> int | None:
    """A term as bills write it, in months: `1yr`, `3 Years`, `P1Y`, `36 months`, `12`; None where it is not said."""
    digits = "".join(letter for letter in term or "" if letter.isdigit())
    if not digits:
        return None
    return int(digits) * 12 if "y" in (term or "").lower() else int(digits)


def _family(row: Row) -> Family:
    return row["family"], row["region"] or ""


def _divide(one: Decimal, other: Decimal, otherwise: Decimal) -> Decimal:
    return one / other if other > 0 else otherwise
