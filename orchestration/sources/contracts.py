"""The vocabulary of ingestion: files, deliveries, export formats and the errors a user may see.

A *delivery* is what a cloud wrote once for one source, dataset and billing period. A *format* says how a native
export is recognised and which columns of it are landed, with which type.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

Provider = Literal["aws", "azure", "gcp", "focus"]
ColumnKind = Literal["text", "money", "quantity", "timestamp", "date", "json", "list"]

#: Money and quantities are DECIMAL(38, 12) from the door to the mart.
MONEY_TYPE = "DECIMAL(38,12)"


class SourceError(Exception):
    """Something about a source that a user can act on: one clear sentence, naming the file, row or key."""


class LocationError(SourceError):
    """A location cannot be read. ``reason`` is one of the keys that `cloudcost check` prints."""

    def __init__(
        self,
        message: str,
        reason: Literal[
            "not_found", "no_permission", "expired_credential", "no_credential", "throttled", "unreachable", "invalid"
        ],
    ) -> None:
        super().__init__(message)
        self.reason = reason


class DeliveryError(SourceError):
    """A delivery cannot be promoted: it is broken, incomplete or breaks a rule of its format."""


@dataclass(frozen=True)
class FileRef:
    """One object at a location: its name relative to the location, its size in bytes and its change signal."""

    name: str
    size: int
    etag: str
    modified_at: dt.datetime | None = None


class Location(Protocol):
    """A place where exports lie. Every method raises `LocationError` with a clear reason."""

    uri: str

    def list_files(self) -> list[FileRef]:
        """All objects below the location, ordered by name; a location that is one file lists that file."""
        ...

    def read_bytes(self, file: FileRef) -> bytes:
        """A small object (a manifest) as bytes."""
        ...

    def fetch(self, file: FileRef, directory: Path) -> Path:
        """The object as a local file: downloaded into ``directory``, or the file itself where it is local already."""
        ...


@dataclass(frozen=True)
class DeliveredFile:
    """A data file of a delivery and what its manifest promises of it (None: nothing promised)."""

    ref: FileRef
    expected_bytes: int | None = None
    expected_rows: int | None = None


@dataclass(frozen=True)
class Delivery:
    """What a cloud wrote once: the unit that is landed, validated and promoted.

    ``dataset`` tells exports apart that describe the same charges differently: Azure writes ``actual`` and
    ``amortised``; everything else is ``cost``. ``delivery_id`` is the export's own id where it has one, else a hash
    of names, sizes and ETags. ``billing_period`` is the first day of the month; None where only the rows can tell,
    which then decide (a folder without a manifest may hold several periods in one file).
    """

    source_name: str
    provider: Provider
    dataset: str
    billing_period: dt.date | None
    delivery_id: str
    files: tuple[DeliveredFile, ...]
    export_name: str | None = None
    delivered_at: dt.datetime | None = None
    expected_rows: int | None = None


@dataclass(frozen=True)
class Column:
    """A column of the landed table: its name, its kind, the native names it may have and whether it must be there.

    ``aliases`` are native names after `normalise_name`. ``expression`` overrides the plain read where the native
    value is nested; it is DuckDB SQL over the native columns.
    """

    name: str
    kind: ColumnKind = "text"
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class ExportFormat:
    """How one export format is recognised and landed.

    ``table`` is the raw table it lands in, ``signature`` the normalised native names that tell it from every other
    format, ``period_column`` and ``currency_column`` landed columns, ``measures`` the cost measures of the file as
    SQL over the landed columns: the control totals that the warehouse is reconciled with.
    """

    name: str
    provider: Provider
    table: str
    description: str
    signature: frozenset[str]
    columns: tuple[Column, ...]
    period_expression: str
    currency_column: str
    cost_column: str
    measures: Mapping[str, str]
    datasets: Sequence[str] = ("cost",)
    identity: tuple[str, ...] = ()
    excludes: frozenset[str] = field(default_factory=frozenset)

    def column(self, name: str) -> Column:
        """The landed column of that name; KeyError where the format has none."""
        return next(c for c in self.columns if c.name == name) if name else _raise_key(name)


def _raise_key(name: str) -> Column:
    raise KeyError(name)


_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def normalise_name(native: str) -> str:
    """A native column name in one spelling: lower case, words joined by ``_``, byte-order mark and blanks removed.

    ``lineItem/UnblendedCost`` -> ``line_item_unblended_cost``; ``CostInBillingCurrency`` ->
    ``cost_in_billing_currency``; ``Ressourcengruppe (ResourceGroup)`` -> ``resource_group``.
    """
    name = native.strip().lstrip("\ufeff").strip('"')
    localised = re.fullmatch(r".+\(([A-Za-z0-9]+)\)", name)
    if localised:
        name = localised.group(1)
    name = _CAMEL.sub("_", name)
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_")
