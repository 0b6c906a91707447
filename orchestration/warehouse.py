"""The embedded warehouse: one DuckDB file. Connections are opened per operation, because dbt needs the file too."""

import datetime as dt
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from orchestration.sources.contracts import ExportFormat
from orchestration.sources.formats import FORMATS
from orchestration.sources.lake import LocalLake, safe_delivery_id
from orchestration.sources.ledger import Snapshot, SnapshotKey
from orchestration.sources.projection import LANDED_TYPES
from orchestration.sources.sql import quote_identifier, quote_path

PARTITION_COLUMNS = {"source_name": "VARCHAR", "billing_period": "DATE", "dataset": "VARCHAR", "delivery_id": "VARCHAR"}
WAREHOUSE_FILE = "warehouse.duckdb"
#: How long a writer waits: what a killed run left behind (a dbt process) is done by then.
LOCK_WAIT_SECONDS = 60

#: A (source, billing period) whose rows in the warehouse are not those of its current snapshots.
ChangedPeriod = tuple[str, dt.date]


class DuckDbWarehouse:
    """Reads and writes the warehouse file; every method opens and closes its own connection."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def connect(self, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in UTC. A writer waits for another process to be done; `WarehouseError` ends the wait."""
        if read_only and not self.path.exists():
            raise WarehouseError(f"{self.path}: there is no warehouse yet; `cloudcost run` builds it")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = self._open(read_only, time.monotonic() + (0 if read_only else LOCK_WAIT_SECONDS))
        try:
            connection.execute("set timezone = 'UTC'")
            yield connection
        finally:
            connection.close()

    def _open(self, read_only: bool, deadline: float) -> duckdb.DuckDBPyConnection:
        while True:
            try:
                return duckdb.connect(str(self.path), read_only=read_only)
            except duckdb.IOException as error:
                if "lock" not in str(error).lower():
                    raise WarehouseError(f"{self.path}: cannot be opened: {error}") from error
                if time.monotonic() >= deadline:
                    message = "another process is writing to the warehouse; try again later"
                    raise WarehouseError(f"{self.path}: {message}") from error
            time.sleep(0.5)

    def publish_snapshots(self, lake: LocalLake, current: Sequence[tuple[Snapshot, dt.datetime]]) -> None:
        """Make schema ``raw`` show exactly the current snapshots, in one transaction.

        Each raw table is a view over the Parquet files of the lake: nothing is copied, and a reader that filters by
        source and billing period opens the files of those alone.
        """
        with self.connect() as connection:
            connection.begin()
            connection.execute("create schema if not exists raw")
            for fmt in FORMATS:
                paths = [lake.resolve(p) for s, _ in current if s.table == fmt.table for p in s.paths]
                absent = read_absent_columns(connection, fmt, paths)
                connection.execute(f"create or replace view raw.{fmt.table} as {raw_view_sql(fmt, paths, absent)}")
            _replace_table(
                connection,
                "raw.current_snapshots",
                "source_name varchar, billing_period date, dataset varchar, delivery_id varchar, table_name varchar, "
                "row_count bigint, promoted_at timestamp",
                [
                    (s.key.source_name, s.key.billing_period, s.key.dataset, safe_delivery_id(s.delivery_id), s.table,
                     s.row_count, at.astimezone(dt.UTC).replace(tzinfo=None))
                    for s, at in current
                ],
            )  # fmt: skip
            _replace_table(
                connection,
                "raw.control_totals",
                "source_name varchar, billing_period date, dataset varchar, delivery_id varchar, "
                "billing_currency varchar, measure varchar, file_total decimal(38, 12), "
                "rounding_remainder decimal(38, 30), row_count bigint",
                control_total_rows([s for s, _ in current]),
            )
            connection.commit()

    def changed_periods(self) -> list[ChangedPeriod]:
        """The (source, billing period) pairs that some model was not built from the published snapshots of."""
        if not self.path.exists():
            return []
        with self.connect(read_only=True) as connection:
            if _has_table(connection, "intermediate", "int_periods__pending"):
                pending = "intermediate.int_periods__pending"
            elif _has_table(connection, "raw", "current_snapshots"):
                pending = "raw.current_snapshots"
            else:
                return []
            query = f"select distinct source_name, billing_period from {pending} order by all"
            return connection.execute(query).fetchall()

    def loaded_periods(self, periods: set[dt.date]) -> list[ChangedPeriod]:
        """The (source, billing period) pairs of these periods that have a current snapshot, in order."""
        with self.connect() as connection:
            query = "select distinct source_name, billing_period from raw.current_snapshots order by all"
            return [pair for pair in connection.execute(query).fetchall() if pair[1] in periods]

    def used_snapshots(self) -> frozenset[tuple[SnapshotKey, str]]:
        """The snapshots that the raw tables show or that some model was built from, by safe delivery id."""
        found: set[tuple[SnapshotKey, str]] = set()
        with self.connect() as connection:
            for schema, table in (("raw", "current_snapshots"), ("intermediate", "loaded_snapshots")):
                if _has_table(connection, schema, table):
                    query = f"select distinct source_name, billing_period, dataset, delivery_id from {schema}.{table}"
                    rows = connection.execute(query).fetchall()
                    found |= {(SnapshotKey(source, period, dataset), name) for source, period, dataset, name in rows}
        return frozenset(found)

    def closed_changes(self, closed_after_days: int) -> list[dict[str, Any]]:
        """The changes of billing periods that had ended more than that many days before, as rows of the history."""
        if not self.has_table("marts", "fct_cost_monthly_history"):
            return []
        with self.connect(read_only=True) as connection:
            cursor = connection.execute(
                "select * from marts.fct_cost_monthly_history where change_kind in ('restated', 'rebuilt') "
                "and valid_from > billing_period + interval 1 month + to_days(?) "
                "and (billed_cost_difference <> 0 or effective_cost_difference <> 0 or list_cost_difference <> 0 "
                "or contracted_cost_difference <> 0) "
                "order by source_name, billing_period, billing_currency, change_number",
                [closed_after_days],
            )
            names = [d[0] for d in cursor.description or []]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def replace_table(self, schema: str, name: str, frame: Any) -> int:
        """Replace ``schema.name`` by an Arrow table or data frame in one transaction; returns its rows."""
        with self.connect() as connection:
            connection.begin()
            connection.execute(f"create schema if not exists {quote_identifier(schema)}")
            target = f"{quote_identifier(schema)}.{quote_identifier(name)}"
            connection.register("incoming_frame", frame)
            connection.execute(f"create or replace table {target} as select * from incoming_frame")
            connection.commit()
            return int(connection.execute(f"select count(*) from {target}").fetchall()[0][0])

    def has_table(self, schema: str, name: str) -> bool:
        """Whether the warehouse has that table or view."""
        if not self.path.exists():
            return False
        with self.connect(read_only=True) as connection:
            return _has_table(connection, schema, name)


class WarehouseError(Exception):
    """The warehouse cannot be used now; the message says why."""


#: The columns of a format that a file lacks -> the files that lack them.
AbsentColumns = Mapping[frozenset[str], Sequence[Path]]


def read_absent_columns(
    connection: duckdb.DuckDBPyConnection, fmt: ExportFormat, paths: Sequence[Path]
) -> AbsentColumns:
    """Files by the columns that they lack, having been landed before the format kept these; reads footers only."""
    if not paths:
        return {}
    listed = ", ".join(quote_path(p) for p in paths)
    wanted = frozenset(c.name for c in fmt.columns)
    found = connection.execute(
        f"select file_name, list(name) from parquet_schema([{listed}]) group by file_name"
    ).fetchall()
    names = {Path(file): wanted.difference(columns) for file, columns in found}
    groups: dict[frozenset[str], list[Path]] = {}
    for path in paths:
        groups.setdefault(names[path], []).append(path)
    return groups


def raw_view_sql(fmt: ExportFormat, paths: Sequence[Path], absent: AbsentColumns | None = None) -> str:
    """The SELECT of a raw table over these Parquet files; without files it has the columns and no rows.

    ``absent``: the files by the columns that they lack, which are null for them; none lacks any when left out.
    """
    if not paths:
        empty = [
            *(f"cast(null as {kind}) as {name}" for name, kind in PARTITION_COLUMNS.items()),
            "cast(null as varchar) as source_file",
            *(f"cast(null as {LANDED_TYPES[c.kind]}) as {quote_identifier(c.name)}" for c in fmt.columns),
        ]
        return f"select {', '.join(empty)} where false"
    types = ", ".join(f"'{name}': {kind}" for name, kind in PARTITION_COLUMNS.items())
    selects = []
    for missing, files in (absent or {frozenset(): paths}).items():
        columns = [
            f"cast(null as {LANDED_TYPES[c.kind]}) as {quote_identifier(c.name)}"
            if c.name in missing
            else quote_identifier(c.name)
            for c in fmt.columns
        ]
        listed = ", ".join(quote_path(p) for p in files)
        selects.append(
            f"select {', '.join([*PARTITION_COLUMNS, 'source_file', *columns])} "
            f"from read_parquet([{listed}], hive_partitioning = true, hive_types = {{{types}}})"
        )
    return " union all ".join(selects)


def control_total_rows(snapshots: Sequence[Snapshot]) -> list[tuple[Any, ...]]:
    """The export files' own totals as rows of raw.control_totals.

    An Azure period of which only the actual cost was delivered has no other statement of its effective cost, so the
    billed total stands for both.
    """
    amortised = {(s.key.source_name, s.key.billing_period) for s in snapshots if s.key.dataset == "amortised"}
    rows: list[tuple[Any, ...]] = []
    for s in snapshots:
        key = (s.key.source_name, s.key.billing_period, s.key.dataset, safe_delivery_id(s.delivery_id))
        for t in s.control_totals:
            measures = [t.measure]
            if s.key.dataset == "actual" and (s.key.source_name, s.key.billing_period) not in amortised:
                measures.append("effective_cost")
            rows += [(*key, t.billing_currency, m, t.file_total, t.rounding_remainder, t.row_count) for m in measures]
    return rows


def changed_periods_var(changed: Sequence[ChangedPeriod]) -> str:
    """The dbt variables that restrict a build to these periods, as JSON."""
    pairs = [{"source_name": source, "billing_period": period.isoformat()} for source, period in changed]
    return json.dumps({"changed_periods": pairs})


def _replace_table(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    connection.execute(f"create or replace table {name} ({columns})")
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into {name} values ({marks})", rows)


def _has_table(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> bool:
    query = "select count(*) from information_schema.tables where table_schema = ? and table_name = ?"
    return bool(connection.execute(query, [schema, name]).fetchall()[0][0])
