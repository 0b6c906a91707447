"""What may be spent: section ``budgets`` of the configuration."""

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from cloudcost.config.scopes import COST_FIELDS, asks_only
from core.plausible import check_plausible
from core.scope import Scope
from core.section import CurrencyCode, Section, check_visible

Amount = Annotated[Decimal, Field(ge=0, max_digits=26, decimal_places=12)]
PeriodKind = Literal["month", "quarter", "year"]
MONTHS: dict[PeriodKind, int] = {"month": 1, "quarter": 3, "year": 12}
#: How the first day of a period is written, per kind of period.
PERIOD_NAMES: dict[PeriodKind, str] = {
    "month": r"(\d{4})-(0[1-9]|1[0-2])",
    "quarter": r"(\d{4})-Q([1-4])",
    "year": r"(\d{4})()",
}
EXAMPLES: dict[PeriodKind, str] = {"month": "2025-04", "quarter": "2025-Q2", "year": "2025"}


class BudgetSettings(Section):
    """One budget: an amount per calendar month, quarter or year for the costs of a scope."""

    name: Annotated[str, AfterValidator(check_visible)] = Field(
        min_length=1, max_length=100, description="Names the budget in tables and alerts."
    )
    scope: Annotated[Scope, AfterValidator(asks_only(*COST_FIELDS))] = Field(
        Scope(), description="Which costs count. Default: all."
    )
    period: PeriodKind = Field("month", description="The calendar period that an amount is for.")
    amount: Amount | None = Field(None, description="The amount of every period. Either this or `amounts`.")
    amounts: dict[str, Amount] = Field(
        default_factory=dict,
        description="Amounts of single periods, by their name: 2025-04, 2025-Q2 or 2025. Periods that it does not name "
        "have `amount`, or no budget where there is none.",
    )
    starts: str | None = Field(
        None, description="The first period that `amount` holds for. Default: all that have costs."
    )
    ends: str | None = Field(None, description="The last period that `amount` holds for. Default: without end.")
    currency: CurrencyCode | None = Field(
        None,
        description="Currency of the amounts. Default: the reporting currency, in which all costs are. Another one "
        "counts costs billed in it, and is refused (status mixed_currencies) when others are in its scope.",
    )
    measure: Literal["effective_cost", "billed_cost"] = Field(
        "effective_cost",
        description="effective_cost spreads what was paid upfront over the time it is for, as budgets mostly do; "
        "billed_cost is what is invoiced.",
    )
    thresholds: tuple[Annotated[Decimal, Field(gt=0, le=1000)], ...] = Field(
        (Decimal(80), Decimal(100)),
        description="Percent of the amount at which an incident is opened, once each. 80 leaves time to act; 100 is "
        "over.",
    )
    alert_on_forecast: bool = Field(
        True, description="Also when the forecast exceeds the amount: that is when something can still be done."
    )

    @field_validator("name")
    @classmethod
    def _name_is_trimmed(cls, name: str) -> str:
        if name != name.strip():
            raise ValueError("there is blank space around the name")
        return name

    @model_validator(mode="after")
    def _amounts_fit_the_period(self) -> "BudgetSettings":
        if self.amount is None and not self.amounts:
            raise ValueError("a budget needs an amount, or amounts per period")
        for name in (*self.amounts, *(p for p in (self.starts, self.ends) if p)):
            parse_period(name, self.period)
        if self.starts and self.ends and parse_period(self.ends, self.period) < parse_period(self.starts, self.period):
            raise ValueError(f"it ends ({self.ends}) before it starts ({self.starts})")
        return self


def parse_period(name: str, kind: PeriodKind) -> dt.date:
    """The first day of the period of that name; ValueError for a name of another kind, or a year nobody means."""
    found = re.fullmatch(PERIOD_NAMES[kind], name)
    if found is None:
        raise ValueError(f"{name!r} names no {kind}; one is written like {EXAMPLES[kind]}")
    return check_plausible(dt.date(int(found[1]), (int(found[2] or 1) - 1) * MONTHS[kind] + 1, 1))


def next_period(start: dt.date, kind: PeriodKind) -> dt.date:
    """The first day of the period after that one."""
    month = start.month - 1 + MONTHS[kind]
    return dt.date(start.year + month // 12, month % 12 + 1, 1)
