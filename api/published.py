"""The figures that the API answers from: what was published last, read-only, and how far it is complete.

Nothing is remembered between questions but the open database, which is opened anew when something is published.
"""

import datetime as dt
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from cloudcost.installation import Installation
from dashboards.publish import files_of, published_file
from warehouse import DuckDbWarehouse, WarehouseError
from warehouse.contracts import Connection
from warehouse.selects import lock_connection

_SNAPSHOT = """
select max(charge_date) filter (where charge_category = 'Usage') from marts.fct_cost_daily
"""
_RECONCILED = "select bool_and(is_reconciled) from marts.fct_reconciliation"


@dataclass(frozen=True)
class Snapshot:
    """What an answer is of. ``complete_until``: the last day with usage; ``is_reconciled``: whether every total is what
    the exports state, None where nothing is known."""

    snapshot_id: str
    complete_until: dt.date | None
    is_reconciled: bool | None


@dataclass(frozen=True)
class Reading:
    """One question: a connection, and the snapshot that its answers are of."""

    connection: Connection
    snapshot: Snapshot

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Columns and rows of a statement of ours; values come as parameters."""
        cursor = self.connection.execute(sql, list(parameters)) if parameters else self.connection.execute(sql)
        return [d[0] for d in cursor.description or []], cursor.fetchall()


class Published:
    """Opens what is published; safe to share between threads."""

    def __init__(self, installation: Installation, statement_seconds: float) -> None:
        self._installation = installation
        self._seconds = statement_seconds
        self._lock = threading.Lock()
        self._open: tuple[Path, duckdb.DuckDBPyConnection, Snapshot] | None = None

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """A connection for one question; `WarehouseError` where nothing is published, or it takes too long."""
        warehouse = self._installation.warehouse
        if not isinstance(warehouse, DuckDbWarehouse):
            with warehouse.connect(read_only=True) as shared:
                yield Reading(shared, _describe(shared, warehouse.place))
            return
        connection, snapshot = self._find(warehouse)
        with connection.cursor() as cursor:
            ender = threading.Timer(self._seconds, cursor.interrupt)
            ender.daemon = True
            ender.start()
            try:
                yield Reading(cursor, snapshot)
            except duckdb.InterruptException as error:
                raise WarehouseError(f"the question took more than {self._seconds:g} seconds; ask for less") from error
            finally:
                ender.cancel()

    def _find(self, warehouse: DuckDbWarehouse) -> tuple[duckdb.DuckDBPyConnection, Snapshot]:
        current = published_file(self._installation.serving, warehouse.path.name)
        path = current.resolve()
        with self._lock:
            if self._open is not None and self._open[0] == path:
                return self._open[1], self._open[2]
            if not path.exists():
                raise WarehouseError("nothing is published yet; `cloudcost run` builds and publishes")
            connection = duckdb.connect(str(path), read_only=True)
            connection.execute("set timezone = 'UTC'")
            lock_connection(connection, [files_of(path.parent)])
            # the one before is closed when the last question on it is answered
            self._open = (path, connection, _describe(connection, path.parent.name))
            return self._open[1], self._open[2]


def _describe(connection: Connection, snapshot_id: str) -> Snapshot:
    ((until,),) = connection.execute(_SNAPSHOT).fetchall()
    ((is_reconciled,),) = connection.execute(_RECONCILED).fetchall()
    return Snapshot(snapshot_id, until, is_reconciled)
