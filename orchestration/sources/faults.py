"""The first row of a landed file that cannot be taken, for the sentence that refuses the file."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.sources.contracts import Column, ExportFormat
from orchestration.sources.dates import EARLIEST, PlausibleDates
from orchestration.sources.projection import TIMES, Projection
from orchestration.sources.sql import quote_identifier, quote_literal, quote_path

#: Of a value that cannot be read.
SHOWN_CHARACTERS = 80
NO_CURRENCY = "{value!r} is not an ISO 4217 code"
KINDS = {"money": "a number", "quantity": "a number", "timestamp": "a time", "date": "a date"}


@dataclass(frozen=True)
class RowFault:
    """A row that cannot be taken, and why; ``is_time`` where a value was meant as a day or time."""

    sentence: str
    value: str = ""
    is_time: bool = False


@dataclass(frozen=True)
class RowFaults:
    """What is wrong in the rows of a file: ``first`` where their billing periods cannot be told, else by period."""

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
    required = [c for c in fmt.columns if c.required and c.empty_where != "true" and c.name not in projection.missing]
    first, last = quote_literal(EARLIEST.isoformat()), quote_literal(dates.latest_start.isoformat())
    no_period = f"not coalesce({fmt.period_sql} between date {first} and date {last}, false)"
    kinds = [(c.name, _is_empty(c), "is empty") for c in required]
    kinds.append((fmt.currency_column, f"not regexp_full_match({fmt.currency_column}, '[A-Z]{{3}}')", NO_CURRENCY))
    counted = ", ".join(f"count(*) filter ({condition})" for _, condition, _ in kinds)
    unread, without, *counts = connection.execute(
        f"select coalesce(sum(cast_failures), 0), count(*) filter ({no_period}), {counted} "
        f"from read_parquet({quote_path(landed)})"
    ).fetchall()[0]
    if unread:
        return RowFaults(_name_unread(connection, projection, dates))
    if without:
        return RowFaults(_name_without_period(connection, projection, fmt, no_period))
    found: dict[dt.date, tuple[str, ...]] = {}
    for (name, condition, what), count in zip(kinds, counts, strict=True):
        if count:
            rows = connection.execute(
                f"select {fmt.period_sql}, min(data_row), arg_min({quote_identifier(name)}, data_row), count(*) "
                f"from ({projection.numbered_sql}) where {condition} group by 1 order by 1"
            ).fetchall()
            for period, row, value, times in rows:
                more = f" (and so in {times - 1} more rows)" if times > 1 else ""
                sentence = f"{_place(projection, row)}: {projection.spell(name)} {what.format(value=value)}{more}"
                found[period] = (*found.get(period, ()), sentence)
    return RowFaults(None, found)


def _is_empty(column: Column) -> str:
    empty = f"{quote_identifier(column.name)} is null"
    return f"{empty} and not coalesce({column.empty_where}, false)" if column.empty_where else empty


def _name_unread(connection: duckdb.DuckDBPyConnection, projection: Projection, dates: PlausibleDates) -> RowFault:
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
    is_time = checked.column.kind in TIMES
    is_one = is_time and connection.execute("select try_cast(? as timestamp) is not null", [value]).fetchall()[0][0]
    wanted = dates.describe(checked.column) if is_one else KINDS[checked.column.kind]
    return RowFault(f"{_place(projection, row)}: {checked.native.name} {value!r} is not {wanted}", value, is_time)


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
    return RowFault(f"{_place(projection, row)}: its billing period cannot be told ({value})")


def _place(projection: Projection, row: int) -> str:
    line = f" (line {row + 1})" if projection.native.is_csv else ""
    return f"{projection.native.name}: data row {row}{line}"
