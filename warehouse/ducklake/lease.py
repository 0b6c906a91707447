"""One writer at a time among all machines that share a catalog: a lock of PostgreSQL that a session holds.

PostgreSQL lets go of it when the session ends, however that ends. DuckLake itself refuses the second of two commits
that touch the same table, so what the lease saves is the work, not the figures.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from warehouse.contracts import WarehouseError
from warehouse.storage_settings import WarehouseSettings

#: Of cloudcost's locks in its own database: who writes to the warehouse. Any number, the same in every release.
WRITER = 7_301_411
#: A build takes minutes, a large company's first year half an hour; a machine that died is noticed in two minutes.
WAIT_SECONDS = 3600.0
_POLL_SECONDS = 0.25
_SESSION = (
    "set tcp_keepalives_idle = 30",
    "set tcp_keepalives_interval = 10",
    "set tcp_keepalives_count = 6",
    "set idle_session_timeout = 0",
)
_HOLDER = """
select a.application_name from pg_locks as l inner join pg_stat_activity as a on l.pid = a.pid
where l.locktype = 'advisory' and l.granted and l.classid = 0 and l.objid = %s and l.database = a.datid
"""
_log = logging.getLogger(__name__)


class WriterLease:
    """The lease of this process, shared by its threads; held as long as one block of them lasts."""

    def __init__(
        self,
        settings: WarehouseSettings,
        password: Callable[[], str],
        explain: Callable[[BaseException], WarehouseError],
    ) -> None:
        self._settings = settings
        self._password = password
        self._explain = explain
        self._lock = threading.Lock()
        self._holders = 0
        self._session: Any = None

    @contextmanager
    def hold(self, wait_seconds: float = WAIT_SECONDS) -> Iterator[None]:
        """Nobody else writes to the warehouse inside; `WarehouseError` names who does, where the wait is in vain."""
        with self._lock:
            if not self._holders:
                self._session = self._take(time.monotonic() + wait_seconds)
            self._holders += 1
        try:
            yield
        finally:
            with self._lock:
                self._holders -= 1
                if not self._holders:
                    session, self._session = self._session, None
                    _close(session)

    def _take(self, deadline: float) -> Any:
        session = self._connect()
        try:
            told = ""
            while not _ask(session, "select pg_try_advisory_lock(%s)", WRITER):
                holder = _ask(session, _HOLDER, WRITER) or "another machine"
                if time.monotonic() >= deadline:
                    raise WarehouseError(f"{holder} is writing to the warehouse; try again when it is done")
                if holder != told:
                    _log.info("waiting for %s, which is writing to the warehouse", told := holder)
                time.sleep(_POLL_SECONDS)
        except BaseException:
            _close(session)
            raise
        return session

    def _connect(self) -> Any:
        import psycopg2

        settings = self._settings
        try:
            session = psycopg2.connect(
                host=settings.host,
                port=settings.server_port,
                dbname=settings.database,
                user=settings.user,
                password=self._password(),
                sslmode=settings.sslmode,
                connect_timeout=settings.connect_timeout,
                application_name=f"cloudcost on {socket.gethostname()[:30]}, process {os.getpid()}",
            )
        except psycopg2.Error as error:
            raise self._explain(RuntimeError(f"Postgres: {error}")) from None
        session.autocommit = True
        for statement in _SESSION:
            with suppress(psycopg2.Error), session.cursor() as cursor:  # an older server, or a Unix socket
                cursor.execute(statement)
        return session


def _ask(session: Any, query: str, *values: object) -> Any:
    with session.cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    return row[0] if row else None


def _close(session: Any) -> None:
    """The session ends and with it what it holds."""
    with suppress(Exception):
        session.close()
