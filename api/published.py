"""The figures that the API answers from: what was published last, read-only, and how far it is complete.

Nothing is remembered between questions but the open database and what is known of its billing periods, both of which
are read anew when something is published.
"""

import datetime as dt
import logging
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from cloudcost.analytics.scored_days import ScoredDays
from cloudcost.installation import Installation
from core.instants import digest_key, utc_now
from dashboards.publish import files_of, published_file
from warehouse import WAREHOUSE_FILE, WarehouseError
from warehouse.contracts import Connection
from warehouse.outdated_tables import list_lacking
from warehouse.selects import lock_connection

#: A question is mostly answered by one thread: that many are answered at once.
THREADS = 2
LOG = logging.getLogger("api.published")


class NotPublishedError(WarehouseError):
    """A question cannot be answered from what is published; the message states why, to whoever asked."""


@dataclass(frozen=True)
class PeriodStanding:
    """What is known of one billing period of one source: the days that it has charges of, the last with usage, and
    whether every total is what the export states."""

    source_name: str
    billing_period: dt.date
    first_day: dt.date | None
    last_day: dt.date | None
    last_usage: dt.date | None
    is_reconciled: bool | None


@dataclass(frozen=True)
class Snapshot:
    """What an answer is of: its name, since when it is published, and what is known of its billing periods.

    ``lacking``: by table, the columns (with types) that this release writes and the one that published it did not.
    """

    snapshot_id: str
    published_at: dt.datetime
    standings: tuple[PeriodStanding, ...]
    lacking: Mapping[str, Mapping[str, str]] = field(default_factory=dict, compare=False)

    @property
    def last_period(self) -> dt.date | None:
        """The newest billing period that has usage."""
        return max((one.billing_period for one in self.standings if one.last_usage), default=None)

    def complete_of(self, sources: Collection[str]) -> dt.date | None:
        """The day until which each of these sources has usage, or each of all: the least of their last days."""
        last: dict[str, dt.date] = {}
        for one in self.standings:
            if one.last_usage and (not sources or one.source_name in sources):
                last[one.source_name] = max(one.last_usage, last.get(one.source_name, one.last_usage))
        return min(last.values(), default=None)


def judge_reconciled(standings: Collection[PeriodStanding]) -> bool | None:
    """Whether all of these are reconciled; None where one is not known, and none is known not to be."""
    known = {one.is_reconciled for one in standings}
    return False if False in known else None if None in known or not known else True


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
        self._known: Snapshot | None = None

    def look(self) -> Snapshot:
        """What is published now, without asking it anything; `WarehouseError` where nothing is."""
        if self._is_published:
            return self._find()[1]
        with self._installation.warehouse.connect(read_only=True) as shared:
            return self._describe_shared(shared)

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """A connection for one question; `WarehouseError` where nothing is published, or it takes too long."""
        if not self._is_published:
            with self._installation.warehouse.connect(read_only=True) as shared:
                yield Reading(shared, self._describe_shared(shared))
            return
        connection, snapshot = self._find()
        with connection.cursor() as cursor:
            ender = threading.Timer(self._seconds, cursor.interrupt)
            ender.daemon = True
            ender.start()
            try:
                yield Reading(cursor, snapshot)
            except duckdb.InterruptException as error:
                raise NotPublishedError(
                    f"the question took more than {self._seconds:g} seconds; ask for less"
                ) from error
            except (duckdb.BinderException, duckdb.CatalogException) as error:
                # a table or column that another release wrote otherwise: nothing that whoever asks did wrong
                LOG.exception("what is published does not have what is asked for")
                raise NotPublishedError(
                    "what is published is of another release: the next run that builds renews it"
                ) from error
            except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
                raise NotPublishedError("what is published cannot be read now") from error
            finally:
                ender.cancel()

    @property
    def _is_published(self) -> bool:
        """Whether readers have copies of their own; on Redshift they ask the warehouse itself."""
        return self._installation.config.warehouse.backend != "redshift"

    def _find(self) -> tuple[duckdb.DuckDBPyConnection, Snapshot]:
        current = published_file(self._installation.serving, WAREHOUSE_FILE)
        path = current.resolve()
        with self._lock:
            if self._open is not None and self._open[0] == path:
                return self._open[1], self._open[2]
            if not path.exists():
                raise NotPublishedError("nothing is published yet: the next run of the pipeline does that")
            try:
                # the one before is closed when the last question on it is answered
                self._open = (path, *_open(path))
            except duckdb.Error as error:  # such as one that is put away at this very moment
                raise NotPublishedError("what is published cannot be read now") from error
            return self._open[1], self._open[2]

    def _describe_shared(self, connection: Connection) -> Snapshot:
        """Of a warehouse without publications: it is what it is since a run ended last, or began to publish."""
        records = [self._installation.store.get("pipeline", stage) for stage in ("published", "dashboards")]
        name = digest_key(*(0 if record is None else record.version for record in records))
        if self._known is None or self._known.snapshot_id != name:
            self._known = Snapshot(name, utc_now(), _list_standings(connection), list_lacking(connection))
        return self._known


def _open(path: Path) -> tuple[duckdb.DuckDBPyConnection, Snapshot]:
    connection = duckdb.connect(str(path), read_only=True)
    try:
        _prepare(connection, files_of(path.parent))
        at = dt.datetime.fromtimestamp(int(path.parent.name.partition("-")[0]) / 1e9, dt.UTC)
        return connection, Snapshot(path.parent.name, at, _list_standings(connection), list_lacking(connection))
    except duckdb.Error:
        connection.close()
        raise


def _prepare(connection: duckdb.DuckDBPyConnection, files: Path) -> None:
    """Let it read these files alone; one that this process has open already is locked."""
    ((is_locked,),) = connection.execute("select current_setting('lock_configuration')").fetchall()
    if not is_locked:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set threads = {THREADS}")
        lock_connection(connection, [files])
    # DuckDB loads pandas to look at the first parameter: not while somebody waits
    connection.execute("select ?", [1]).fetchall()


def _list_standings(connection: Connection) -> tuple[PeriodStanding, ...]:
    plausible = ScoredDays.until(utc_now().date()).condition("charge_date")
    rows = connection.execute(
        f"""
        select periods.source_name, periods.billing_period, first_day, last_day, last_usage, reconciled
        from (
            select
                source_name,
                billing_period,
                min(case when {plausible} then charge_date end) as first_day,
                max(case when {plausible} then charge_date end) as last_day,
                max(case when {plausible} and charge_category = 'Usage' then charge_date end) as last_usage
            from marts.fct_cost_daily
            group by source_name, billing_period
        ) as periods
        left join (
            select source_name, billing_period, min(case when is_reconciled then 1 else 0 end) as reconciled
            from marts.fct_reconciliation
            group by source_name, billing_period
        ) as totals
            on periods.source_name = totals.source_name and periods.billing_period = totals.billing_period
        order by periods.source_name, periods.billing_period
        """  # noqa: S608 - days of the calendar
    ).fetchall()
    return tuple(
        PeriodStanding(source, period, first, last, usage, None if is_reconciled is None else bool(is_reconciled))
        for source, period, first, last, usage, is_reconciled in rows
    )
