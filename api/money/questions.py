"""What a request asks of costs, checked: of which time, along which dimensions, filtered how, in which order."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model, model_validator

from api.money.measures import DIMENSIONS, CostTable, Dimension, Measure, QuestionError, find_dimension

#: Of which nothing is asked, where nothing is known.
FIRST_DAY = dt.date(2000, 1, 1)
MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
DAY = r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
MOST_LIMIT = 10_000
DEFAULT_LIMIT = 100
Value = Annotated[str, StringConstraints(max_length=300, pattern="^[^\\x00]*$")]
Day = Annotated[str, StringConstraints(pattern=DAY)]
FormatName = Literal["json", "csv", "ndjson", "parquet"]


class PageQuery(BaseModel):
    """Which page of an answer, and how it is written."""

    model_config = ConfigDict(extra="forbid")

    limit: int | None = Field(
        None, ge=1, le=MOST_LIMIT, description=f"Rows of one page. Default: {DEFAULT_LIMIT} in JSON, else all."
    )
    cursor: str | None = Field(None, max_length=500, description="Where to go on, as the page before says.")
    format: FormatName | None = Field(
        None, description="Instead of Accept. Others than json need the permission export_costs."
    )


def _make_filters() -> type[BaseModel]:
    """A model of the filters: for each dimension the values of which a row has one, and how its value may begin."""
    fields: dict[str, Any] = {}
    for name, meaning in DIMENSIONS.items():
        one_of = f"Only rows with one of these values; an empty one is that of rows without any. {meaning}"
        fields[name] = (list[Value], Field([], max_length=100, description=one_of))
        begins = f"Only rows whose {name} begins with one of these."
        fields[f"{name}_prefix"] = (list[Value], Field([], max_length=20, description=begins))
    return create_model("Filters", __base__=PageQuery, **fields)


Filters: Any = _make_filters()


class PeriodQuery(Filters):
    """The time that is asked about, and filters."""

    month: str | None = Field(
        None, pattern=MONTH, description="A billing period, as on the invoices. Default: the newest with usage."
    )
    start: Day | None = Field(None, description="First day of the charges (UTC), instead of a month.")
    end: Day | None = Field(None, description="The day after the last one (UTC).")

    @model_validator(mode="after")
    def _is_one_period(self) -> Self:
        if self.month and (self.start or self.end):
            raise ValueError("a month or days, not both")
        if bool(self.start) != bool(self.end):
            raise ValueError("start and end are given together; end is the day after the last one")
        for day in (self.start, self.end):
            if day is not None and not _is_day(day):
                raise ValueError(f"{day} is no day of the calendar")
        if self.start and self.end and self.start >= self.end:
            raise ValueError("end is the day after the last one: it comes after start")
        return self

    @property
    def filters(self) -> "dict[str, tuple[list[str], list[str]]]":
        """By dimension, the values and the beginnings that are asked for."""
        found = {name: (getattr(self, name), getattr(self, f"{name}_prefix")) for name in DIMENSIONS}
        return {name: wanted for name, wanted in found.items() if any(wanted)}


class CostQuery(PeriodQuery):
    """What is asked of costs."""

    group_by: list[Dimension] = Field([], max_length=8, description="Dimensions, one row for each combination.")
    measures: list[Measure] = Field(
        ["effective_cost"],
        min_length=1,
        max_length=6,
        description="What is added up. A quantity means something by usage_type alone, and needs it in group_by.",
    )
    granularity: Literal["none", "day", "month"] = Field(
        "none", description="Rows by day of the charge (charge_date), or by month (billing_period)."
    )
    currency: Literal["billing", "reporting"] = Field(
        "billing",
        description="billing: each currency by itself. reporting: converted with the stated rate of each day.",
    )
    allocation: bool = Field(False, description="Whose costs are after rules and splits, instead of as tags say.")
    compare: Literal["previous_period", "previous_year"] | None = Field(
        None, description="Beside each measure: _before, _change and _change_percent. Without granularity."
    )
    sort: list[Annotated[str, StringConstraints(pattern=r"^-?[a-z_]{1,60}$")]] = Field(
        [],
        max_length=5,
        description="Columns of the answer, each with - before it for the largest first. Default: time, currency, and "
        "the largest of the first measure.",
    )


@dataclass(frozen=True)
class Period:
    """A billing period, or days of charges; ``end`` is the day after the last one."""

    start: dt.date
    end: dt.date
    is_month: bool

    def condition(self, day: str = "charge_date") -> tuple[str, list[Any]]:
        """The SQL condition, and its parameters."""
        if self.is_month:
            return "costs.billing_period = ?", [self.start]
        return f"(costs.{day} >= ? and costs.{day} < ?)", [self.start, self.end]

    def before(self, compare: str) -> "Period":
        """The period that it is compared with."""
        if compare == "previous_year":
            # the day after the 28th of February, of which the year before has no other
            end = self.end if (self.end.month, self.end.day) != (2, 29) else self.end + dt.timedelta(days=1)
            return Period(_year_before(self.start), _year_before(end), self.is_month)
        if self.is_month:
            return month_of(self.start - dt.timedelta(days=1))
        return Period(self.start - (self.end - self.start), self.start, False)

    def as_json(self) -> dict[str, str]:
        """As an answer states it."""
        kind = "billing_period" if self.is_month else "charge_dates"
        return {"kind": kind, "start": self.start.isoformat(), "end": self.end.isoformat()}


def month_of(day: dt.date) -> Period:
    """The billing period that a day is in."""
    start = day.replace(day=1)
    return Period(start, (start + dt.timedelta(days=31)).replace(day=1), True)


def find_period(query: PeriodQuery, newest: dt.date | None) -> Period:
    """The time that is asked about; where none is, the newest billing period."""
    if query.start and query.end:
        return Period(dt.date.fromisoformat(query.start), dt.date.fromisoformat(query.end), False)
    if query.month:
        return month_of(dt.date.fromisoformat(f"{query.month}-01"))
    return month_of(newest or FIRST_DAY)


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _year_before(day: dt.date) -> dt.date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - 1, day=28)


def write_filters(
    table: CostTable, filters: Mapping[str, tuple[Sequence[str], Sequence[str]]]
) -> tuple[list[str], list[Any]]:
    """The SQL conditions of filters, and their parameters."""
    conditions: list[str] = []
    parameters: list[Any] = []
    for name, (values, prefixes) in filters.items():
        column = f"costs.{find_dimension(table, name, name)}"
        found = [value for value in values if value]
        parts = [f"{column} in ({', '.join('?' for _ in found)})"] if found else []
        parameters += found
        if "" in values:
            parts.append(f"({column} is null or {column} = '')")
        for prefix in prefixes:
            parts.append(f"left({column}, {len(prefix)}) = ?")
            parameters.append(prefix)
        conditions.append(f"({' or '.join(parts)})")
    return conditions, parameters


def check_question(query: CostQuery) -> None:
    """`QuestionError` where parts of the question do not go together."""
    if query.allocation and query.currency == "reporting":
        raise QuestionError("allocation", "allocated costs are in the billing currency; currency=reporting is not")
    if query.compare and query.granularity != "none":
        raise QuestionError("compare", "periods are compared as wholes: without granularity")
    if query.compare and "billing_period" in query.group_by:
        raise QuestionError("compare", "periods are compared as wholes: without billing_period in group_by")
    if "consumed_quantity" in query.measures and "usage_type" not in query.group_by:
        raise QuestionError("measures", "consumed_quantity adds up units of one usage_type alone: group_by it")
    for name in ("group_by", "measures"):
        given = getattr(query, name)
        if len(set(given)) < len(given):
            raise QuestionError(name, f"{name}: each is named once")
