"""What a landed delivery looks like in figures: one pass over its Parquet, judged before it is promoted."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from ingestion.contracts import LARGEST_COST, DeliveryError, ExportFormat
from ingestion.expressions.sql import quote_identifier, quote_literal, quote_path
from ingestion.snapshots import ControlTotal

#: Of the values that a note names.
SHOWN_VALUES = 5


@dataclass(frozen=True)
class DeliveryProfile:
    """The figures of one delivery of one billing period; ``checks`` are counts of faults, each expected to be 0.

    ``notes`` are about rows that are taken.
    """

    row_count: int
    billing_currencies: tuple[str, ...]
    control_totals: tuple[ControlTotal, ...]
    first_fault: dict[str, str]
    checks: dict[str, int]
    notes: tuple[str, ...] = ()


def profile_delivery(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    fmt: ExportFormat,
    dataset: str,
    billing_period: dt.date,
    expected_rows: int | None = None,
) -> DeliveryProfile:
    """Measure landed Parquet files of one (billing period, dataset)."""
    if not paths:
        return DeliveryProfile(0, (), (), {}, _count_faults(0, expected_rows, {}))
    listed = ", ".join(quote_path(p) for p in paths)
    rows = f"(select *, {quote_literal(dataset)} as dataset from read_parquet([{listed}], hive_partitioning = false))"
    required = {c.name: c.empty_where for c in fmt.columns if c.required and c.empty_where != "true"}
    _measure(connection, _write_query(rows, fmt, dataset, billing_period, required), billing_period)
    row_count, outside, unreadable = connection.execute(
        "select coalesce(sum(row_count), 0)::bigint, coalesce(sum(outside_period), 0)::bigint, "
        "coalesce(sum(unreadable), 0)::bigint from profile"
    ).fetchall()[0]
    # late charges and months that begin on another day belong to the delivery that brings them; another month's do not
    is_of_period = fmt.delivery_decides_period and outside < row_count
    counts = {"unreadable_values": unreadable, "rows_outside_billing_period": 0 if is_of_period else outside}
    counts |= {f"empty_{column}": _count_empty(connection, column) for column in required}
    currencies = _list_currencies(connection)
    faults = {}
    if fmt.identity:
        counts["repeated_line_items"] = _count_repeats(connection, rows, fmt)
        if counts["repeated_line_items"]:
            faults["repeated_line_items"] = _name_repeat(connection, rows, fmt)
    invalid = [c for c in currencies if len(c) != 3 or not c.isalpha() or c != c.upper()]
    if invalid:
        counts["invalid_currencies"] = len(invalid)
        faults["invalid_currencies"] = f"{invalid[-1]!r} is not an ISO 4217 code"
    return DeliveryProfile(
        row_count,
        currencies,
        tuple(_sum_measures(connection, fmt, dataset)),
        faults,
        _count_faults(row_count, expected_rows, counts),
        tuple(_write_notes(connection, rows, fmt)),
    )


def _write_query(
    rows: str, fmt: ExportFormat, dataset: str, billing_period: dt.date, required: Mapping[str, str]
) -> str:
    """The one pass over ``rows``: a row per currency. Its parameter is the billing period; ``required`` are the columns
    that are to have a value, with the condition of the rows that need none.
    """
    measures = fmt.measures.get(dataset, {})
    sums = ", ".join(f"sum(coalesce({sql}, 0))::decimal(38, 12) as {name}" for name, sql in measures.items())
    nulls = ", ".join(
        f"count(*) filter ({quote_identifier(c)} is null{f' and not coalesce({where}, false)' if where else ''}) "
        f"as {quote_identifier('null_' + c)}"
        for c, where in required.items()
    )
    noted = "".join(
        f", count(*) filter ({note.where}) as {quote_identifier('note_' + note.name)}" for note in fmt.notes
    )
    amounts = ", ".join(f"max(abs(coalesce({sql}, 0)))" for sql in measures.values())
    largest = f"greatest({amounts})" if amounts else "0"
    # what belongs to no period is not outside of one
    period = fmt.period_sql or quote_literal(billing_period.isoformat())
    periods = f"(({period})::date, ({fmt.bill_period_sql or period})::date)"
    return f"""create or replace temp table profile as
        select {fmt.currency_column} as currency, count(*) as row_count,
            count(*) filter (not coalesce(?::date in {periods}, false)) as outside_period,
            sum(cast_failures)::bigint as unreadable,
            sum(rounding_remainder) as rounding_remainder, {nulls} {", " + sums if sums else ""}
            {noted},
            {largest} as largest_cost
        from {rows} group by all"""


def _measure(connection: duckdb.DuckDBPyConnection, query: str, billing_period: dt.date) -> None:
    """Fill the table ``profile``; `DeliveryError` where a cost, or what they add up to, has more digits than money."""
    try:
        connection.execute(query, [billing_period])
    except duckdb.OutOfRangeException as error:
        raise DeliveryError("its costs add up to more digits than money has (26 before the point)") from error
    # DuckDB does not notice every sum that runs over (seen with 1.5.6), so no row may come near enough to make one
    largest_cost = connection.execute("select max(largest_cost) from profile").fetchall()[0][0] or 0
    if largest_cost >= LARGEST_COST:
        raise DeliveryError(f"a cost of {largest_cost:f} has more digits than money has here (15 before the point)")


def _sum_measures(connection: duckdb.DuckDBPyConnection, fmt: ExportFormat, dataset: str) -> Iterator[ControlTotal]:
    """The total of each measure in each currency."""
    for measure in fmt.measures.get(dataset, {}):
        found = connection.execute(
            f"select currency, sum({measure}), sum(rounding_remainder), sum(row_count)::bigint "
            "from profile group by 1 order by 1"
        ).fetchall()
        for currency, total, remainder, row_count in found:
            shown = _exact(remainder) if measure == _primary(fmt, dataset) else Decimal(0)
            yield ControlTotal(currency or "", measure, _exact(total), shown, row_count)


def _list_currencies(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    found = connection.execute("select distinct currency from profile where currency is not null order by 1").fetchall()
    return tuple(currency for (currency,) in found)


def _count_empty(connection: duckdb.DuckDBPyConnection, column: str) -> int:
    """How many rows lack the value of a required column."""
    query = f"select sum({quote_identifier('null_' + column)})::bigint from profile"
    return connection.execute(query).fetchall()[0][0] or 0


def _write_notes(connection: duckdb.DuckDBPyConnection, rows: str, fmt: ExportFormat) -> Iterator[str]:
    """The sentences of a format's notes that any row meets."""
    for note in fmt.notes:
        column = quote_identifier("note_" + note.name)
        count = connection.execute(f"select coalesce(sum({column}), 0)::bigint from profile").fetchall()[0][0]
        if count:
            found = connection.execute(
                f"select distinct left(cast({note.value} as varchar), 60) as value from {rows} where {note.where} "
                f"order by value nulls last limit {SHOWN_VALUES}"
            ).fetchall()
            yield note.sentence.format(n=count, values=", ".join(str(value) for (value,) in found))


def _primary(fmt: ExportFormat, dataset: str) -> str:
    """The measure that the format's cost column states, whose rounding remainder is shown."""
    return next(iter(fmt.measures.get(dataset, {})), "")


def _count_repeats(connection: duckdb.DuckDBPyConnection, rows: str, fmt: ExportFormat) -> int:
    """How many rows are the very same as another one with its identity; rows without an identity do not count."""
    identity = ", ".join(fmt.identity)
    named = " and ".join(f"{c} is not null" for c in fmt.identity)
    query = f"select count(*) - count(distinct hash({identity})) from {rows} where {named}"
    if not connection.execute(query).fetchall()[0][0]:
        return 0
    columns = ", ".join(quote_identifier(c.name) for c in fmt.columns)
    query = f"""select coalesce(sum(n) - count(*), 0) from (
        select count(*) as n from {rows} where {named} and hash({identity}) in (
            select hash({identity}) from {rows} where {named} group by 1 having count(*) > 1
        ) group by hash({columns}))"""
    return int(connection.execute(query).fetchall()[0][0])


def _name_repeat(connection: duckdb.DuckDBPyConnection, rows: str, fmt: ExportFormat) -> str:
    """One line identity that is there twice, and the file of it."""
    identity = ", ".join(fmt.identity)
    name, *values = connection.execute(
        f"select min(source_file), {identity} from {rows} where {fmt.identity[0]} is not null "
        f"group by {identity} having count(*) > 1 order by all limit 1"
    ).fetchall()[0]
    return f"{' '.join(map(str, values))} in {name}"


def _count_faults(row_count: int, expected_rows: int | None, counts: dict[str, int]) -> dict[str, int]:
    missing = 0 if expected_rows is None else abs(expected_rows - row_count)
    base = {
        "unreadable_values": 0,
        "rows_outside_billing_period": 0,
        "repeated_line_items": 0,
        "invalid_currencies": 0,
    }
    return {"rows_not_as_in_manifest": missing, **base, **counts}


def _exact(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value or 0))
