"""The warehouse on Amazon Redshift: raw tables copied from the lake on S3, one short transaction per write."""

import datetime as dt
import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from ingestion.expressions.sql import quote_identifier
from ingestion.formats import DATASETS
from ingestion.landing.lake import safe_delivery_id
from ingestion.landing.s3_lake import S3Lake
from ingestion.snapshots import Snapshot
from warehouse.contracts import WarehouseError
from warehouse.reading import ReadableWarehouse
from warehouse.redshift_session import RedshiftConnection, describe_place, open_session
from warehouse.redshift_tables import (
    ARROW_TYPES,
    CONTROL_TOTALS,
    COPIED_SNAPSHOTS,
    CURRENT_SNAPSHOTS,
    EVERYWHERE,
    FINGERPRINTS,
    SORTED,
    as_loadable,
    describe_columns,
    raw_columns,
)
from warehouse.rows import control_total_rows, current_snapshot_rows
from warehouse.selects import check_words
from warehouse.settings_contracts import SQL_TYPES, SettingsContent
from warehouse.storage_settings import WarehouseSettings

SCHEMAS = ("raw", "settings", "staging", "intermediate", "marts", "focus", "ml", "ops", "business")
#: What `readers` may read.
PUBLISHED = ("marts", "focus", "ml", "ops")


@dataclass(frozen=True)
class CopiedSnapshot:
    """One snapshot whose rows are in a raw table; ``layout`` stands for the columns that the table had."""

    table: str
    source_name: str
    billing_period: dt.date
    dataset: str
    delivery_id: str
    folder: str
    layout: str


class RedshiftWarehouse(ReadableWarehouse):
    """Reads and writes one database; every method is one session and one transaction."""

    def __init__(self, settings: WarehouseSettings, lake: S3Lake, environ: Mapping[str, str] = os.environ) -> None:
        self._settings = settings
        self._lake = lake
        self._environ = environ

    @property
    def place(self) -> str:
        """Host and database."""
        return describe_place(self._settings)

    @property
    def is_there(self) -> bool:
        """Whether snapshots were ever published to it."""
        return self.has_table("raw", "current_snapshots")

    def connect(self, read_only: bool = False) -> AbstractContextManager[RedshiftConnection]:
        """A session in one transaction, which is committed at its end."""
        return open_session(self._settings, read_only, self._environ)

    def publish_snapshots(self, lake: S3Lake, current: Sequence[tuple[Snapshot, dt.datetime]]) -> None:
        """Make schema ``raw`` hold exactly the current snapshots, in one transaction.

        Only snapshots that are not there are copied, each by COPY of its own manifest, so a run costs what changed.
        """
        wanted = {_describe(s): s for s, _ in current if s.paths}
        with self.connect() as connection:
            self._prepare(connection)
            connection.execute("lock table raw.copied_snapshots")  # of two runs, one after the other
            held = set(_list_copied(connection))
            for gone in sorted(held - wanted.keys(), key=repr):
                _delete_rows(connection, gone)
            for new in sorted(wanted.keys() - held, key=repr):
                self._copy_snapshot(connection, lake, new, wanted[new])
            snapshots = [s for s, _ in current]
            self._refill(connection, "raw.current_snapshots", CURRENT_SNAPSHOTS, current_snapshot_rows(current))
            self._refill(connection, "raw.control_totals", CONTROL_TOTALS, control_total_rows(snapshots))
            copied = [tuple(vars(c).values()) for c in wanted]
            self._refill(connection, "raw.copied_snapshots", COPIED_SNAPSHOTS, copied)
            self._grant_readers(connection, PUBLISHED)

    def grant_readers(self) -> None:
        """Let the configured readers read what is published, which publishing also does: the marts, the views of FOCUS,
        the results of the models, and the state of operations.
        """
        with self.connect() as connection:
            self._prepare(connection)
            self._grant_readers(connection, PUBLISHED)

    def publish_settings(self, settings: Sequence[SettingsContent]) -> list[str]:
        """Make schema ``settings`` hold exactly these tables, in one transaction; returns the changed ones."""
        wanted = {content.table.name: content.fingerprint for content in settings}
        with self.connect() as connection:
            connection.execute("create schema if not exists settings")
            connection.execute(
                f"create table if not exists settings.fingerprints ({describe_columns(FINGERPRINTS)}) {EVERYWHERE}"
            )
            present = dict(connection.execute("select table_name, fingerprint from settings.fingerprints").fetchall())
            changed = [content for content in settings if present.get(content.table.name) != content.fingerprint]
            for name in sorted(present.keys() - wanted.keys()):
                connection.execute(f"drop table if exists settings.{quote_identifier(name)}")
            for content in changed:
                self._publish_setting(connection, content)
            if present != wanted:
                self._refill(connection, "settings.fingerprints", FINGERPRINTS, sorted(wanted.items()))
        return [content.table.name for content in changed]

    def _publish_setting(self, connection: RedshiftConnection, content: SettingsContent) -> None:
        name = f"settings.{quote_identifier(content.table.name)}"
        columns = {c.name: SQL_TYPES[c.kind] for c in content.table.columns}
        if self.find_table(connection, "settings", content.table.name):
            found = connection.execute(f"select * from {name} where 1 = 0").description or []
            if [d[0] for d in found] != list(columns):
                connection.execute(f"drop table {name}")
        described = ", ".join(f"{quote_identifier(column)} {kind}" for column, kind in columns.items())
        connection.execute(f"create table if not exists {name} ({described}) {EVERYWHERE}")
        schema = pa.schema([(c.name, ARROW_TYPES[c.kind]) for c in content.table.columns])
        self._refill(connection, name, schema, content.rows)

    def query(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The columns and rows of somebody's own SELECT, in a read-only transaction."""
        check_words(sql)
        with self.connect(read_only=True) as connection:
            cursor = connection.execute(sql)
            return [d[0] for d in cursor.description or []], cursor.fetchall()

    def replace_tables(self, schema: str, frames: Mapping[str, Any], mark: str = "") -> dict[str, int]:
        """Replace tables of a schema by Arrow tables or data frames in one transaction; keeps no mark."""
        tables = {name: as_loadable(_as_table(frame)) for name, frame in frames.items()}
        with self.connect() as connection:
            connection.execute(f"create schema if not exists {quote_identifier(schema)}")
            for name, table in tables.items():
                target = f"{quote_identifier(schema)}.{quote_identifier(name)}"
                connection.execute(f"drop table if exists {target}")
                connection.execute(f"create table {target} ({describe_columns(table.schema)}) {EVERYWHERE}")
                self._copy_table(connection, target, table)
            self._grant_readers(connection, [schema] if schema in PUBLISHED else [])
        return {name: table.num_rows for name, table in tables.items()}

    def find_table(self, connection: RedshiftConnection, schema: str, name: str) -> bool:
        """Whether there is that table or view; late-binding views are in the catalogue of classes too."""
        query = (
            "select count(*) from pg_catalog.pg_class as c "
            "inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid where n.nspname = ? and c.relname = ?"
        )
        return bool(connection.execute(query, [schema, name]).fetchall()[0][0])

    def _prepare(self, connection: RedshiftConnection) -> None:
        """The schemas and raw tables. One whose format has other columns now is made and filled anew."""
        for schema in SCHEMAS:
            connection.execute(f"create schema if not exists {schema}")
        for name, schema in (
            ("current_snapshots", CURRENT_SNAPSHOTS),
            ("control_totals", CONTROL_TOTALS),
            ("copied_snapshots", COPIED_SNAPSHOTS),
        ):
            connection.execute(f"create table if not exists raw.{name} ({describe_columns(schema)}) {EVERYWHERE}")
        for fmt in DATASETS:
            outdated = connection.execute(
                "select count(*) from raw.copied_snapshots where table_name = ? and layout <> ?",
                [fmt.table, _LAYOUTS[fmt.table]],
            ).fetchall()[0][0]
            if outdated:
                connection.execute(f"drop table raw.{fmt.table}")
                connection.execute("delete from raw.copied_snapshots where table_name = ?", [fmt.table])
            columns = ", ".join(f'"{name}" {kind}' for name, kind in raw_columns(fmt).items())
            connection.execute(f"create table if not exists raw.{fmt.table} ({columns}) {SORTED}")

    def _copy_snapshot(
        self, connection: RedshiftConnection, lake: S3Lake, new: CopiedSnapshot, snapshot: Snapshot
    ) -> None:
        """By a table of the file's shape: COPY loads columns in their order and knows nothing of folders."""
        schema = lake.read_schema(snapshot.paths[0])
        connection.execute(f"create temp table landed ({describe_columns(schema)}) diststyle even")
        self._copy(connection, "landed", lake.manifest_uri(snapshot.paths), "manifest")
        own = [name for name in raw_columns(_FORMATS[new.table]) if name in schema.names]
        names = ", ".join(quote_identifier(name) for name in own)
        connection.execute(
            f"insert into raw.{new.table} (source_name, billing_period, dataset, delivery_id, {names}) "
            "select cast(? as varchar(65535)), cast(? as date), cast(? as varchar(65535)), cast(? as varchar(65535)), "
            f"{names} from landed",
            [new.source_name, new.billing_period.isoformat(), new.dataset, new.delivery_id],
        )
        loaded = connection.execute("select count(*) from landed").fetchall()[0][0]
        connection.execute("drop table landed")
        if loaded != snapshot.row_count:
            raise WarehouseError(
                f"{self.place}: {loaded} rows of {snapshot.key.text}/{snapshot.delivery_id} were copied where the lake "
                f"holds {snapshot.row_count}; nothing was published"
            )

    def _refill(
        self, connection: RedshiftConnection, name: str, schema: pa.Schema, rows: Sequence[tuple[Any, ...]]
    ) -> None:
        # not TRUNCATE, which would commit
        connection.execute(f"delete from {name}")
        columns = list(zip(*rows, strict=True)) or [() for _ in schema]
        arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
        self._copy_table(connection, name, pa.Table.from_arrays(arrays, schema=schema))

    def _copy_table(self, connection: RedshiftConnection, target: str, table: pa.Table) -> None:
        """Rows reach Redshift by COPY alone: exact, fast, and one statement however many there are."""
        if table.num_rows:
            with self._lake.hand_over(table) as uri:
                self._copy(connection, target, uri)

    def _copy(self, connection: RedshiftConnection, target: str, uri: str, options: str = "") -> None:
        source = uri.replace("'", "''")
        connection.execute(
            f"copy {target} from '{source}' iam_role '{self._settings.iam_role}' format as parquet {options}"
        )

    def _grant_readers(self, connection: RedshiftConnection, schemas: Sequence[str]) -> None:
        """What is there, and by default whatever a build makes: no dashboard meets a table that it may not read yet."""
        for reader in self._settings.readers:
            kind, _, name = reader.partition(" ")
            grantee = f"{'' if kind == 'user' else kind} {quote_identifier(name.strip())}".strip()
            for schema in schemas:
                connection.execute(f"grant usage on schema {schema} to {grantee}")
                connection.execute(f"grant select on all tables in schema {schema} to {grantee}")
                connection.execute(f"alter default privileges in schema {schema} grant select on tables to {grantee}")


_FORMATS = {fmt.table: fmt for fmt in DATASETS}
_LAYOUTS = {fmt.table: hashlib.sha256(repr(raw_columns(fmt)).encode()).hexdigest()[:16] for fmt in DATASETS}


def _as_table(frame: Any) -> pa.Table:
    return frame if isinstance(frame, pa.Table) else pa.Table.from_pandas(frame, preserve_index=False)


def _describe(snapshot: Snapshot) -> CopiedSnapshot:
    return CopiedSnapshot(
        snapshot.table,
        snapshot.key.source_name,
        snapshot.key.billing_period,
        dataset=snapshot.key.dataset,
        delivery_id=safe_delivery_id(snapshot.delivery_id),
        folder=str(PurePosixPath(snapshot.paths[0]).parent),
        layout=_LAYOUTS[snapshot.table],
    )


def _list_copied(connection: RedshiftConnection) -> list[CopiedSnapshot]:
    rows = connection.execute(
        "select table_name, source_name, billing_period, dataset, delivery_id, folder, layout from raw.copied_snapshots"
    ).fetchall()
    return [CopiedSnapshot(*row) for row in rows]


def _delete_rows(connection: RedshiftConnection, gone: CopiedSnapshot) -> None:
    connection.execute(
        f"delete from raw.{gone.table} where source_name = ? and billing_period = ? and dataset = ? "
        "and delivery_id = ?",
        [gone.source_name, gone.billing_period, gone.dataset, gone.delivery_id],
    )
