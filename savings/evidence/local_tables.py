"""Answers of the warehouse as tables of a DuckDB on this machine, for whoever has many questions to few rows."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.contracts import Cursor, Warehouse

#: A statement of the warehouse with its parameters.
Statement = tuple[str, Sequence[Any]]


@contextmanager
def make_tables(warehouse: Warehouse, statements: Mapping[str, Statement]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection of DuckDB's that has each statement's answer as a temporary table of that name.

    An engine that is DuckDB makes them where it is; of another one the rows are fetched. Nothing of the warehouse is
    changed.
    """
    with warehouse.connect(read_only=True) as connection:
        if isinstance(connection, duckdb.DuckDBPyConnection):
            for name, (query, parameters) in statements.items():
                connection.execute(f"create temp table {name} as {query}", parameters)
            yield connection
            return
        answers = {name: _fetch(connection.execute(*statement)) for name, statement in statements.items()}
    with duckdb.connect() as local:
        local.execute("set timezone = 'UTC'")
        for name, answer in answers.items():
            local.register("answer", answer)
            local.execute(f"create temp table {name} as select * from answer")
            local.unregister("answer")
        yield local


def _fetch(cursor: Cursor) -> pa.Table:
    """All rows by column; a column without any value is text."""
    names = [column[0] for column in cursor.description or ()]
    rows = cursor.fetchall()
    columns = {name: pa.array([row[place] for row in rows]) for place, name in enumerate(names)}
    return pa.table({n: c.cast(pa.string()) if pa.types.is_null(c.type) else c for n, c in columns.items()})
