"""Reading one delivered file into landed Parquet, before it is known which snapshots its rows belong to."""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.sources.contracts import DeliveryError, ExportFormat, SourceError
from orchestration.sources.formats import choose_format
from orchestration.sources.native import NativeFile, read_native_file
from orchestration.sources.projection import Projection, describe_first_failure, project_file
from orchestration.sources.sql import quote_literal, quote_path

_COLUMN_COUNT = re.compile(r"CSV Error on Line: (\d+).*?Expected Number of Columns: (\d+) Found: (\d+)", re.DOTALL)


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

    def to_body(self) -> dict[str, Any]:
        """What the ledger remembers of the file."""
        return {
            "format": self.format_name,
            "rows": self.rows,
            "periods": {p.isoformat(): n for p, n in self.periods.items()},
            "missing_columns": list(self.missing_columns),
            "extra_columns": list(self.extra_columns),
            "assumed_currency": self.assumed_currency,
        }

    @classmethod
    def from_body(cls, name: str, path: Path, body: dict[str, Any]) -> "IncomingFile":
        """The file whose landed Parquet lies at ``path``, as `to_body` described it."""
        periods = {dt.date.fromisoformat(p): n for p, n in body["periods"].items()}
        missing, extra = tuple(body["missing_columns"]), tuple(body["extra_columns"])
        return cls(name, path, body["format"], body["rows"], periods, missing, extra, body["assumed_currency"])


def read_incoming_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    target: Path,
    *,
    provider: str,
    is_alone: bool = True,
    fmt: ExportFormat | None,
    default_currency: str,
) -> IncomingFile:
    """Read the native file at ``path`` (called ``name`` in messages) into Parquet at ``target``.

    ``fmt`` None means: recognise it from the columns. Raises `DeliveryError` naming the file, and the row and value
    where one is at fault.
    """
    native = read_native_file(connection, path, name)
    fmt = choose_format(native.top_level_names, name, provider, is_alone, fmt)
    projection = project_file(native, fmt, default_currency)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        # to keep the order of the rows, which nothing reads, DuckDB would hold back whole row groups: 1 GB and more
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"copy ({projection.select_sql}) to {quote_literal(str(target))} (format parquet)")
    except duckdb.Error as error:
        if isinstance(error, duckdb.OutOfMemoryException) or "Could not write file" in str(error):
            # the machine's fault, not the delivery's: nothing goes into quarantine and the next run tries again
            raise SourceError(f"{name}: cannot be landed: {_first_line(error)}") from error
        raise DeliveryError(_explain(error, name)) from error
    finally:
        # the number of a faulty row is counted in the file's order
        connection.execute("set preserve_insertion_order = true")
    landed = f"read_parquet({quote_path(target)})"
    failures, rows = connection.execute(f"select sum(cast_failures), count(*) from {landed}").fetchall()[0]
    if failures:
        raise DeliveryError(_name_first_failure(connection, native, projection, fmt))
    _refuse_gaps(connection, native, projection, fmt, landed)
    periods: dict[Any, int] = {}
    if fmt.period_sql:
        query = f"select {fmt.period_sql} as period, count(*) from {landed} group by 1 order by 1"
        periods = dict(connection.execute(query).fetchall())
    if None in periods:
        raise DeliveryError(f"{name}: {periods[None]} rows have no billing period")
    return IncomingFile(
        name, target, fmt.name, rows, periods, projection.missing, projection.extra, projection.assumed_currency
    )


def _refuse_gaps(
    connection: duckdb.DuckDBPyConnection, native: NativeFile, projection: Projection, fmt: ExportFormat, landed: str
) -> None:
    """A column that is filled in some rows and empty in others, where the format says all or none."""
    for column in fmt.columns:
        if not column.all_or_none:
            continue
        filled, rows = connection.execute(f"select count({column.name}), count(*) from {landed}").fetchall()[0]
        if filled in (0, rows):
            continue
        found, sql = next((c, sql) for name, c, sql in projection.checked if name == column.name)
        first = connection.execute(
            f"select min(data_row) from (select row_number() over () as data_row, {sql} as value "
            f"from {native.reader_sql}) where value is null"
        ).fetchall()[0][0]
        raise DeliveryError(
            f"{native.name}: data row {first} (line {first + 1}): {found.name} is empty, as it is in "
            f"{rows - filled} of {rows} rows; it has to be there in all of them or in none"
        )


def _name_first_failure(
    connection: duckdb.DuckDBPyConnection, native: NativeFile, projection: Projection, fmt: ExportFormat
) -> str:
    found = connection.execute(describe_first_failure(native, projection, fmt)).fetchone()
    if found is None:
        return f"{native.name}: a value cannot be read"
    row, landed, native_name, value = found
    kind = {"money": "a number", "quantity": "a number", "timestamp": "a time", "date": "a date"}[
        next(c.kind for c in fmt.columns if c.name == landed)
    ]
    return f"{native.name}: data row {row} (line {row + 1}): {native_name} {value!r} is not {kind}"


def _explain(error: duckdb.Error, name: str) -> str:
    """DuckDB's reader error as one sentence naming file, line and what was found."""
    text = str(error)
    counted = _COLUMN_COUNT.search(text)
    if counted:
        line, expected, found = (int(g) for g in counted.groups())
        return f"{name}: line {line} (data row {line - 1}) has {found} columns where {expected} are expected"
    line_match = re.search(r"CSV Error on Line: (\d+)", text)
    if line_match:
        line = int(line_match.group(1))
        detail = next((p.strip() for p in text.splitlines()[1:] if p.strip() and "Original Line" not in p), "")
        return f"{name}: line {line} (data row {line - 1}) cannot be read: {detail[:200]}"
    return f"{name}: cannot be read: {_first_line(error)}"


def _first_line(error: duckdb.Error) -> str:
    return (str(error).strip().splitlines() or ["unknown error"])[0][:300]
