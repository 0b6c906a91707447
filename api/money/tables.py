"""Tables of the warehouse as lists: columns by name, filters by equality, an order in which no two rows are alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from api.money.answers import Asking, Content, MoneyAnswer, describe
from api.money.costs import Cells, answer_rows
from api.money.questions import PageQuery
from api.money.rows import relation
from api.money.statements import Column, Kind, Statement
from api.published import Reading

#: How numbers leave the warehouse that models keep as doubles: six places are more than they know.
_AS_DECIMAL = "decimal(38, 12)"


class Rows(MoneyAnswer):
    """Rows of a table."""

    items: list[Cells] = Field(description="Amounts and shares are decimal texts, days ISO 8601.")
    next: str | None = Field(description="The cursor of the next page; null on the last.")


@dataclass(frozen=True)
class Listing:
    """A table as a list. ``order``: columns by which rows are told apart, a minus before those that run backwards."""

    table: str
    columns: tuple[Column, ...]
    order: tuple[str, ...]


def columns_of(**names: str) -> tuple[Column, ...]:
    """Columns by kind: ``text="team service_name", money="billed_cost"``; in the order in which they are given."""
    kinds: Mapping[str, Kind] = {
        "text": "text", "date": "date", "timestamp": "timestamp", "money": "money", "count": "count", "flag": "flag"
    }  # fmt: skip
    return tuple(Column(name, kinds[kind]) for kind, text in names.items() for name in text.split())


def answer_listing(
    asking: Asking,
    query: PageQuery,
    reading: Reading,
    listing: Listing,
    filters: Mapping[str, Sequence[Any]],
    conditions: Sequence[str] = (),
) -> Content:
    """A page of the rows that the caller sees. ``filters``: by column the values of which a row has one; no value asks
    nothing. ``conditions`` are SQL of ours."""
    conditions = [*conditions, *(f"listed.{n} in ({', '.join('?' * len(v))})" for n, v in filters.items() if v)]
    columns = ", ".join(_select(column) for column in listing.columns)
    order = ", ".join(
        f"listed.{name.removeprefix('-')} {'desc' if name[0] == '-' else 'asc'} nulls last" for name in listing.order
    )
    seen = relation(asking.services, asking.caller, listing.table, reading.snapshot)
    sql = (
        f"select {columns} from {seen} as listed "  # noqa: S608
        f"{'where ' + ' and '.join(conditions) if conditions else ''} order by {order} limit ? offset ?"
    )
    statement = Statement(sql, tuple(value for values in filters.values() for value in values), listing.columns)
    name = listing.table.partition(".")[2]
    return answer_rows(asking, query, reading, statement, describe(reading.snapshot, ()), name)


def _select(column: Column) -> str:
    name = f'listed."{column.name}"'
    return f"cast({name} as {_AS_DECIMAL}) as {column.name}" if column.kind == "money" else name
