"""What every kind of inventory declares, and what reading it gives."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from savings.findings import Row

Cloud = Literal["aws", "azure", "gcp"]
#: Types of columns, in DuckDB's words. `map(varchar, varchar)` takes a mapping of texts, as tags are.
ColumnType = Literal["varchar", "bigint", "double", "boolean", "timestamp", "map(varchar, varchar)", "varchar[]"]
#: What every table begins with: account and region as the bill names them, and the resource's id as the bill has it
#: (the whole of it, or what stands in it behind the last slash or colon).
KEY_COLUMNS = ("account_id", "region", "resource_id")


@dataclass(frozen=True)
class Window:
    """The whole days (UTC) that are looked back on: from the start of the first to the end of the last."""

    start: dt.datetime
    end: dt.datetime

    @property
    def days(self) -> int:
        """How many days these are."""
        return (self.end - self.start).days

    @classmethod
    def before(cls, today: dt.date, days: int) -> "Window":
        """The ``days`` whole days before today."""
        end = dt.datetime.combine(today, dt.time(), dt.UTC)
        return cls(end - dt.timedelta(days=days), end)


@dataclass
class ScopeReader:
    """One account (subscription, project) and region, opened for reading; each cloud has its own kind of it.

    ``incomplete``: regions of it that were not read to their end, with the reason; all of it under the empty region.
    """

    account_id: str
    region: str
    incomplete: dict[str, str] = field(default_factory=dict)

    def mark_incomplete(self, reason: str, region: str | None = None) -> None:
        """What was read of this region is not all: no finding is made of it."""
        self.incomplete.setdefault(self.region if region is None else region, reason)


@dataclass(frozen=True, kw_only=True)
class InventoryTable:
    """One kind of resource of one cloud.

    `columns`: beside `KEY_COLUMNS`, by name; every table should have ``tags``, so that what people protect is left
    alone. `permissions`: what reading takes, in the words of the cloud's policies. `read` gives a row per resource of
    the opened scope, through every page; it raises what the cloud's client raises, or marks regions incomplete.
    A column ``billed_as`` (``varchar[]``) has other names under which the bill may know a resource: Google's bill has
    numbers where its APIs have names. `is_global`: the cloud lists it once for the whole account, not by region.
    `link`: where the cloud documents it.
    """

    name: str
    cloud: Cloud
    columns: Mapping[str, ColumnType]
    permissions: tuple[str, ...]
    read: Callable[[Any], Iterable[Row]]
    link: str
    is_global: bool = False


@dataclass(frozen=True)
class Series:
    """What was measured of one resource: instants (UTC) and values, an hour each unless the metric says otherwise."""

    region: str
    resource_id: str
    samples: Sequence[tuple[dt.datetime, float]]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """What is measured of the resources of one table.

    `unit` and `statistic` say what a value is (``percent``, ``average of an hour``). `read` takes the opened scope, its
    rows of the table and the window; a resource of which nothing was measured has no series.
    """

    name: str
    cloud: Cloud
    table: str
    unit: str
    statistic: str
    permissions: tuple[str, ...]
    read: Callable[[Any, Sequence[Row], Window], Iterable[Series]]
    link: str


class CloudInventory(Protocol):
    """The scopes of one cloud that an installation may look into."""

    @property
    def cloud(self) -> Cloud:
        """Which cloud it is."""
        ...

    def list_scopes(self, table: InventoryTable) -> Sequence[tuple[str, str]]:
        """Account and region of each scope to read; the region is empty where one answer has all regions."""
        ...

    def open(self, account_id: str, region: str) -> ScopeReader:
        """A scope, opened; raises what the cloud's client raises."""
        ...

    def explain(self, error: Exception) -> str | None:
        """A sentence for an error of the cloud's or its client's, without any secret; None for a defect of ours."""
        ...
