"""The tables that the pipeline writes beside dbt, as `dbt_project/models/written.yml` declares them.

A table has its declared columns and types whatever its rows are, also without any: a first day of costs has no
forecasts, and the models and dashboards that read them must still find their columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from core.declared_tables import read_declared_tables
from warehouse.contracts import Warehouse, WarehouseError

#: The Arrow type of each `data_type`; these are what a declaration may use.
ARROW_TYPES: Mapping[str, pa.DataType] = {
    "text": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "boolean": pa.bool_(),
    "bigint": pa.int64(),
    "double precision": pa.float64(),
    "numeric(38,12)": pa.decimal128(38, 12),
}


@dataclass(frozen=True)
class WrittenTable:
    """A table that the pipeline writes: what it means, and its columns in order."""

    schema: str
    name: str
    description: str
    columns: pa.Schema
    texts: Mapping[str, str]  # what each column means
    units: Mapping[str, str]  # what the numbers of a column count


@cache
def read_declaration() -> Mapping[tuple[str, str], WrittenTable]:
    """Every declared table by schema and name."""
    return {
        key: WrittenTable(
            declared.schema,
            declared.name,
            declared.description,
            pa.schema([(column.name, ARROW_TYPES[column.data_type]) for column in declared.columns]),
            {column.name: column.description for column in declared.columns},
            {column.name: column.unit for column in declared.columns if column.unit},
        )
        for key, declared in read_declared_tables().items()
    }


def find_written_table(schema: str, name: str) -> WrittenTable:
    """The declaration of one table."""
    return read_declaration()[schema, name]


def write_table(warehouse: Warehouse, schema: str, name: str, rows: Any) -> int:
    """Replace a declared table by these rows (a data frame or an Arrow table); returns how many there are."""
    return warehouse.replace_table(schema, name, fit_rows(find_written_table(schema, name), rows))


def write_tables(warehouse: Warehouse, schema: str, tables: Mapping[str, Any], mark: str = "") -> dict[str, int]:
    """Replace declared tables of a schema in one transaction; returns the rows of each. ``mark``: see `Warehouse`."""
    fitting = {name: fit_rows(find_written_table(schema, name), rows) for name, rows in tables.items()}
    return warehouse.replace_tables(schema, fitting, mark)


def fit_rows(table: WrittenTable, rows: Any) -> pa.Table:
    """The rows with the declared columns, in their order and types; `WarehouseError` where they do not fit.

    What is no number (NaN, infinity) is null: JSON, in which dashboards get their answers, knows neither. A frame
    without rows may lack its columns, because nothing made them.
    """
    if not len(rows):
        return table.columns.empty_table()
    given = rows.column_names if isinstance(rows, pa.Table) else list(rows.columns)
    place = f"{table.schema}.{table.name}"
    if sorted(given) != sorted(table.columns.names):
        differing = ", ".join(sorted(set(given) ^ set(table.columns.names)))
        raise WarehouseError(f"{place}: the rows to write and the declaration differ in {differing}")
    return pa.Table.from_arrays([_fit_column(place, rows[f.name], f) for f in table.columns], schema=table.columns)


def _fit_column(place: str, values: Any, field: pa.Field) -> pa.Array | pa.ChunkedArray:
    try:
        is_arrow = isinstance(values, pa.ChunkedArray)
        column = values.cast(field.type) if is_arrow else pa.Array.from_pandas(values, type=field.type)
    except pa.ArrowException as error:
        raise WarehouseError(f"{place}: column {field.name} is no {field.type}: {error}") from error
    if pa.types.is_floating(field.type):
        return pc.if_else(pc.is_finite(column), column, None)
    return column
