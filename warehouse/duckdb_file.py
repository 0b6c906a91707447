"""The embedded warehouse: one DuckDB file. Connections are opened per operation, because dbt needs the file too."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import duckdb

from warehouse.contracts import ChangedPeriod, WarehouseError
from warehouse.duckdb_faults import explain_duckdb
from warehouse.duckdb_tables import DuckDbTables, list_tables
from warehouse.files.period_files import PeriodFile, files_folder, list_files, remove_unused, take_over_moved
from warehouse.query_faults import explain_query
from warehouse.selects import check_select, lock_connection

WAREHOUSE_FILE = "warehouse.duckdb"
#: The oldest DuckDB that reads the file. Formats before it cost twice the time for every row that is written.
STORAGE_VERSION = "v1.4.0"
#: DuckDB would write half-filled row groups a second time at the next checkpoint, which doubles the cost of a load.
#: What is replaced leaves whole row groups, and their space is used again without that.
WITHOUT_COMPACTION = "set max_vacuum_tasks = 0"
#: How long a writer waits: what a killed run left behind (a dbt process) is done by then.
LOCK_WAIT_SECONDS = 60


class DuckDbWarehouse(DuckDbTables):
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
            raise WarehouseError(f"{self.path}: there is no warehouse yet", "`cloudcost run` builds it")
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

    def before_publishing(self, connection: duckdb.DuckDBPyConnection) -> None:
        """A home that was moved finds the files of its largest models."""
        take_over_moved(connection, self.files)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """What is read inside shares one open file: to open it costs more than most of what is asked of it."""
        with self.connect(read_only=True) if self.is_there else nullcontext():
            yield

    def read_mark(self, schema: str, name: str) -> str:
        """The comment of that table; empty where it has none or is not there."""
        return super().read_mark(schema, name) if self.is_there else ""

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
        """The current files of models that are not there any more, not whole, or another home's, which this one was
        copied from: that one will remove them."""
        if not self.is_there:
            return []
        with self.connect(read_only=True) as connection:
            files = list_files(connection)
        return [file for file in files if not (file.is_whole and self._is_own(file.path))]

    def _is_own(self, file: Path) -> bool:
        return file.is_relative_to(self.files) or file.parent.resolve().is_relative_to(self.files.resolve())

    def remove_unused_files(self) -> tuple[int, int]:
        """Remove the files that were replaced, or that a killed build left; how many they were, and their bytes."""
        with self.connect() as connection:
            return remove_unused(connection, self.files)


def _is_held(error: duckdb.Error) -> bool:
    return "could not set lock" in str(error).lower()
