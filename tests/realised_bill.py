"""A bill of one account by day for tests of realised savings: what each resource costs on each day around a change."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from savings.realised.bills import Bills, Newcomer, shorten
from savings.realised.closings import Closing
from savings.realised.run import realise
from savings.realised.series import Days, Series, add_up_days
from tests.savings_plan import finding

#: The last day of the old state; a Sunday, four weeks before it are of whole weeks.
CHANGED = dt.date(2026, 9, 13)
SOURCE, ACCOUNT, REGION, SERVICE = "bills", "111111111111", "us-east-1", "Compute"
Cost = Callable[[dt.date], str | float | Decimal]


def day(offset: int) -> dt.date:
    """So many days after the change."""
    return CHANGED + dt.timedelta(days=offset)


def step(before: str | float, after: str | float) -> Cost:
    """One cost up to the change, another one from the day that follows it."""
    return lambda on: before if on <= CHANGED else after


def closing(name: str = "a", saving: str | None = "60", acted: bool = False, **fields: Any) -> Closing:
    """A finding on r-1 that was last seen two days after the change and lapsed, or that our action closed."""
    row = {"last_seen": day(2)} | finding(name, saving, **fields) | {"status": "done" if acted else "lapsed"}
    return Closing(row, CHANGED if acted else None)


@dataclass
class Desk:
    """Lines are added, findings judged. ``days_after``: how many days are billed after the change."""

    days_after: int = 28
    lines: list[dict[str, Any]] = field(default_factory=list)
    scope: list[dict[str, Any]] = field(default_factory=list)
    idle: list[dict[str, Any]] = field(default_factory=list)
    missing: set[dt.date] = field(default_factory=set)
    newcomers: list[Newcomer] = field(default_factory=list)
    ended: dict[str, dt.date] = field(default_factory=dict)

    @property
    def days(self) -> list[dt.date]:
        """Eight weeks before the change, its day, and those after it."""
        return [day(offset) for offset in range(-55, self.days_after + 1) if day(offset) not in self.missing]

    def bill(self, cost: Cost, resource: str = "r-1", meter: str = "BoxUsage", **columns: Any) -> "Desk":
        """A line a day of a resource; none on days without cost. Its scope has it too."""
        for on in self.days:
            if amount := Decimal(str(cost(on))):
                line = self._line(on, amount) | {"resource_id": resource, "usage_type": meter} | columns
                self.lines.append(line)
                self.scope.append(line)
        return self

    def others(self, cost: Cost) -> "Desk":
        """What the rest of the scope costs."""
        self.scope += [self._line(on, Decimal(str(cost(on)))) for on in self.days]
        return self

    def unused(self, cost: Cost, commitment: str = "plan-1") -> "Desk":
        """What of a commitment nobody uses."""
        self.idle += [
            self._line(on, Decimal(str(cost(on)))) | {"commitment_discount_id": commitment} for on in self.days
        ]
        return self

    def new(self, resource: str, offset: int, cost: str, meter: str = "BoxUsage") -> "Desk":
        """A resource that is billed from a day on."""
        self.newcomers.append(Newcomer(resource, day(offset), Decimal(cost)))
        self.scope += [self._line(on, Decimal(cost)) | {"usage_type": meter} for on in self.days if on >= day(offset)]
        return self

    def judge(self, *closings: Closing) -> list[dict[str, Any]]:
        """What came of these findings; of one by itself where none is given."""
        return realise(closings or [closing()], self.bills())

    def bills(self) -> Bills:
        """The lines as they are read."""
        lines: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
        for line in self.lines:
            lines.setdefault((SOURCE, ACCOUNT, shorten(line["resource_id"])), []).append(line)
        metered: dict[Any, Days] = {
            (SOURCE, ACCOUNT, REGION, meter, "USD"): Series.of(
                line for line in self.scope if line.get("usage_type", "BoxUsage") == meter
            ).costs
            for meter in ("BoxUsage", "Other")
        }
        return Bills(
            known={(SOURCE, ACCOUNT): self.days},
            ended=self.ended,
            lines=lines,
            scopes={
                (SOURCE, ACCOUNT, REGION, SERVICE, "USD"): Series.of(
                    line for line in self.scope if line["currency"] == "USD"
                ).costs
            },
            meters=metered,
            newcomers={(SOURCE, ACCOUNT, REGION, "BoxUsage", "USD"): self.newcomers},
            unused={(SOURCE, name[0]): days for name, days in add_up_days(self.idle, "commitment_discount_id").items()},
        )

    def _line(self, on: dt.date, amount: Decimal) -> dict[str, Any]:
        return {
            "usage_date": on, "period_days": 1, "is_month_priced": False, "cost": amount, "billed_cost": amount,
            "quantity": amount, "usage_type": "BoxUsage", "currency": "USD", "commitment_discount_id": None,
            "region": REGION, "service_name": SERVICE,
        }  # fmt: skip


def only(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The one row."""
    (row,) = rows
    return row
