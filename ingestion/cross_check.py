"""A second opinion on daily totals: what a provider's own cost service states, compared with the warehouse."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

DailyTotals = dict[tuple[dt.date, str], Decimal]
"""(day, currency) -> billed cost."""


@dataclass(frozen=True)
class DayDifference:
    """A day on which the warehouse and the provider's cost service do not agree."""

    day: dt.date
    currency: str
    warehouse: Decimal
    provider: Decimal

    @property
    def described(self) -> str:
        """The difference as one line."""
        return f"{self.day} {self.currency}: warehouse {self.warehouse}, provider {self.provider}"


def compare_days(
    warehouse: Mapping[tuple[dt.date, str], Decimal],
    provider: Mapping[tuple[dt.date, str], Decimal],
    tolerance: Decimal,
) -> list[DayDifference]:
    """Days that the provider states and that differ by more than ``tolerance``, ordered by day and currency."""
    return [
        DayDifference(day, currency, warehouse.get((day, currency), Decimal(0)), stated)
        for (day, currency), stated in sorted(provider.items())
        if abs(warehouse.get((day, currency), Decimal(0)) - stated) > tolerance
    ]
