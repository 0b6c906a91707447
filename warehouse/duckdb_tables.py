"""What DuckDB writes beside dbt, wherever its tables are: the raw views, the settings, the results of `ml/`."""

import datetime as dt
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import duckdb

from ingestion.expressions.sql import quote_identifier, quote_literal
from ingestion.formats import DATASETS
from ingestion.snapshots import Snapshot
from warehouse.files.raw_views import raw_view_sql, read_absent_columns
from warehouse.reading import ReadableWarehouse
from warehouse.rows import control_total_rows, current_snapshot_rows
from warehouse.settings_contracts import SQL_TYPES, SettingsContent

_CURRENT_SNAPSHOTS = (
    "source_name varchar, billing_period date, dataset varchar, delivery_id varchar, table_name varchar, "
    "row_count bigint, promoted_at timestamp"
)
_CONTROL_TOTALS = (
    "source_name varchar, billing_period date, dataset varchar, delivery_id varchar, "
    "billing_currency varchar, measure varchar, file_total decimal(38, 12), "
    "rounding_remainder decimal(38, 30), row_count bigint"
)


class DuckDbTables(ReadableWarehouse):
    """The writing half of the `Warehouse` protocol for a catalog of DuckDB: a file, or DuckLake."""

    @abstractmethod
    def connect(self, read_only: bool = False) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """A connection in UTC, in the warehouse's own catalog."""

    def before_publishing(self, connection: duckdb.DuckDBPyConnection) -> None:
        """What has to be done before snapshots are published; nothing, unless an engine says so."""

    def publish_snapshots(self, lake: Any, current: Sequence[tuple[Snapshot, dt.datetime]]) -> None:
        """Make schema ``raw`` show exactly the current snapshots, in one transaction.

        Each raw table is a view over the Parquet files of the lake: nothing is copied, and a reader that filters by
        source and billing period opens the files of those alone.
        """
        with self.connect() as connection:
            self.before_publishing(connection)
            connection.begin()
            connection.execute("create schema if not exists raw")
            for fmt in DATASETS:
                files = [lake.uri(p) for s, _ in current if s.table == fmt.table for p in s.paths]
                absent = read_absent_columns(connection, fmt, files)
                connection.execute(f"create or replace view raw.{fmt.table} as {raw_view_sql(fmt, files, absent)}")
            replace_rows(connection, "raw.current_snapshots", _CURRENT_SNAPSHOTS, current_snapshot_rows(current))
            totals = control_total_rows([s for s, _ in current])
            replace_rows(connection, "raw.control_totals", _CONTROL_TOTALS, totals)
            connection.commit()

    def publish_settings(self, settings: Sequence[SettingsContent]) -> list[str]:
        """Make schema ``settings`` hold exactly these tables, in one transaction; returns those whose content changed.

        ``settings.fingerprints`` names each with the fingerprint of its content, which shows dbt what to build anew.
        """
        with self.connect() as connection:
            connection.begin()
            connection.execute("create schema if not exists settings")
            described = "table_name varchar, fingerprint varchar"
            connection.execute(f"create table if not exists settings.fingerprints ({described})")
            present = dict(connection.execute("select table_name, fingerprint from settings.fingerprints").fetchall())
            wanted = {content.table.name: content.fingerprint for content in settings}
            changed = [content for content in settings if present.get(content.table.name) != content.fingerprint]
            for name in present.keys() - wanted.keys():
                connection.execute(f"drop table if exists settings.{quote_identifier(name)}")
            for content in changed:
                columns = ", ".join(f"{quote_identifier(c.name)} {SQL_TYPES[c.kind]}" for c in content.table.columns)
                name = f"settings.{quote_identifier(content.table.name)}"
                replace_rows(connection, name, columns, list(content.rows))
            if present != wanted:
                replace_rows(connection, "settings.fingerprints", described, sorted(wanted.items()))
            connection.commit()
            return [content.table.name for content in changed]

    def replace_tables(self, schema: str, frames: Mapping[str, Any], mark: str = "") -> dict[str, int]:
        """Replace tables of a schema by Arrow tables or data frames in one transaction; returns the rows of each.

        The ``mark`` is the table's comment, which goes when the table is replaced.
        """
        with self.connect() as connection:
            connection.begin()
            connection.execute(f"create schema if not exists {quote_identifier(schema)}")
            for name, frame in frames.items():
                target = f"{quote_identifier(schema)}.{quote_identifier(name)}"
                connection.register("incoming_frame", frame)
                connection.execute(f"create or replace table {target} as select * from incoming_frame")
                connection.unregister("incoming_frame")
                if mark:
                    connection.execute(f"comment on table {target} is {quote_literal(mark)}")
            connection.commit()
        return {name: len(frame) for name, frame in frames.items()}

    def read_mark(self, schema: str, name: str) -> str:
        """The comment of that table; empty where it has none or is not there."""
        with self.connect(read_only=True) as connection:
            found = connection.execute(
                "select schema_name, table_name, comment from duckdb_tables() where database_name = current_catalog()"
            ).fetchall()
        return next((comment or "" for *place, comment in found if place == [schema, name]), "")

    def find_table(self, connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
        """Whether there is that table or view."""
        # without parameters: DuckDB imports pandas to look at the first one that it is given, which takes half a second
        return f"{schema}.{name}" in list_tables(connection)


def list_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Every table and view of the warehouse, as `schema.table`."""
    query = (
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema not in ('information_schema', 'pg_catalog')"
    )
    return [name for (name,) in connection.execute(query).fetchall()]


def replace_rows(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    """Replace a table; the rows go in by one statement, as DuckLake writes a file for each."""
    connection.execute(f"create or replace table {name} ({columns})")
    if rows:
        connection.execute(f"create or replace temp table staged_rows ({columns})")
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into staged_rows values ({marks})", rows)
        connection.execute(f"insert into {name} select * from staged_rows")
        connection.execute("drop table staged_rows")
