"""A model that is kept in files, made without dbt."""

from pathlib import Path
from typing import Any

from ingestion.expressions.sql import quote_literal, quote_path
from warehouse.files.period_files import files_folder


def keep_in_files(connection: Any, warehouse: Path, model: str, query: str) -> Path:
    """Keep the rows of a query as ``intermediate.<model>``, as dbt would for one source and month; the file."""
    folder = files_folder(warehouse) / f"model_name={model}" / "source_name=one" / "billing_period=2025-01-01"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{len(list(folder.iterdir()))}.parquet"
    connection.execute("create schema if not exists intermediate")
    connection.execute(
        "create table if not exists intermediate.period_files "
        "(model_name varchar, source_name varchar, billing_period date, path varchar, size_bytes bigint)"
    )
    connection.execute(f"copy ({query}) to {quote_literal(str(file))} (format parquet)")
    connection.execute("delete from intermediate.period_files where model_name = ?", [model])
    connection.execute(
        "insert into intermediate.period_files values (?, 'one', date '2025-01-01', ?, ?)",
        [model, str(file), file.stat().st_size],
    )
    columns = [name for name, *_ in connection.execute(query).description]
    connection.execute(
        f"create or replace view intermediate.{model} as select {', '.join(columns)} "
        f"from read_parquet([{quote_path(file)}], hive_partitioning = true)"
    )
    return file
