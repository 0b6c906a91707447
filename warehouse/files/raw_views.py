"""The raw tables of DuckDB and DuckLake: views over the Parquet files of the current snapshots."""

from collections.abc import Mapping, Sequence

import duckdb

from ingestion.columns.projection import LANDED_TYPES
from ingestion.contracts import ExportFormat
from ingestion.expressions.sql import quote_identifier, quote_path

PARTITION_COLUMNS = {"source_name": "VARCHAR", "billing_period": "DATE", "dataset": "VARCHAR", "delivery_id": "VARCHAR"}
#: The columns of a format that a file lacks -> the files that lack them.
AbsentColumns = Mapping[frozenset[str], Sequence[str]]


def read_absent_columns(
    connection: duckdb.DuckDBPyConnection, fmt: ExportFormat, paths: Sequence[str]
) -> AbsentColumns:
    """Files by the columns that they lack, having been landed before the format kept these; reads footers only."""
    if not paths:
        return {}
    listed = ", ".join(quote_path(p) for p in paths)
    wanted = frozenset(c.name for c in fmt.columns)
    found = connection.execute(
        f"select file_name, list(name) from parquet_schema([{listed}]) group by file_name"
    ).fetchall()
    names = {file: wanted.difference(columns) for file, columns in found}
    groups: dict[frozenset[str], list[str]] = {}
    for path in paths:
        groups.setdefault(names[path], []).append(path)
    return groups


def raw_view_sql(fmt: ExportFormat, paths: Sequence[str], absent: AbsentColumns | None = None) -> str:
    """The SELECT of a raw table over these Parquet files; without files it has the columns and no rows.

    ``absent``: the files by the columns that they lack, which are null for them; none lacks any when left out.
    """
    if not paths:
        empty = [
            *(f"cast(null as {kind}) as {name}" for name, kind in PARTITION_COLUMNS.items()),
            "cast(null as varchar) as source_file",
            *(f"cast(null as {LANDED_TYPES[c.kind]}) as {quote_identifier(c.name)}" for c in fmt.columns),
        ]
        return f"select {', '.join(empty)} where false"
    types = ", ".join(f"'{name}': {kind}" for name, kind in PARTITION_COLUMNS.items())
    selects = []
    for missing, files in (absent or {frozenset(): paths}).items():
        columns = [
            f"cast(null as {LANDED_TYPES[c.kind]}) as {quote_identifier(c.name)}"
            if c.name in missing
            else quote_identifier(c.name)
            for c in fmt.columns
        ]
        listed = ", ".join(quote_path(p) for p in files)
        selects.append(
            f"select {', '.join([*PARTITION_COLUMNS, 'source_file', *columns])} "
            f"from read_parquet([{listed}], hive_partitioning = true, hive_types = {{{types}}})"
        )
    return " union all ".join(selects)
