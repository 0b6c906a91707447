"""Dagster's event log in SQLite files, without a new engine, connection and compiled statement for every event.

Dagster's own storage makes an engine per event, and so compiles every statement anew, opens the file and closes it
again, which brings SQLite's write-ahead log into the file each time. A run over 39 billing periods has 2,000 events and
spent 45 of its 200 seconds on that.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as db
from dagster import StringSource
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData

from cloudcost.identity.home_access import write_privately

#: As long as Dagster's own storage waits for another process that writes.
BUSY_TIMEOUT_SECONDS = 30


class ReusedEngineEventLogStorage(SqliteEventLogStorage):
    """The same files in the same form; a home can change between the two at any time."""

    @classmethod
    def config_type(cls) -> Any:
        """``home``: Dagster's home, below which the files lie where its own storage keeps them."""
        return {"home": StringSource}

    @classmethod
    def from_config_value(  # type: ignore[override]
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, str]
    ) -> "ReusedEngineEventLogStorage":
        """As `dagster.yaml` describes it; every program of Dagster's that works on a home begins here."""
        write_privately()
        return cls(str(Path(config_value["home"], "history", "runs")), inst_data)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has it. Asked at most events, by an engine of its own; what is there stays."""
        ask = super().has_table
        return self._remember(table_name, lambda: ask(table_name))

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether the index keeps it of an asset. Asked whenever assets are read; what is there stays."""
        ask = super().has_asset_key_col
        return self._remember(f".{column_name}", lambda: ask(column_name))

    def _has_asset_key_col_on_connection(self, conn: db.Connection, column_name: str) -> bool:
        ask = super()._has_asset_key_col_on_connection
        return self._remember(f".{column_name}", lambda: ask(conn, column_name))

    def _remember(self, name: str, ask: Callable[[], bool]) -> bool:
        known: set[str] = self.__dict__.setdefault("_known", set())  # Dagster asks before its own constructor is done
        if name not in known and ask():
            known.add(name)
        return name in known

    @contextmanager
    def _connect(self, shard: str) -> Iterator[db.Connection]:
        with self._db_lock:
            engine = _engine(self.conn_string_for_shard(shard))
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection


@lru_cache(maxsize=32)
def _engine(address: str) -> db.Engine:
    # the storage lets one thread in at a time, so one connection is enough, whichever thread uses it
    settings = {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
    engine = db.create_engine(address, poolclass=db.pool.QueuePool, pool_size=1, connect_args=settings)
    db.event.listen(engine, "connect", _sync_less)
    return engine


def _sync_less(connection: Any, _: object) -> None:
    # with a write-ahead log a killed process loses nothing by it; only a loss of power takes the last events with it
    connection.execute("pragma synchronous = normal")
