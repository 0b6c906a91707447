"""The first row of a landed file that cannot be taken, for the sentence that refuses the file."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb

from core.currencies import CURRENCIES, NO_MONEY, NOT_BILLED, UNKNOWN
from core.errors import shorten
from ingestion.columns.projection import TIMES, Projection
from ingestion.contracts import LARGEST_COST, Column, ExportFormat
from ingestion.expressions.dates import EARLIEST, PlausibleDates
from ingestion.expressions.sql import quote_identifier, quote_literal, quote_path

#: Of a value that cannot be read.
SHOWN_CHARACTERS = 80
GAP = "is empty, and filled in other rows: it has to be there in all of them or in none"
TOO_LARGE = "has more digits than money has here ({digits} before the point)"
COST_DIGITS = LARGEST_COST.adjusted()
#: What `MONEY_TYPE` holds before its point.
MOST_DIGITS = 26
_NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?\s*", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"\s*[+-]?[0-9.]*,[0-9]+\s*")
KINDS = {"timestamp": "a time", "date": "a date"}


@dataclass(frozen=True)
class RowFault:
    """A row that cannot be taken, and why; ``is_time`` where a value was meant as a day or time."""

    sentence: str
    value: str = ""
    is_time: bool = False


@dataclass(frozen=True)
class RowFaults:
    """What is wrong in the rows of a file: ``first`` where their billing periods are not known, else by period."""

    first: RowFault | None = None
    by_period: dict[dt.date, tuple[str, ...]] = field(default_factory=dict)

    @property
    def are_any(self) -> bool:
        """Whether anything is wrong."""
        return self.first is not None or bool(self.by_period)


def find_row_faults(
    connection: duckdb.DuckDBPyConnection,
    projection: Projection,
    fmt: ExportFormat,
    dates: PlausibleDates,
    landed: Path,
) -> RowFaults:
    """The first row with a value that cannot be read or without a billing period; and of each period, the first row in
    which a cell is empty that has to be filled, or holds no currency.

    One pass over the landed columns tells whether there is any; only then is the file read again in its own order.
    """
    first, last = quote_literal(EARLIEST.isoformat()), quote_literal(dates.latest_start.isoformat())
    no_period = (
        f"not coalesce({fmt.period_sql} between date {first} and date {last}, false)" if fmt.period_sql else "false"
    )
    kinds = [*_list_kinds(projection, fmt), *_list_currency_kinds(connection, fmt, landed)]
    counted = "".join(f", count(*) filter ({kind.condition})" for kind in kinds)
    rows, unread, without, *counts = connection.execute(
        f"select count(*), coalesce(sum(cast_failures), 0), count(*) filter ({no_period}){counted} "
        f"from read_parquet({quote_path(landed)})"
    ).fetchall()[0]
    if unread:
        return RowFaults(_name_unread(connection, projection, fmt, dates))
    if without:
        return RowFaults(_name_without_period(connection, projection, fmt, no_period))
    found: dict[dt.date, tuple[str, ...]] = {}
    for kind, count in zip(kinds, counts, strict=True):
        if not count or (kind.may_be_everywhere and count == rows):
            continue
        places = connection.execute(
            f"select {fmt.period_sql or 'null'}, min(data_row), arg_min({kind.shown}, data_row), "
            f"count(*) from ({projection.numbered_sql}) where {kind.condition} group by 1 order by 1"
        ).fetchall()
        for period, row, value, times in places:
            more = f" (and so in {times - 1} more rows)" if times > 1 else ""
            word = _read_word(connection, projection, kind.column, row) if kind.is_amount else ""
            what = f"{word!r} is not a number" if word else kind.sentence.format(value=value)
            sentence = f"{place_row(projection, row)}: {projection.spell(kind.column)} {what}{more}"
            if not fmt.period_sql:
                return RowFaults(RowFault(sentence))
            found[period] = (*found.get(period, ()), sentence)
    return RowFaults(None, found)


@dataclass(frozen=True)
class _Kind:
    """A fault that a row can have in a column; ``may_be_everywhere``: it is none where every row of the file has it.

    ``value``: SQL of what the sentence quotes, where it is not the column. ``is_amount``: an amount that is not there,
    for which a word may stand.
    """

    column: str
    condition: str
    sentence: str
    may_be_everywhere: bool = False
    value: str = ""
    is_amount: bool = False

    @property
    def shown(self) -> str:
        """SQL of what the sentence quotes, cut."""
        return f"left(({self.value or quote_identifier(self.column)})::varchar, {SHOWN_CHARACTERS})"


def _list_kinds(projection: Projection, fmt: ExportFormat) -> Iterator[_Kind]:
    for column in fmt.columns:
        if column.name in projection.missing:
            continue
        if column.required and column.empty_where != "true":
            yield _Kind(column.name, _is_empty(column), "is empty", is_amount=column.kind == "money")
        if column.all_or_none:
            yield _Kind(column.name, f"{quote_identifier(column.name)} is null", GAP, may_be_everywhere=True)
        if column.not_before and column.not_before not in projection.missing:
            yield _ends_early(column, projection)
    if fmt.cost_column:
        too_large = f"abs({quote_identifier(fmt.cost_column)}) >= {LARGEST_COST:f}"
        yield _Kind(fmt.cost_column, too_large, "{value} " + TOO_LARGE.format(digits=COST_DIGITS))


def _list_currency_kinds(connection: duckdb.DuckDBPyConnection, fmt: ExportFormat, landed: Path) -> list[_Kind]:
    """Nothing where all currencies are known: the few different ones are checked, and not each of millions of rows."""
    column = fmt.currency_column
    is_unknown, is_no_money = f"not {_is_among(column, CURRENCIES | NO_MONEY)}", _is_among(column, NO_MONEY)
    currencies = f"(select distinct {column} from read_parquet({quote_path(landed)}))"
    query = f"select 1 from {currencies} where {is_unknown} or {is_no_money} limit 1"
    if connection.execute(query).fetchone() is None:
        return []
    return [
        _Kind(column, is_unknown, f"{{value!r}} {UNKNOWN}", value=column),
        _Kind(column, is_no_money, f"{{value!r}} {NOT_BILLED}", value=column),
    ]


def _is_among(sql: str, codes: Iterable[str]) -> str:
    listed = ", ".join(quote_literal(code) for code in sorted(codes))
    return f"list_contains([{listed}], {sql})"


def _ends_early(column: Column, projection: Projection) -> _Kind:
    end, start = quote_identifier(column.name), quote_identifier(column.not_before)
    name = quote_literal(f" is before {projection.spell(column.not_before)} ")
    return _Kind(column.name, f"{end} < {start}", "{value}", value=f"{end}::varchar || {name} || {start}::varchar")


def _is_empty(column: Column) -> str:
    empty = f"{quote_identifier(column.name)} is null"
    return f"{empty} and not coalesce({column.empty_where}, false)" if column.empty_where else empty


def _read_word(connection: duckdb.DuckDBPyConnection, projection: Projection, landed: str, row: int) -> str:
    """What a file has in a cell that is read as nothing: a word such as NaN; empty where the cell is."""
    found = projection.native.find(projection.spelled.get(landed, landed))
    if found is None:
        return ""
    numbered = f"(select row_number() over () as data_row, * from {projection.native.as_written_sql})"
    query = f"select left({found.sql}::varchar, {SHOWN_CHARACTERS}) from {numbered} where data_row = {row}"
    (word,) = connection.execute(query).fetchall()[0]
    return (word or "").strip()


def _name_unread(
    connection: duckdb.DuckDBPyConnection, projection: Projection, fmt: ExportFormat, dates: PlausibleDates
) -> RowFault:
    count = len(projection.checked)
    texts = ", ".join(f"left(text_{n}, {SHOWN_CHARACTERS})" for n in range(count))
    marks = ", ".join(f"failed_{n}" for n in range(count))
    found = connection.execute(
        f"select data_row, [{marks}], [{texts}] from ({projection.numbered_sql}) where cast_failures > 0 "
        "order by data_row limit 1"
    ).fetchone()
    if found is None:
        return RowFault(f"{projection.native.name}: a value cannot be read")
    row, failed, values = found
    number = next(n for n, mark in enumerate(failed) if mark)
    checked, value = projection.checked[number], str(values[number])
    place = f"{place_row(projection, row)}: {shorten(checked.native.name)}"
    if checked.column.read_from:
        return RowFault(f"{place} {value!r} cannot be read")
    if checked.column.kind not in TIMES:
        return RowFault(
            f"{place} {value!r} {_describe_no_number(value, checked.column.name == fmt.cost_column)}", value
        )
    is_one = connection.execute("select try_cast(? as timestamp) is not null", [value]).fetchall()[0][0]
    wanted = dates.describe(checked.column) if is_one else KINDS[checked.column.kind]
    return RowFault(f"{place} {value!r} is not {wanted}", value, is_time=True)


def _describe_no_number(value: str, is_cost: bool) -> str:
    """Why a value is no amount or quantity that is read."""
    digits = COST_DIGITS if is_cost else MOST_DIGITS
    if _NUMBER.fullmatch(value) and _count_digits(value) > digits:
        return f"is too large: it {TOO_LARGE.format(digits=digits)}"
    if _DECIMAL_COMMA.fullmatch(value):
        return "is not a number: a decimal comma is not read, a point is"
    return "is not a number"


def _count_digits(value: str) -> int:
    """The digits before the point; 0 where an exponent is beyond all numbers."""
    try:
        return Decimal(value.strip()).adjusted() + 1
    except InvalidOperation:
        return 0


def _name_without_period(
    connection: duckdb.DuckDBPyConnection, projection: Projection, fmt: ExportFormat, no_period: str
) -> RowFault:
    named = [c.name for c in fmt.columns if c.name in fmt.period_sql and c.name not in projection.missing]
    shown = ", ".join(
        f"{quote_literal(projection.spell(n) + ' ')} || coalesce({quote_identifier(n)}::varchar, 'empty')"
        for n in named
    )
    row, value = connection.execute(
        f"select data_row, concat_ws(', ', {shown}) from ({projection.numbered_sql}) where {no_period} "
        "order by data_row limit 1"
    ).fetchall()[0]
    return RowFault(f"{place_row(projection, row)}: its billing period cannot be told ({value})")


def place_row(projection: Projection, row: int) -> str:
    """The file and the number of a row in it, for a message."""
    native = projection.native
    line = f" (line {row + 1})" if native.is_csv else f" (line {row})" if native.is_json_lines else ""
    return f"{projection.native.name}: data row {row}{line}"
