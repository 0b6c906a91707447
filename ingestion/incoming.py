"""Reading one delivered file into landed Parquet, before it is known which snapshots its rows belong to.

A file is taken whole or refused with one sentence that names it and, where a row is at fault, the row, the column and
the value. Reading it is bounded: see `seconds_for` for the time; DuckDB holds its own memory limit, no line is longer
than `native_csv.MAX_LINE_BYTES` and nothing packed grows beyond what `unpacking` allows.
"""

import contextlib
import datetime as dt
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb

from core.errors import SourceError, first_line
from ingestion.columns.faults import RowFault, RowFaults, find_row_faults
from ingestion.columns.other_separators import find_grouped_number, find_ordered_day
from ingestion.columns.projection import Projection, project_file
from ingestion.contracts import NOTHING, DeliveryError, ExportFormat, UntakenError
from ingestion.expressions.dates import ORDERED_DATE, DateOrder, PlausibleDates
from ingestion.expressions.sql import quote_literal, quote_path
from ingestion.formats import choose_format
from ingestion.reading.native import NativeFile, read_native_file
from ingestion.reading.native_csv import find_other_encoding
from ingestion.reading.unpacking import is_packed

_COLUMN_COUNT = re.compile(r"CSV Error on Line: (\d+).*?Expected Number of Columns: (\d+) Found: (\d+)", re.DOTALL)
_CSV_DETAIL = re.compile(r"Maximum line size[^\n.]*|Value with unterminated quote found|Invalid unicode[^\n.]*")
#: How DuckDB complains of lines that end in different ways.
_MIXED_LINE_ENDS = ("state machine reached an invalid state", "unterminated quote")

#: The least time that a file has, and the slowest that a file of several gigabytes may be read.
LEAST_SECONDS = 300
SLOWEST_BYTES_PER_SECOND = 500_000
#: What a packed export unpacks to, at most: of one that grows further, each byte is the sooner read.
USUAL_RATIO = 30


@dataclass(frozen=True)
class IncomingFile:
    """One delivered file, read: its landed Parquet, its format, and how many rows it has in which billing period."""

    name: str
    path: Path
    format_name: str
    rows: int
    periods: dict[dt.date, int]
    missing_columns: tuple[str, ...]
    extra_columns: tuple[str, ...]
    assumed_currency: str | None
    notices: tuple[str, ...] = ()
    faults: dict[dt.date, tuple[str, ...]] = field(default_factory=dict)
    #: the SHA-256 of the delivered file, where no manifest names it and another one has its size
    digest: str = ""

    def faults_of(self, period: dt.date, is_filtered: bool) -> tuple[str, ...]:
        """What is wrong in its rows of a billing period; in all of its rows, unless others are left out there."""
        periods = [period] if is_filtered else sorted(self.faults)
        return tuple(sentence for p in periods for sentence in self.faults.get(p, ()))

    def to_body(self) -> dict[str, Any]:
        """What the ledger remembers of the file."""
        return {
            "format": self.format_name,
            "rows": self.rows,
            "periods": {p.isoformat(): n for p, n in self.periods.items()},
            "missing_columns": list(self.missing_columns),
            "extra_columns": list(self.extra_columns),
            "assumed_currency": self.assumed_currency,
            "notices": list(self.notices),
            "faults": {p.isoformat(): list(sentences) for p, sentences in self.faults.items()},
        }

    @classmethod
    def from_body(cls, name: str, path: Path, body: dict[str, Any]) -> "IncomingFile":
        """The file whose landed Parquet lies at ``path``, as `to_body` described it."""
        periods = {dt.date.fromisoformat(p): n for p, n in body["periods"].items()}
        missing, extra = tuple(body["missing_columns"]), tuple(body["extra_columns"])
        notices = tuple(body.get("notices", ()))
        faults = {dt.date.fromisoformat(p): tuple(found) for p, found in body.get("faults", {}).items()}
        currency = body["assumed_currency"]
        return cls(name, path, body["format"], body["rows"], periods, missing, extra, currency, notices, faults)


@dataclass(frozen=True)
class Reading:
    """How a file is to be read, beside what it is; ``beside_formats`` are what other sources read in its folder."""

    provider: str
    fmt: ExportFormat | None
    default_currency: str
    dates: PlausibleDates
    beside_formats: frozenset[str] = frozenset()

    def recognise(self, native: NativeFile) -> ExportFormat:
        """The format of a file; `UnknownFormatError` where it has none, or one that another source here reads."""
        return choose_format(native.top_level_names, native.name, self.provider, not self.beside_formats, self.fmt)

    @property
    def nothing(self) -> tuple[str, ...]:
        """The words for no value, also while the format is not known."""
        return self.fmt.nothing if self.fmt else NOTHING


def read_incoming_file(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, target: Path, workspace: Path, reading: Reading
) -> IncomingFile:
    """Read the native file at ``path`` (called ``name`` in messages) into Parquet at ``target``; what it takes to do so
    lies below ``workspace`` meanwhile.

    Raises `DeliveryError` naming the file, and the row and value where one is at fault.
    """
    with interrupt_after(connection, seconds_for(path), name):
        native = read_native_file(connection, path, name, workspace, reading.nothing)
        fmt = reading.recognise(native)
        target.parent.mkdir(parents=True, exist_ok=True)
        project = _Projector(fmt, reading)
        projection = project(native)
        try:
            _land(connection, projection, target)
        except duckdb.Error as error:
            if not native.is_csv or not any(sign in str(error) for sign in _MIXED_LINE_ENDS):
                raise _explain(error, native) from error
            native = read_native_file(connection, path, name, workspace, reading.nothing, even_line_ends=True)
            projection = project(native)
            _land_or_explain(connection, projection, target)
        notices: list[str] = []
        faults = find_row_faults(connection, projection, fmt, reading.dates, target)
        if faults.are_any and native.is_csv and _has_blank_rows(connection, projection):
            project = replace(project, leaves_out_blank=True)
            projection = project(native)
            _land_or_explain(connection, projection, target)
            faults = find_row_faults(connection, projection, fmt, reading.dates, target)
        is_foreign = native.separator != ","
        doubt = faults.first if faults.first or not is_foreign else find_ordered_day(connection, projection)
        if doubt is not None and doubt.is_time and re.match(ORDERED_DATE, doubt.value):
            projection, faults, notices = _choose_order(connection, project, native, target, doubt)
        fault = faults.first if faults.first or not is_foreign else find_grouped_number(connection, projection)
        if fault is not None:
            raise DeliveryError(fault.sentence)
        return _describe(connection, projection, fmt, target, native, faults, notices)


@dataclass(frozen=True)
class _Projector:
    fmt: ExportFormat
    reading: Reading
    leaves_out_blank: bool = False

    def __call__(self, native: NativeFile, order: DateOrder = "usual") -> Projection:
        found = project_file(native, self.fmt, self.reading.default_currency, self.reading.dates, order)
        return replace(found, leaves_out_blank=self.leaves_out_blank)


def _has_blank_rows(connection: duckdb.DuckDBPyConnection, projection: Projection) -> bool:
    query = f"select 1 from {projection.native.reader_sql} where {projection.blank_sql} limit 1"
    return connection.execute(query).fetchone() is not None


def _describe(
    connection: duckdb.DuckDBPyConnection,
    projection: Projection,
    fmt: ExportFormat,
    target: Path,
    native: NativeFile,
    faults: RowFaults,
    notices: list[str],
) -> IncomingFile:
    landed = f"read_parquet({quote_path(target)})"
    rows = connection.execute(f"select count(*) from {landed}").fetchall()[0][0]
    periods = {}
    if fmt.period_sql:
        query = f"select {fmt.period_sql} as period, count(*) from {landed} group by 1 order by 1"
        periods = dict(connection.execute(query).fetchall())
    if not rows and native.has_body:
        raise DeliveryError(f"{native.name}: has lines below its header and none of them could be read as a row")
    return IncomingFile(
        native.name, target, fmt.name, rows, periods, projection.missing, projection.extra,
        projection.assumed_currency, tuple(notices), faults.by_period,
    )  # fmt: skip


def _choose_order(
    connection: duckdb.DuckDBPyConnection, project: _Projector, native: NativeFile, target: Path, doubt: RowFault
) -> tuple[Projection, RowFaults, list[str]]:
    """Read the days of a file in the one order of day and month that puts its charges inside their billing periods or,
    where no comma separates its values, in the one in which each of them is a day.

    Raises `DeliveryError` naming a row and its value where neither order does, or both.
    """
    fmt, is_foreign = project.fmt, native.separator != ","
    orders: tuple[DateOrder, ...] = ("month_first", "day_first")
    attempts = {order: target.with_name(f"{order}.parquet") for order in orders}
    faults: dict[DateOrder, RowFaults] = {}
    for order, attempt in attempts.items() if fmt.fits_sql or is_foreign else ():
        _land_or_explain(connection, project(native, order), attempt)
        faults[order] = find_row_faults(connection, project(native, order), fmt, project.reading.dates, attempt)
        first = faults[order].first
        if first is not None and not first.is_time:
            raise DeliveryError(first.sentence)
    readable = [order for order, found in faults.items() if found.first is None]
    fitting = [order for order in readable if _fits(connection, fmt, attempts[order])]
    possible = fitting if len(fitting) == 1 or not is_foreign else readable
    if len(possible) != 1:
        raise DeliveryError(f"{doubt.sentence}; {_explain_orders(len(possible), is_foreign)}")
    (order,) = possible
    attempts[order].replace(target)
    why = "which alone puts its charges into their billing period" if fitting else "as each is a day in no other order"
    notice = f"days such as {doubt.value} are read {order.removesuffix('_first')} first, {why}"
    return project(native, order), faults[order], [notice]


def _fits(connection: duckdb.DuckDBPyConnection, fmt: ExportFormat, landed: Path) -> bool:
    """Whether every charge lies inside its billing period; not where no column states the period's days."""
    query = f"select 1 from read_parquet({quote_path(landed)}) where not coalesce({fmt.fits_sql}, false) limit 1"
    return bool(fmt.fits_sql) and connection.execute(query).fetchone() is None


def _explain_orders(possible: int, is_foreign: bool) -> str:
    if possible:
        return "both orders of day and month are possible"
    if is_foreign:
        return "its days are of no one order of day and month"
    return "no order of day and month fits its billing period"


def _land(connection: duckdb.DuckDBPyConnection, projection: Projection, target: Path) -> None:
    try:
        # to keep the order of the rows, which nothing reads, DuckDB would hold back whole row groups: 1 GB and more
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"copy ({projection.select_sql}) to {quote_literal(str(target))} (format parquet)")
    finally:
        # the number of a faulty row is counted in the file's order
        connection.execute("set preserve_insertion_order = true")


def _land_or_explain(connection: duckdb.DuckDBPyConnection, projection: Projection, target: Path) -> None:
    try:
        _land(connection, projection, target)
    except duckdb.Error as error:
        raise _explain(error, projection.native) from error


def seconds_for(path: Path) -> float:
    """How long reading a file may take: five minutes, and more for one that holds more than 150 MB."""
    size = path.stat().st_size * (USUAL_RATIO if is_packed(path) else 1)
    return max(LEAST_SECONDS, size / SLOWEST_BYTES_PER_SECOND)


@contextlib.contextmanager
def interrupt_after(connection: duckdb.DuckDBPyConnection, seconds: float, name: str) -> Iterator[None]:
    """End what DuckDB does inside the block once the time is over; the file is then refused."""
    is_over = threading.Event()

    def end() -> None:
        is_over.set()
        connection.interrupt()

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if is_over.is_set():
            raise DeliveryError(f"{name}: cannot be read within {seconds:,.0f} seconds") from error
        raise
    finally:
        timer.cancel()


def _explain(error: duckdb.Error, native: NativeFile) -> SourceError:
    """DuckDB's error as one sentence naming file, line and what was found."""
    name, text = native.name, str(error)
    other = find_other_encoding(native.path) if native.path and native.is_csv else None
    if other is not None:
        return DeliveryError(f"{name}: {other}")
    if isinstance(error, duckdb.OutOfMemoryException) or "Could not write file" in text or "No space left" in text:
        # the machine's fault, not the delivery's: nothing goes into quarantine and the next run tries again
        return UntakenError(f"{name}: cannot be landed: {first_line(error)}")
    counted = _COLUMN_COUNT.search(text)
    if counted:
        line, expected, found = (int(g) for g in counted.groups())
        return DeliveryError(
            f"{name}: line {line} (data row {line - 1}) has {found} columns where {expected} are expected"
        )
    line_match = re.search(r"CSV Error on Line: (\d+)", text)
    if line_match:
        line = int(line_match.group(1))
        known = _CSV_DETAIL.search(text)
        detail = known[0] if known else "its values and quotation marks do not fit together"
        return DeliveryError(f"{name}: line {line} (data row {line - 1}) cannot be read: {detail}")
    if any(sign in text for sign in _MIXED_LINE_ENDS):
        return DeliveryError(f"{name}: its lines and quotation marks do not fit together (no CSV of RFC 4180)")
    return DeliveryError(f"{name}: cannot be read: {first_line(error)}")
