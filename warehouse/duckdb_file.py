"""The embedded warehouse: one DuckDB file. Connections are opened per operation, because dbt needs the file too."""

import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import duckdb

from ingestion.expressions.sql import quote_identifier, quote_literal
from ingestion.formats import DATASETS
from ingestion.landing.local_lake import LocalLake
from ingestion.snapshots import Snapshot
from warehouse.contracts import ChangedPeriod, WarehouseError
from warehouse.duckdb_faults import explain_duckdb
from warehouse.files.period_files import PeriodFile, files_folder, list_files, remove_unused, take_over_moved
from warehouse.files.raw_views import raw_view_sql, read_absent_columns
from warehouse.query_faults import explain_query
from warehouse.reading import ReadableWarehouse
from warehouse.rows import control_total_rows, current_snapshot_rows
from warehouse.selects import check_select, lock_connection
from warehouse.settings_contracts import SQL_TYPES, SettingsContent

WAREHOUSE_FILE = "warehouse.duckdb"
#: The oldest DuckDB that reads the file. Formats before it cost twice the time for every row that is written.
STORAGE_VERSION = "v1.4.0"
#: DuckDB would write half-filled row groups a second time at the next checkpoint, which doubles the cost of a load.
#: What is replaced leaves whole row groups, and their space is used again without that.
WITHOUT_COMPACTION = "set max_vacuum_tasks = 0"
#: How long a writer waits: what a killed run left behind (a dbt process) is done by then.
LOCK_WAIT_SECONDS = 60


class DuckDbWarehouse(ReadableWarehouse):
    """Reads and writes the warehouse file; every method opens and closes its own connection.

    ``lake``: the folder of the lake that the raw tables are views over; without it a query reads no raw table.
    ``files``: where the files of the largest models are, if not beside the warehouse file.
    """

    def __init__(self, path: Path, lake: Path | None = None, files: Path | None = None) -> None:
        self.path = path
        self.files = files or files_folder(path)
        folders = [self.files] if lake is None else [self.files, lake]
        self._read_by_views = {spelling for folder in folders for spelling in (folder, folder.resolve())}

    @property
    def place(self) -> str:
        """The path of the file."""
        return str(self.path)

    @property
    def is_there(self) -> bool:
        """Whether there is a file."""
        return self.path.exists()

    @contextmanager
    def connect(self, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in UTC. A writer waits for another process to be done; `WarehouseError` ends the wait."""
        if read_only and not self.path.exists():
            raise WarehouseError(f"{self.path}: there is no warehouse yet; `cloudcost run` builds it")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = self._open(read_only, time.monotonic() + (0 if read_only else LOCK_WAIT_SECONDS))
            try:
                connection.execute("set timezone = 'UTC'")
                connection.execute(WITHOUT_COMPACTION)
                yield connection
            finally:
                connection.close()
        except (duckdb.IOException, duckdb.FatalException, duckdb.InternalException) as error:
            raise WarehouseError(f"{self.path}: {explain_duckdb(error, self.path)}") from error

    def _open(self, read_only: bool, deadline: float) -> duckdb.DuckDBPyConnection:
        while True:
            try:
                if not self.path.exists():
                    duckdb.connect(str(self.path), config={"storage_compatibility_version": STORAGE_VERSION}).close()
                return duckdb.connect(str(self.path), read_only=read_only)
            except duckdb.IOException as error:
                if not _is_held(error):
                    raise
                if time.monotonic() >= deadline:
                    message = "another process is writing to the warehouse; try again later"
                    raise WarehouseError(f"{self.path}: {message}") from error
            time.sleep(0.5)

    def check_file(self) -> None:
        """`WarehouseError` where the file is there and cannot be read; one that another process holds is left alone."""
        if self.is_there:
            try:
                duckdb.connect(str(self.path), read_only=True).close()
            except duckdb.Error as error:
                if not _is_held(error):
                    raise WarehouseError(f"{self.path}: {explain_duckdb(error, self.path)}") from error

    def publish_snapshots(self, lake: LocalLake, current: Sequence[tuple[Snapshot, dt.datetime]]) -> None:
        """Make schema ``raw`` show exactly the current snapshots, in one transaction.

        Each raw table is a view over the Parquet files of the lake: nothing is copied, and a reader that filters by
        source and billing period opens the files of those alone.
        """
        with self.connect() as connection:
            take_over_moved(connection, self.files)
            connection.begin()
            connection.execute("create schema if not exists raw")
            for fmt in DATASETS:
                paths = [lake.resolve(p) for s, _ in current if s.table == fmt.table for p in s.paths]
                absent = read_absent_columns(connection, fmt, paths)
                connection.execute(f"create or replace view raw.{fmt.table} as {raw_view_sql(fmt, paths, absent)}")
            _replace_table(
                connection,
                "raw.current_snapshots",
                "source_name varchar, billing_period date, dataset varchar, delivery_id varchar, table_name varchar, "
                "row_count bigint, promoted_at timestamp",
                current_snapshot_rows(current),
            )
            _replace_table(
                connection,
                "raw.control_totals",
                "source_name varchar, billing_period date, dataset varchar, delivery_id varchar, "
                "billing_currency varchar, measure varchar, file_total decimal(38, 12), "
                "rounding_remainder decimal(38, 30), row_count bigint",
                control_total_rows([s for s, _ in current]),
            )
            connection.commit()

    def publish_settings(self, settings: Sequence[SettingsContent]) -> list[str]:
        """Make schema ``settings`` hold exactly these tables, in one transaction; returns those whose content changed.

        ``settings.fingerprints`` names each with the fingerprint of its content, which shows dbt what to build anew.
        """
        with self.connect() as connection:
            connection.begin()
            connection.execute("create schema if not exists settings")
            connection.execute(
                "create table if not exists settings.fingerprints (table_name varchar, fingerprint varchar)"
            )
            present = dict(connection.execute("select table_name, fingerprint from settings.fingerprints").fetchall())
            wanted = {content.table.name: content.fingerprint for content in settings}
            changed = [content for content in settings if present.get(content.table.name) != content.fingerprint]
            for name in present.keys() - wanted.keys():
                connection.execute(f"drop table if exists settings.{quote_identifier(name)}")
            for content in changed:
                columns = ", ".join(f"{quote_identifier(c.name)} {SQL_TYPES[c.kind]}" for c in content.table.columns)
                _replace_table(
                    connection, f"settings.{quote_identifier(content.table.name)}", columns, list(content.rows)
                )
            if present != wanted:
                connection.execute("delete from settings.fingerprints")
                connection.executemany("insert into settings.fingerprints values (?, ?)", sorted(wanted.items()))
            connection.commit()
            return [content.table.name for content in changed]

    @contextmanager
    def hold(self) -> Iterator[None]:
        """What is read inside shares one open file: to open it costs more than most of what is asked of it."""
        with self.connect(read_only=True) if self.is_there else nullcontext():
            yield

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
        if not self.is_there:
            return ""
        with self.connect(read_only=True) as connection:
            found = connection.execute("select schema_name, table_name, comment from duckdb_tables()").fetchall()
        return next((comment or "" for *place, comment in found if place == [schema, name]), "")

    def query(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The columns and rows of somebody's own SELECT, on a connection that reads this file and the lake alone."""
        with self.connect(read_only=True) as connection:
            lock_connection(connection, self._read_by_views)
            try:
                check_select(connection, sql)
                cursor = connection.execute(sql)
                return [d[0] for d in cursor.description or []], cursor.fetchall()
            except duckdb.Error as error:
                raise WarehouseError(explain_query(error, list_tables(connection))) from error

    def has_table(self, schema: str, name: str) -> bool:
        """Whether the warehouse has that table or view."""
        return self.is_there and super().has_table(schema, name)

    def has_snapshots(self) -> bool:
        """Whether the raw tables show a snapshot, or some model was built from one."""
        return self.is_there and self.path.stat().st_size > 0 and super().has_snapshots()

    def changed_periods(self) -> list[ChangedPeriod]:
        """The (source, billing period) pairs that some model was not built from the published snapshots of, or whose
        rows a disk or a hand has taken."""
        if not self.is_there:
            return []
        lost = {(file.source_name, file.billing_period) for file in self.lost_files()}
        return sorted({*super().changed_periods(), *lost})

    def pending_models(self) -> dict[ChangedPeriod, list[str]]:
        """The models that are behind, by (source, billing period); none before the first build, which builds all."""
        behind = super().pending_models()
        for file in self.lost_files():
            models = behind.setdefault((file.source_name, file.billing_period), [])
            if file.model not in models:
                models.append(file.model)
        return behind

    def lost_files(self) -> list[PeriodFile]:
        """The current files of models that are not there any more, not whole, or another home's, whose they stay."""
        if not self.is_there:
            return []
        with self.connect(read_only=True) as connection:
            files = list_files(connection)
        return [file for file in files if not (file.path.is_relative_to(self.files) and file.is_whole)]

    def remove_unused_files(self) -> tuple[int, int]:
        """Remove the files that were replaced, or that a killed build left; how many they were, and their bytes."""
        with self.connect() as connection:
            return remove_unused(connection, self.files)

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


def _is_held(error: duckdb.Error) -> bool:
    return "could not set lock" in str(error).lower()


def _replace_table(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    connection.execute(f"create or replace table {name} ({columns})")
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into {name} values ({marks})", rows)
