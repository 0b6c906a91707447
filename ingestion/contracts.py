"""The vocabulary of ingestion: files, deliveries, export formats and the errors a user may see.

A *delivery* is what a cloud wrote once for one source, dataset and billing period. A *format* states how a native
export is recognised and which columns of it are landed, with which type.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal, Protocol

from core.errors import LocationError, SourceError

Provider = Literal["aws", "azure", "gcp", "focus"]
ColumnKind = Literal["text", "money", "quantity", "timestamp", "date", "json"]

#: Money and quantities are DECIMAL(38, 12) from the door to the mart.
MONEY_TYPE = "DECIMAL(38,12)"
MONEY_PLACES = 12
#: No line of a bill costs this much, and ten billion lines of less cannot run over DECIMAL(38,12).
LARGEST_COST = Decimal("1e15")


class NoExportError(LocationError):
    """A place that answers but holds no billing export (any more): columns are missing that every export has."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "invalid")


class DeliveryError(SourceError):
    """A delivery cannot be promoted: it is broken, incomplete or breaks a rule of its format."""


class UntakenError(SourceError):
    """A delivery cannot be taken now, for a reason of this machine (disk, memory): nothing is held against it."""


@dataclass(frozen=True)
class FileRef:
    """One object at a location: its name relative to the location, its size in bytes and its change signal.

    ``rows`` where the listing knows them (a table). ``expired_before``: what was written before that day may be gone,
    because the place keeps nothing for longer. ``fault``: why it cannot be read although it is listed.
    """

    name: str
    size: int
    etag: str
    modified_at: dt.datetime | None = None
    rows: int | None = None
    expired_before: dt.date | None = None
    fault: str | None = None


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

    ``dataset`` distinguishes exports that describe the same charges differently: Azure writes ``actual`` and
    ``amortised``; everything else is ``cost``. ``delivery_id`` is the export's own id where it has one, else a hash
    of names, sizes and ETags. ``billing_period`` is the first day of the month; None where only the rows can show it,
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


#: What generators write where there is no value, compared in lower case.
NOTHING = ("", "null", "nan", "none", "n/a", "#n/a", "<null>", "(null)", "\\n")


@dataclass(frozen=True)
class Column:
    """A column of the landed table: its name, its kind, other native names it may have, and whether it must be there.

    Native names are compared by `squeeze_name`, so spelling, case and blanks do not matter. A required column has a
    value in every row but those that ``empty_where`` names (DuckDB SQL over the landed columns; ``true``: it may be
    empty anywhere, as a tax row has no SKU). ``is_start``: the moment at which a charge or a billing period begins,
    which lies between the year 2000 and thirteen months from now; any other time may be up to ten years ahead (a
    purchase for several years). ``all_or_none``: a file may lack the column or leave all of it empty, but where any of
    its rows has a value, every one has. ``read_from``: the native column out of which a special works the value; a row
    in which that has a value and this has none cannot be read. ``not_before``: the landed column of the moment at which
    what ends here began.
    """

    name: str
    kind: ColumnKind = "text"
    aliases: tuple[str, ...] = ()
    required: bool = False
    empty_where: str = ""
    is_start: bool = False
    all_or_none: bool = False
    read_from: str = ""
    not_before: str = ""


@dataclass(frozen=True)
class Note:
    """Something about rows that is taken and noted: what was assumed, mapped or is doubtful in them.

    ``where`` is DuckDB SQL over the landed columns and ``dataset``; ``sentence`` is noted once per delivery where any
    row meets it, with ``{n}`` the number of such rows and ``{values}`` the first different values of ``value`` (SQL)
    among them.
    """

    name: str
    where: str
    sentence: str
    value: str = "null"


@dataclass(frozen=True)
class ExportFormat:
    """How one export format is recognised, landed and summed.

    - ``signature``: sets of native names (squeezed); a file whose columns hold all names of one set has this format.
    - ``period_sql``: DuckDB SQL over the landed columns giving the billing period (a DATE, first of the month). Empty
      for rows that belong to none: they are landed with the newest period of the costs beside them.
    - ``measures``: dataset -> cost measure -> SQL over the landed columns. Summed, they are the control totals that
      the warehouse is reconciled with; a measure that the export does not state is left out. Empty for a dataset
      that lies beside costs and is none (``cost_column`` may be empty then).
    - ``specials``: landed columns whose value is nested in the native file: name -> function of the native schema
      giving SQL, or None where the file has no such value.
    - ``records``: nested columns and their fields; where a file keeps such a record as JSON in one cell, they are read
      out of it.
    - ``identity``: landed columns that name a line; rows that share it must differ elsewhere (AWS promises it unique
      inside one file only), the very same row twice is refused. Empty where the cloud gives no line a name.
    - ``delivery_decides_period``: rows of a delivery that names its billing period belong to that period, whatever
      period or day they name themselves: late charges, months that begin on another day than the first.
    - ``bill_period_sql``: the month of the bill that a row names, where that may be another one than `period_sql`: the
      delivery of either month holds the row rightly.
    - ``fits_sql``: whether a row's charge lies inside its billing period, which shows the order of day and month where
      a file writes them with slashes; empty where no column states the period's days.
    - ``notes``: what is noted about rows that are taken.
    - ``nothing``: the words that stand for no value.
    - ``dataset``: what its deliveries are called, where it is not the path that names it.
    - ``spell``: a landed column as its exports call it, for the sentence that one is missing.
    """

    name: str
    provider: Provider
    table: str
    description: str
    signature: tuple[frozenset[str], ...]
    columns: tuple[Column, ...]
    period_sql: str
    currency_column: str
    account_column: str
    cost_column: str
    measures: Mapping[str, Mapping[str, str]]
    specials: Mapping[str, "SpecialColumn"] = field(default_factory=dict)
    records: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    identity: tuple[str, ...] = ()
    delivery_decides_period: bool = False
    bill_period_sql: str = ""
    fits_sql: str = ""
    notes: tuple[Note, ...] = ()
    nothing: tuple[str, ...] = NOTHING
    dataset: str = ""
    spell: Callable[[str], str] = str


class NativeSchema(Protocol):
    """The columns of one native file, nested ones included, addressed by squeezed name."""

    def find(self, *names: str) -> "NativeColumn | None":
        """The first native column with one of these names."""
        ...

    def starting_with(self, prefix: str) -> "Sequence[NativeColumn]":
        """All native columns whose squeezed name starts with ``prefix``."""
        ...


@dataclass(frozen=True)
class NativeColumn:
    """A column, or a leaf of a nested column, of a native file: its own spelling, SQL to read it and DuckDB type.

    ``text_sql``: SQL of the tags in it as text, where the reader works them out once for every row.
    """

    name: str
    sql: str
    duckdb_type: str
    text_sql: str = ""


SpecialColumn = Callable[[NativeSchema], "str | None"]


def squeeze_name(native: str) -> str:
    """A native column name reduced to what spellings have in common: lower-case letters and digits.

    ``lineItem/UnblendedCost`` and ``line_item_unblended_cost`` both give ``lineitemunblendedcost``; of a localised
    Azure header such as ``Ressourcengruppe (ResourceGroup)`` the English name in brackets counts.
    """
    localised = re.fullmatch(r".+\(([A-Za-z0-9]+)\)\s*", native)
    return re.sub(r"[^0-9a-z]+", "", (localised.group(1) if localised else native).lower())
