"""The shared warehouse: tables and views in DuckLake, the raw ones over a lake on S3."""

import datetime as dt
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import duckdb

from warehouse.contracts import WarehouseError
from warehouse.duckdb_tables import DuckDbTables, list_tables
from warehouse.ducklake.export import export_snapshot
from warehouse.ducklake.lease import WriterLease
from warehouse.ducklake.pins import TABLE, Pin, add_pin, list_pins
from warehouse.ducklake.retention import GRACE, Removed, expire
from warehouse.ducklake.session import CATALOG, METADATA, CatalogAccess, CatalogSession
from warehouse.query_faults import explain_query
from warehouse.selects import check_select, lock_connection
from warehouse.storage_settings import WarehouseSettings


class DuckLakeWarehouse(DuckDbTables):
    """Reads and writes one catalog. A writer holds the lease of the catalog, whatever machine it is on.

    ``lake``: the address of the lake on S3 that the raw views read, and its region.
    """

    def __init__(
        self,
        settings: WarehouseSettings,
        lake: tuple[str, str | None] | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.access = CatalogAccess(settings, lake, environ)
        self._session = CatalogSession(self.access)
        self._lease = WriterLease(settings, self.access.password, self.access.explain)

    @property
    def place(self) -> str:
        """Host and database of the catalog."""
        return self.access.place

    @property
    def is_there(self) -> bool:
        """Whether snapshots were ever published to it."""
        return self.has_table("raw", "current_snapshots")

    @contextmanager
    def connect(self, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in UTC: a reader's is one transaction of one snapshot, a writer's holds the lease."""
        if read_only:
            with self._session.lend(read_only=True) as connection:
                yield connection
        else:
            with self.claim(), self._session.lend(read_only=False) as connection:
                yield connection

    def claim(self) -> AbstractContextManager[None]:
        """Nobody else writes inside, on whatever machine; waits, and `WarehouseError` ends the wait."""
        return self._lease.hold()

    def export(self, copy: Path, files: Path, left_out: Collection[str]) -> int:
        """Write the present snapshot into a new file of the embedded warehouse, see `export`; returns its number."""
        with self._session.lend(read_only=False) as connection:
            return export_snapshot(self.access, connection, copy, files, left_out)

    def pin(self, pin: Pin) -> None:
        """Remember that a snapshot is published, so that it stays."""
        with self.connect() as connection:
            add_pin(connection, pin)

    def list_pins(self) -> list[Pin]:
        """The publications that are kept, oldest first."""
        with self.connect(read_only=True) as connection:
            return list_pins(connection, self.find_table(connection, *TABLE.split(".")))

    def expire(self, keep_days: int, grace: dt.timedelta = GRACE) -> Removed:
        """Remove what is neither current nor published nor read by anybody, see `retention`."""
        pins = self.list_pins()
        with self.connect() as connection:
            return expire(connection, pins, dt.datetime.now(dt.UTC), keep_days, grace)

    def query(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The columns and rows of somebody's own SELECT, in a DuckDB that reads the catalog and its files alone."""
        return self.query_at(sql, None)

    def query_at(self, sql: str, snapshot: int | None) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The same of the warehouse as it was in a snapshot of DuckLake; as it is, where that is none."""
        version = [] if snapshot is None else [f"snapshot_version {snapshot}"]
        with duckdb.connect(":memory:") as connection:
            self.access.prepare(connection, "read_only", *version)
            connection.execute(f"use {CATALOG}")
            connection.execute("set timezone = 'UTC'")
            lock_connection(connection, self.access.folders)
            try:
                check_select(connection, sql, hidden=METADATA)
                cursor = connection.execute(sql)
                return [d[0] for d in cursor.description or []], cursor.fetchall()
            except (duckdb.IOException, duckdb.HTTPException) as error:
                raise self.access.explain(error) from error
            except duckdb.Error as error:
                raise WarehouseError(explain_query(error, list_tables(connection))) from error
