"""A warehouse file of a release that kept every model as a table: its largest models become files, once.

Everything else of it, the history of costs and the kept rates above all, is copied into a new file, which has no room
left over from the rows that moved. The old file stays beside it.
"""

import json
import shutil
from collections.abc import Collection
from pathlib import Path

import duckdb

from ingestion.expressions.sql import quote_identifier, quote_literal, quote_path
from warehouse.files.period_files import files_folder

#: How the old file is called afterwards.
BACKUP = ".before-files"


def read_file_models(manifest: Path) -> frozenset[str]:
    """The models that the dbt project keeps in files."""
    nodes = json.loads(manifest.read_text())["nodes"].values()
    return frozenset(node["alias"] for node in nodes if node["config"].get("period_files"))


def take_over(path: Path, models: Collection[str]) -> Path | None:
    """Move the rows of these models of schema ``intermediate`` from tables into files; returns where the old file is.

    None where there is nothing to take over. Killed at any moment, it begins again the next time; nobody else may have
    the file open. Raises `duckdb.Error` where it cannot be read, and OSError where there is no room.
    """
    if not path.exists() or not (found := _find_tables(path, models)):
        return None
    _fold_log(path)
    work = path.with_name(f"{path.name}.takeover")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    new = work / path.name  # views name the catalog, which is called after the file
    with duckdb.connect(str(new), config={"storage_compatibility_version": "v1.4.0"}) as connection:
        connection.execute(f"attach {quote_literal(str(path))} as old (read_only)")
        _copy_tables(connection, found)
        connection.execute(
            "create table intermediate.period_files "
            "(model_name varchar, source_name varchar, billing_period date, path varchar, size_bytes bigint)"
        )
        for model in found:
            _write_files(connection, model, files_folder(path))
        _copy_views(connection)
        connection.execute("detach old")
    backup = path.with_name(path.name + BACKUP)
    kept = work / backup.name
    try:
        kept.hardlink_to(path)
    except OSError:  # a file system without links
        shutil.copy2(path, kept)
    kept.replace(backup)
    new.replace(path)
    shutil.rmtree(work)
    return backup


def _find_tables(path: Path, models: Collection[str]) -> list[str]:
    with duckdb.connect(str(path), read_only=True) as connection:
        query = (
            "select table_name from duckdb_tables() where schema_name = 'intermediate' and list_contains(?, table_name)"
        )
        return sorted(name for (name,) in connection.execute(query, [list(models)]).fetchall())


def _fold_log(path: Path) -> None:
    """Bring what a killed run left in the write-ahead log into the file: the log is beside the path, whichever file is
    there, and the new one would take the same rows a second time.
    """
    with duckdb.connect(str(path)) as connection:
        connection.execute("set max_vacuum_tasks = 0")  # the file is kept as it is, not packed anew
        connection.execute("checkpoint")


def _copy_tables(connection: duckdb.DuckDBPyConnection, left_out: Collection[str]) -> None:
    """Every other table, with the constraints that it had."""
    for (schema,) in connection.execute(
        "select schema_name from duckdb_schemas() where database_name = 'old' and not internal"
    ).fetchall():
        connection.execute(f"create schema if not exists {quote_identifier(schema)}")
    tables = "select schema_name, table_name, sql from duckdb_tables() where database_name = 'old'"
    for schema, table, sql in connection.execute(tables).fetchall():
        if schema == "intermediate" and table in left_out:
            continue
        name = f"{quote_identifier(schema)}.{quote_identifier(table)}"
        connection.execute(sql)
        connection.execute(f"insert into {name} select * from old.{name}")


def _write_files(connection: duckdb.DuckDBPyConnection, model: str, folder: Path) -> None:
    table = f"old.intermediate.{quote_identifier(model)}"
    pairs = connection.execute(f"select distinct source_name, billing_period from {table} order by all").fetchall()
    for source, period in pairs:
        files = connection.execute(
            f"copy (select *, {quote_literal(model)} as model_name from {table} "
            f"where source_name = {quote_literal(source)} and billing_period = date '{period}') "
            f"to {quote_literal(str(folder))} (format parquet, compression zstd, compression_level 1, "
            "partition_by (model_name, source_name, billing_period), append, filename_pattern 'taken-over-{uuid}', "
            "return_stats)"
        ).fetchall()
        for file, _, size, *_ in files:
            connection.execute(
                "insert into intermediate.period_files values (?, ?, ?, ?, ?)", [model, source, period, file, size]
            )
    columns = [name for name, *_ in connection.execute(f"select * from {table} limit 0").description]
    written = connection.execute(
        "select path from intermediate.period_files where model_name = ? order by all", [model]
    ).fetchall()
    if not written:  # a model without rows is built anew: a view over the old file would not outlive it
        return
    listed = ", ".join(quote_path(Path(file)) for (file,) in written)
    rows = (
        f"read_parquet([{listed}], hive_partitioning = true, "
        "hive_types = {'source_name': varchar, 'billing_period': date})"
    )
    selected = ", ".join(quote_identifier(name) for name in columns)
    connection.execute(f"create view intermediate.{quote_identifier(model)} as select {selected} from {rows}")


def _copy_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Every view, those that others read first. One that DuckDB cannot read as it wrote it down is left out: dbt makes
    every view anew in the same run."""
    query = "select sql from duckdb_views() where database_name = 'old' and not internal"
    waiting = [sql for (sql,) in connection.execute(query).fetchall()]
    while waiting:
        left = []
        for sql in waiting:
            try:
                connection.execute(sql)
            except duckdb.Error:
                left.append(sql)
        if len(left) == len(waiting):
            return
        waiting = left
