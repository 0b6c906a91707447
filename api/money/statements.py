"""The statement that answers a question about costs. Names come from the semantic layer, values are parameters."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from api.callers import Caller
from api.money.measures import ALLOCATED, DAILY, REPORTING, CostTable, QuestionError, find_dimension, find_measure
from api.money.questions import CostQuery, Period, check_question, write_filters
from api.money.rows import relation
from api.services import Services

#: How a column is written into files of columns.
Kind = Literal["text", "date", "timestamp", "money", "count", "flag"]


@dataclass(frozen=True)
class Column:
    """A column of an answer. ``of``: of which column it is the change in percent, which is worked out afterwards."""

    name: str
    kind: Kind
    of: str = ""


@dataclass(frozen=True)
class Statement:
    """SQL whose parameters end with limit and offset, and what its rows hold."""

    sql: str
    parameters: tuple[Any, ...]
    columns: tuple[Column, ...]


@dataclass
class _Parts:
    names: list[Column] = field(default_factory=list)
    selected: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)

    def add(self, column: Column, sql: str, parameters: Sequence[Any] = ()) -> None:
        self.names.append(column)
        self.selected.append(f"{sql} as {column.name}")
        self.parameters += parameters


def table_of(query: CostQuery) -> CostTable:
    """The table that answers."""
    return ALLOCATED if query.allocation else REPORTING if query.currency == "reporting" else DAILY


def write_statement(services: Services, caller: Caller, query: CostQuery, period: Period) -> Statement:
    """The statement of a question, over the rows that the caller sees; `QuestionError` where it cannot be asked."""
    check_question(query)
    table, parts = table_of(query), _Parts()
    if query.granularity == "day":
        parts.add(Column("charge_date", "date"), "costs.charge_date")
    if query.granularity == "month" or "billing_period" in query.group_by:
        parts.add(Column("billing_period", "date"), "costs.billing_period")
    currency = "reporting_currency" if table is REPORTING else "billing_currency"
    parts.add(Column(currency, "text"), f"costs.{currency}")
    for name in query.group_by:
        # the same as a column that is there already; a bill's own currency beside the reporting one is another
        if name not in {column.name for column in parts.names}:
            parts.add(Column(name, "text"), f"costs.{find_dimension(table, name, 'group_by')}")
    grouped = len(parts.names)
    before = period.before(query.compare) if query.compare else None
    for measure in query.measures:
        _add_measure(parts, table, measure, period, before)
    wanted, values = period.condition()
    if before is not None:
        other, others = before.condition()
        wanted, values = f"({wanted} or {other})", [*values, *others]
    filters, filtered = write_filters(table, query.filters)
    sql = (
        f"select {', '.join(parts.selected)} from {relation(services, caller, table.name)} as costs "  # noqa: S608
        f"where {' and '.join([wanted, *filters])} group by {', '.join(map(str, range(1, grouped + 1)))} "
        f"order by {_write_order(query.sort, parts.names, grouped)} limit ? offset ?"
    )
    return Statement(sql, (*parts.parameters, *values, *filtered), _with_percent(parts.names))


def _add_measure(parts: _Parts, table: CostTable, name: str, period: Period, before: Period | None) -> None:
    column, is_count = f"costs.{find_measure(table, name)}", name == "line_item_count"
    kind: Kind = "count" if is_count else "money"
    sql_type = "bigint" if is_count else "decimal(38, 12)"
    if before is None:
        parts.add(Column(name, kind), f"cast(sum({column}) as {sql_type})")
        return
    (now, at), (then, at_then) = period.condition(), before.condition()
    wanted, both = f"({now} or {then})", [*at, *at_then]
    sum_now, sum_then = (f"sum(case when {wanted} then {column} end)" for wanted in (now, then))
    parts.add(Column(name, kind), f"cast({sum_now} as {sql_type})", at)
    parts.add(Column(f"{name}_before", kind), f"cast({sum_then} as {sql_type})", at_then)
    change = f"cast(coalesce({sum_now}, 0) - coalesce({sum_then}, 0) as {sql_type})"
    values = [*at, *at_then]
    if table is REPORTING:
        # a cost without a rate is in neither sum: a change that leaves it out would be no change of costs
        rows, known = (f"count(case when {wanted} then {what} end)" for what in ("1", column))
        change, values = f"case when {rows} = {known} then {change} end", [*both, *both, *values]
    parts.add(Column(f"{name}_change", kind), change, values)


def _with_percent(columns: Sequence[Column]) -> tuple[Column, ...]:
    found: list[Column] = []
    for column in columns:
        found.append(column)
        if column.name.endswith("_change"):
            found.append(Column(f"{column.name}_percent", "money", of=column.name.removesuffix("_change")))
    return tuple(found)


def _write_order(sort: Sequence[str], columns: Sequence[Column], grouped: int) -> str:
    """By position; every column that tells rows apart is in it, so that pages neither overlap nor leave out."""
    places = {column.name: number for number, column in enumerate(columns, 1)}
    order: dict[int, str] = {}
    for given in sort:
        name = given.removeprefix("-")
        if name not in places:
            raise QuestionError("sort", f"sort: {name} is no column of this answer; there are {', '.join(places)}")
        order.setdefault(places[name], "desc" if given != name else "asc")
    if not sort:
        times = [place for name, place in places.items() if name in ("charge_date", "billing_period")]
        currencies = [place for name, place in places.items() if name.endswith("_currency")]
        order = {place: "asc" for place in (*times, *currencies)} | {grouped + 1: "desc"}
    for place in range(1, grouped + 1):
        order.setdefault(place, "asc")
    return ", ".join(f"{place} {way} nulls last" for place, way in order.items())
