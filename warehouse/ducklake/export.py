"""A snapshot of the shared warehouse as a file of the embedded one.

The largest models, whose files hold one source and month each, stay files: each is fetched once and then linked by
every later copy that has it.
"""

import glob
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import duckdb

from ingestion.expressions.sql import quote_identifier, quote_literal, quote_path
from warehouse.duckdb_file import STORAGE_VERSION
from warehouse.ducklake.pins import current_snapshot
from warehouse.ducklake.session import CATALOG, CatalogAccess

#: What DuckDB prints before the definition of a view: its name, without the schema.
_VIEW_NAME = re.compile(r'^CREATE VIEW (?:"(?:[^"]|"")*"|\w+)')
#: The rows of a file are of one of these, as its folders say.
_PERIOD = re.compile(r"/source_name=[^/]*/billing_period=[^/]*/[^/]*$")
_FILES_TABLE = (
    "create table published.intermediate.period_files "
    "(model_name varchar, source_name varchar, billing_period date, path varchar, size_bytes bigint)"
)


def export_snapshot(access: CatalogAccess, connection: Any, copy: Path, files: Path, left_out: Collection[str]) -> int:
    """Write the present snapshot into the new file ``copy``, all but some schemas; returns its number.

    ``files``: the folder for what views of the copy read, beside those of earlier copies.
    """
    connection.execute(f"attach {quote_literal(str(copy))} as published (storage_version '{STORAGE_VERSION}')")
    try:
        connection.begin()  # all of it is of one snapshot
        number = current_snapshot(connection)
        views = _write_tables(access, connection, files, left_out)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.execute("detach published")
    with duckdb.connect(str(copy)) as opened:
        _write_views(opened, views)
        opened.execute("checkpoint")
    return number


def _write_tables(access: CatalogAccess, connection: Any, files: Path, left_out: Collection[str]) -> list[str]:
    """Every published table into the file; returns the statements that make its views."""
    listed = ", ".join(map(quote_literal, left_out))
    there = f"database_name = '{CATALOG}' and not internal and schema_name not in ({listed})"
    for (schema,) in connection.execute(f"select schema_name from duckdb_schemas() where {there}").fetchall():
        connection.execute(f"create schema if not exists published.{quote_identifier(schema)}")
    connection.execute("create schema if not exists published.intermediate")
    connection.execute(_FILES_TABLE)
    views = []
    tables = f"select schema_name, table_name from duckdb_tables() where {there} order by all"
    for schema, table in connection.execute(tables).fetchall():
        name = f"{quote_identifier(schema)}.{quote_identifier(table)}"
        fetched = _fetch_files(access, connection, (schema, table), files)
        if fetched:
            paths = ", ".join(quote_path(path) for path in fetched)
            views.append(f"create view {name} as from read_parquet([{paths}], hive_partitioning = false)")
        else:
            connection.execute(f"create table published.{name} as from {CATALOG}.{name}")
    found = f"select schema_name, sql from duckdb_views() where {there} order by all"
    for schema, sql in connection.execute(found).fetchall():
        view = _VIEW_NAME.match(sql)
        assert view is not None, sql  # noqa: S101 - DuckDB prints every view alike
        named = f"create view {quote_identifier(schema)}.{view[0].removeprefix('CREATE VIEW ')}"
        views.append(named + sql[view.end() :])
    return views


def _fetch_files(access: CatalogAccess, connection: Any, table: tuple[str, str], folder: Path) -> list[Path]:
    """The files of a table that is kept by source and month, on this machine; none where it is kept otherwise, or where
    its files are not exactly its rows.
    """
    schema, name = table
    listed = connection.execute(
        f"select data_file, delete_file, data_file_size_bytes from ducklake_list_files({quote_literal(CATALOG)}, "
        f"{quote_literal(name)}, schema => {quote_literal(schema)}) order by 1"
    ).fetchall()
    if not listed or any(deleted or not _PERIOD.search(file) for file, deleted, _ in listed):
        return []
    fetched = [_fetch(access, file, size, folder) for file, _, size in listed]
    paths = ", ".join(quote_path(path) for path in fetched)
    ((rows,),) = connection.execute(f"select sum(num_rows) from parquet_file_metadata([{paths}])").fetchall()
    ((wanted,),) = connection.execute(f'select count(*) from {CATALOG}."{schema}"."{name}"').fetchall()
    if rows != wanted:  # some are in the catalog itself, as very few rows may be
        return []
    for path, (_, _, size) in zip(fetched, listed, strict=True):
        connection.execute(
            f"insert into published.intermediate.period_files select {quote_literal(name)}, source_name, "
            f"billing_period, {quote_literal(str(path))}, {size} "
            f"from read_parquet({quote_path(path)}, hive_partitioning = false) limit 1"
        )
    return fetched


def _fetch(access: CatalogAccess, address: str, size: int, folder: Path) -> Path:
    """One file of the warehouse below this folder: a link to what an earlier publication fetched, or fetched now."""
    parts = address.split("/")[-4:]
    target = folder.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for known in folder.parent.glob("*/" + "/".join(map(glob.escape, parts))):
        if known.stat().st_size == size:
            try:
                target.hardlink_to(known)
            except OSError:  # a file system without links, or a publication that is just being removed
                continue
            return target
    access.fetch(address, target)
    target.chmod(0o400)
    return target


def _write_views(connection: duckdb.DuckDBPyConnection, views: list[str]) -> None:
    """All of them, those that others read first; one that reads what is not published is left out."""
    while views:
        left = []
        for view in views:
            try:
                connection.execute(view)
            except duckdb.Error:
                left.append(view)
        if len(left) == len(views):
            return
        views = left
