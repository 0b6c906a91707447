"""What the pipeline asks of a warehouse, in SQL that every engine runs."""

import calendar
import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ingestion.snapshots import SnapshotKey
from warehouse.contracts import ChangedPeriod, Connection, fetch_records

_CLOSED_CHANGES = """
select * from marts.fct_cost_monthly_history
where change_kind in ('restated', 'rebuilt')
    -- a period that is still to come is not closed; that of 9999-12 has no end that Python could say
    and billing_period <= cast(valid_from as date)
    and (billed_cost_difference <> 0 or effective_cost_difference <> 0 or list_cost_difference <> 0
        or contracted_cost_difference <> 0)
order by source_name, billing_period, billing_currency, change_number
"""

#: The tables that name the snapshots that are shown, and those that models were built from.
_SNAPSHOT_TABLES = (("raw", "current_snapshots"), ("intermediate", "loaded_snapshots"))


class ReadableWarehouse(ABC):
    """The questions of the `Warehouse` protocol, over an engine's own `connect` and `find_table`."""

    @abstractmethod
    def connect(self, read_only: bool = False) -> AbstractContextManager[Any]:
        """A connection in UTC."""

    @abstractmethod
    def find_table(self, connection: Any, schema: str, name: str) -> bool:
        """Whether there is that table or view."""

    @abstractmethod
    def replace_tables(self, schema: str, frames: Mapping[str, Any], mark: str = "") -> dict[str, int]:
        """Replace tables of a schema in one transaction; returns the rows of each."""

    def replace_table(self, schema: str, name: str, frame: Any) -> int:
        """Replace ``schema.name`` by an Arrow table or data frame in one transaction; returns its rows."""
        return self.replace_tables(schema, {name: frame})[name]

    def read_mark(self, schema: str, name: str) -> str:
        """What that table was written with; none where the engine keeps none, and then nothing is carried over."""
        return ""

    def claim(self) -> AbstractContextManager[None]:
        """Nobody else builds in the warehouse inside: where one machine alone can write, its own lock sees to that."""
        return nullcontext()

    def hold(self) -> AbstractContextManager[None]:
        """What is read inside finds the warehouse open; a server always is."""
        return nullcontext()

    def has_table(self, schema: str, name: str) -> bool:
        """Whether the warehouse has that table or view."""
        with self.connect(read_only=True) as connection:
            return self.find_table(connection, schema, name)

    def changed_periods(self) -> list[ChangedPeriod]:
        """The (source, billing period) pairs that some model was not built from the published snapshots of."""
        with self.connect(read_only=True) as connection:
            if self.find_table(connection, "intermediate", "int_periods__pending"):
                return _list_periods(connection, "intermediate.int_periods__pending")
            if self.find_table(connection, "raw", "current_snapshots"):
                return _list_periods(connection, "raw.current_snapshots")
        return []

    def pending_models(self) -> dict[ChangedPeriod, list[str]]:
        """The models that are behind, by (source, billing period); none before the first build, which builds all."""
        if not self.has_table("intermediate", "int_periods__pending"):
            return {}
        with self.connect(read_only=True) as connection:
            query = "select source_name, billing_period, models from intermediate.int_periods__pending"
            rows = connection.execute(query).fetchall()
        return {(source, period): models.split(",") for source, period, models in rows}

    def loaded_periods(self, periods: set[dt.date]) -> list[ChangedPeriod]:
        """The (source, billing period) pairs of these periods that have a current snapshot, in order."""
        with self.connect(read_only=True) as connection:
            return [pair for pair in _list_periods(connection, "raw.current_snapshots") if pair[1] in periods]

    def has_snapshots(self) -> bool:
        """Whether the raw tables show a snapshot, or some model was built from one."""
        with self.connect(read_only=True) as connection:
            return any(
                connection.execute(f"select 1 from {schema}.{table} limit 1").fetchall()
                for schema, table in _SNAPSHOT_TABLES
                if self.find_table(connection, schema, table)
            )

    def used_snapshots(self) -> frozenset[tuple[SnapshotKey, str]]:
        """The snapshots that the raw tables show or that some model was built from, by safe delivery id."""
        found: set[tuple[SnapshotKey, str]] = set()
        with self.connect() as connection:
            for schema, table in _SNAPSHOT_TABLES:
                if self.find_table(connection, schema, table):
                    query = f"select distinct source_name, billing_period, dataset, delivery_id from {schema}.{table}"
                    rows = connection.execute(query).fetchall()
                    found |= {(SnapshotKey(source, period, dataset), name) for source, period, dataset, name in rows}
        return frozenset(found)

    def remembered_snapshots(self) -> dict[SnapshotKey, str]:
        """The delivery (by safe id) of each source, period and dataset that the history of costs holds last."""
        if not self.has_table("intermediate", "loaded_snapshots"):
            return {}
        with self.connect(read_only=True) as connection:
            rows = connection.execute(
                "select source_name, billing_period, dataset, delivery_id from intermediate.loaded_snapshots "
                "where model_name = 'int_costs__changed'"
            ).fetchall()
        return {SnapshotKey(source, period, dataset): name for source, period, dataset, name in rows}

    def last_changes(self) -> dict[ChangedPeriod, dt.datetime]:
        """Until when the history of costs covers each (source, billing period)."""
        if not self.has_table("intermediate", "int_costs__changed"):
            return {}
        with self.connect(read_only=True) as connection:
            rows = connection.execute(
                "select source_name, billing_period, max(changed_at) from intermediate.int_costs__changed group by 1, 2"
            ).fetchall()
        return {(source, period): at.replace(tzinfo=dt.UTC) for source, period, at in rows}

    def closed_changes(self, closed_after_days: int) -> list[dict[str, Any]]:
        """The changes of billing periods that had ended more than that many days before, as rows of the history."""
        if not self.has_table("marts", "fct_cost_monthly_history"):
            return []
        with self.connect(read_only=True) as connection:
            changes = fetch_records(connection.execute(_CLOSED_CHANGES))
            days = dt.timedelta(days=closed_after_days)
            closed = [c for c in changes if c["valid_from"] > _end_of(c["billing_period"]) + days]
            ends = _read_ends(connection, {c["billing_period"] for c in closed})
        return [c for c in closed if c["valid_from"] > ends.get(_pair(c), dt.datetime.min) + days]


def _list_periods(connection: Connection, relation: str) -> list[ChangedPeriod]:
    query = f"select distinct source_name, billing_period from {relation}"
    return sorted((source, period) for source, period in connection.execute(query).fetchall())


def _pair(change: dict[str, Any]) -> ChangedPeriod:
    return change["source_name"], change["billing_period"]


def _read_ends(connection: Connection, periods: set[dt.date]) -> dict[ChangedPeriod, dt.datetime]:
    """When the bills of these periods are over that begin within a month, by (source, billing period).

    At most a month behind the period's own: what a row states of its bill keeps nothing open for longer.
    """
    if not periods:
        return {}
    listed = ", ".join(f"date '{period.isoformat()}'" for period in sorted(periods))
    # later ends, which a typing error writes, are no moments of Python
    query = (
        "select source_name, billing_period, max(least(billing_period_end, timestamp '9999-12-31')) "
        f"from intermediate.int_focus__unioned where billing_period in ({listed}) group by 1, 2"
    )
    rows = connection.execute(query).fetchall()
    return {(source, period): min(end, _end_of(_end_of(period).date())) for source, period, end in rows}


def _end_of(period: dt.date) -> dt.datetime:
    """The moment, in UTC, at which a billing period is over."""
    days = calendar.monthrange(period.year, period.month)[1]
    return dt.datetime(period.year, period.month, period.day) + dt.timedelta(days=days)
