"""Tables that an earlier release built with other columns: they go, and the next build makes them from the lake. Those
that the pipeline writes beside dbt stay until it writes them; what they lack is known.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.declared_tables import read_declared_tables
from warehouse.contracts import Connection, Warehouse
from warehouse.duckdb_tables import DuckDbTables

#: (schema, table) -> the names of its columns.
Columns = Mapping[tuple[str, str], frozenset[str]]


def read_derived_tables(manifest: Path) -> Columns:
    """The tables that dbt keeps from run to run and can build again from what was landed, as the project has them now.

    What the lake alone cannot give back (`full_refresh: false`) is not among them.
    """
    nodes = json.loads(manifest.read_text())["nodes"].values()
    return {
        (node["schema"], node["alias"]): frozenset(node["columns"])
        for node in nodes
        if node["config"].get("materialized") == "incremental" and node["config"].get("full_refresh") is not False
    }


def drop_outdated(warehouse: Warehouse, tables: Columns) -> Sequence[str]:
    """Drop the tables whose columns are others; returns their names.

    Then all of these tables are behind in every period, as one release may also mean other values in the same columns.
    """
    if not warehouse.has_table("intermediate", "loaded_snapshots"):
        return []
    with warehouse.connect() as connection:
        found: dict[tuple[str, str], set[str]] = {}
        for schema, table, column in connection.execute(
            "select table_schema, table_name, column_name from information_schema.columns"
        ).fetchall():
            found.setdefault((schema, table), set()).add(column)
        outdated = sorted(name for name, columns in tables.items() if found.get(name, columns) != columns)
        kinds = {
            (schema, table): "view" if kind == "VIEW" else "table"  # of a model that is kept in files
            for schema, table, kind in connection.execute(
                "select table_schema, table_name, table_type from information_schema.tables"
            ).fetchall()
        }
        # what is dropped last is found again by the run after one that was killed in between
        if outdated:
            marks = ", ".join("?" for _ in tables)
            connection.execute(
                f"delete from intermediate.loaded_snapshots where model_name in ({marks})",
                sorted(table for _, table in tables),
            )
        # views of DuckDB outlive what they read, and DuckLake knows no other way
        along = "" if isinstance(warehouse, DuckDbTables) else " cascade"
        for schema, table in outdated:
            connection.execute(f"drop {kinds[schema, table]} {schema}.{table}{along}")
    return [f"{schema}.{table}" for schema, table in outdated]


def list_lacking(connection: Connection) -> Mapping[str, Mapping[str, str]]:
    """By table that the pipeline writes (`schema.name`), the columns with their types that it lacks because an earlier
    release wrote it; a table that is not there at all, or lacks nothing, is left out.
    """
    found: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in connection.execute(
        "select table_schema, table_name, column_name from information_schema.columns"
    ).fetchall():
        found.setdefault((schema, table), set()).add(column)
    lacking = {
        f"{schema}.{table}": {
            one.name: one.data_type for one in declared.columns if one.name not in found[schema, table]
        }
        for (schema, table), declared in read_declared_tables().items()
        if (schema, table) in found
    }
    return {name: columns for name, columns in lacking.items() if columns}
