"""What the pipeline needs of a warehouse, whichever engine it is."""

import datetime as dt
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from core.errors import CloudcostError
from ingestion.snapshots import Snapshot, SnapshotKey
from warehouse.settings_contracts import SettingsContent

#: A (source, billing period) whose rows in the warehouse are not those of its current snapshots.
ChangedPeriod = tuple[str, dt.date]


class WarehouseError(CloudcostError):
    """The warehouse cannot be used now; the message states why."""


class Cursor(Protocol):
    """The answer to a query."""

    @property
    def description(self) -> Sequence[tuple[Any, ...]] | None:
        """One tuple per column, its name first."""
        ...

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows; DECIMAL as `decimal.Decimal`, DATE and TIMESTAMP as their Python types, in UTC."""
        ...

    def df(self) -> Any:
        """All rows as a pandas data frame: days and times as datetime64, decimals as floats (for models, not sums)."""
        ...


class Connection(Protocol):
    """A connection, closed by whoever lent it. Parameters stand as ``?`` in the SQL, which runs on every engine."""

    def execute(self, query: str, parameters: Sequence[Any] = ...) -> Cursor:
        """Run one statement."""
        ...


def fetch_records(cursor: Cursor) -> list[dict[str, Any]]:
    """All rows as dictionaries by column name."""
    names = [d[0] for d in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Warehouse(Protocol):
    """Reads and writes one warehouse; every method opens and closes its own connection."""

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        ...

    @property
    def is_there(self) -> bool:
        """Whether anything was ever written to it."""
        ...

    def connect(self, read_only: bool = False) -> AbstractContextManager[Connection]:
        """A connection in UTC; `WarehouseError` where none can be had."""
        ...

    def query(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The columns and rows of somebody's own SELECT, read-only; `WarehouseError` has the engine's own message."""
        ...

    def publish_snapshots(self, lake: Any, current: Sequence[tuple[Snapshot, dt.datetime]]) -> None:
        """Make schema ``raw`` show exactly the current snapshots of the lake, in one transaction.

        DuckDB reads a local lake, Redshift and DuckLake one on S3.
        """
        ...

    def changed_periods(self) -> list[ChangedPeriod]:
        """The (source, billing period) pairs that some model was not built from the published snapshots of."""
        ...

    def publish_settings(self, settings: Sequence[SettingsContent]) -> list[str]:
        """Make schema ``settings`` hold exactly these tables, in one transaction; returns those whose content changed.

        ``settings.fingerprints`` names each with the fingerprint of its content, which shows dbt what to build anew.
        """
        ...

    def pending_models(self) -> dict[ChangedPeriod, list[str]]:
        """The models that are behind, by (source, billing period); none before the first build, which builds all."""
        ...

    def loaded_periods(self, periods: set[dt.date]) -> list[ChangedPeriod]:
        """The (source, billing period) pairs of these periods that have a current snapshot, in order."""
        ...

    def has_snapshots(self) -> bool:
        """Whether the raw tables show a snapshot, or some model was built from one."""
        ...

    def used_snapshots(self) -> frozenset[tuple[SnapshotKey, str]]:
        """The snapshots that the raw tables show or that some model was built from, by safe delivery id."""
        ...

    def remembered_snapshots(self) -> dict[SnapshotKey, str]:
        """The delivery (by safe id) of each source, period and dataset that the history of costs holds last."""
        ...

    def last_changes(self) -> dict[ChangedPeriod, dt.datetime]:
        """Until when the history of costs covers each (source, billing period)."""
        ...

    def closed_changes(self, closed_after_days: int) -> list[dict[str, Any]]:
        """The changes of billing periods that had ended more than that many days before, as rows of the history."""
        ...

    def replace_table(self, schema: str, name: str, frame: Any) -> int:
        """Replace ``schema.name`` by an Arrow table or data frame in one transaction; returns its rows."""
        ...

    def replace_tables(self, schema: str, frames: Mapping[str, Any], mark: str = "") -> dict[str, int]:
        """The same for tables of a schema by name, all in one transaction; returns the rows of each.

        ``mark`` says what they were made from; it goes with the tables, whoever writes them next.
        """
        ...

    def read_mark(self, schema: str, name: str) -> str:
        """What that table was written with; empty where it is not there, has none, or the engine keeps none."""
        ...

    def claim(self) -> AbstractContextManager[None]:
        """Nobody else builds in the warehouse inside, on whatever machine; `WarehouseError` where the wait is in vain.

        Where one machine alone can write, there is nothing to wait for.
        """
        ...

    def hold(self) -> AbstractContextManager[None]:
        """What is read inside finds the warehouse open, which saves opening it for every question.

        Nothing may be written inside: not by this process, and not by another one while it lasts.
        """
        ...

    def has_table(self, schema: str, name: str) -> bool:
        """Whether the warehouse has that table or view."""
        ...
