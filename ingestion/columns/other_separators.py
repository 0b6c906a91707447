"""What a file leaves open between whose values no comma stands: it was most likely written in another country, where
the day comes before the month and a point groups thousands.
"""

from collections.abc import Callable, Sequence

import duckdb

from ingestion.columns.faults import SHOWN_CHARACTERS, RowFault, place_row
from ingestion.columns.projection import TIMES, Checked, Projection
from ingestion.expressions.dates import ORDERED_DATE
from ingestion.expressions.sql import quote_literal

#: A number with thousands grouped, as DuckDB's regular expressions write it: no group of thousands begins with a zero.
_GROUPED_NUMBER = r"^\s*[+-]?[1-9]\d{0,2}(\.\d{3})+\s*$"
_GROUPED = "a point may group thousands here; write it with more decimals or separate by commas"

#: SQL of a cell -> SQL telling whether it is looked for.
_Condition = Callable[[str], str]


def find_ordered_day(connection: duckdb.DuckDBPyConnection, projection: Projection) -> RowFault | None:
    """The first day or time of a file whose day and month could change places."""
    times = [c for c in projection.checked if c.column.kind in TIMES and c.native.duckdb_type == "VARCHAR"]
    found = _find_first(connection, projection, times, _matches(ORDERED_DATE))
    if found is None:
        return None
    place, value = found
    return RowFault(f"{place} {value!r} does not tell its day from its month", value, is_time=True)


def find_grouped_number(connection: duckdb.DuckDBPyConnection, projection: Projection) -> RowFault | None:
    """The first number of a file whose point may group thousands; None where another one proves that it is decimal.

    Amounts are proved by amounts alone: what a program counts it may write otherwise than what is paid.
    """
    is_grouped = _matches(_GROUPED_NUMBER)

    def is_decimal(sql: str) -> str:
        return f"contains({sql}, '.') and not {is_grouped(sql)}"

    for kind in ("money", "quantity"):
        numbers = [c for c in projection.checked if c.column.kind == kind and not c.column.read_from]
        if _has_any(connection, projection, numbers, is_decimal):
            return None
        found = _find_first(connection, projection, numbers, is_grouped)
        if found is not None:
            place, value = found
            return RowFault(f"{place} {value!r}: {_GROUPED}", value)
    return None


def _matches(pattern: str) -> _Condition:
    return lambda sql: f"regexp_matches({sql}, {quote_literal(pattern)})"


def _has_any(
    connection: duckdb.DuckDBPyConnection, projection: Projection, columns: Sequence[Checked], condition: _Condition
) -> bool:
    where = _any_of(columns, condition)
    query = f"select 1 from {projection.native.reader_sql} where {where} limit 1"
    return connection.execute(query).fetchone() is not None


def _find_first(
    connection: duckdb.DuckDBPyConnection, projection: Projection, columns: Sequence[Checked], condition: _Condition
) -> tuple[str, str] | None:
    """Place and value of the first cell that meets a condition."""
    if not _has_any(connection, projection, columns, condition):
        return None  # numbering the rows takes longer
    shown = ", ".join(f"left(trim({c.native.sql}), {SHOWN_CHARACTERS})" for c in columns)
    met = ", ".join(f"coalesce({condition(c.native.sql)}, false)" for c in columns)
    row, values, marks = connection.execute(
        f"select data_row, [{shown}], [{met}] from (select row_number() over () as data_row, * "
        f"from {projection.native.reader_sql}) where {_any_of(columns, condition)} order by data_row limit 1"
    ).fetchall()[0]
    number = marks.index(True)
    return f"{place_row(projection, row)}: {projection.spell(columns[number].column.name)}", values[number]


def _any_of(columns: Sequence[Checked], condition: _Condition) -> str:
    return " or ".join(f"({condition(c.native.sql)})" for c in columns) or "false"
