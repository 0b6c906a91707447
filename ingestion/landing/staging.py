"""The rows of one billing period in a folder of their own, from files that may hold others: a snapshot to be."""

from pathlib import Path

import duckdb

from ingestion.contracts import ExportFormat
from ingestion.expressions.sql import quote_literal, quote_path
from ingestion.incoming import IncomingFile
from ingestion.judging.repeats import PartFile, Repeats, find_repeats
from ingestion.planning import PendingSnapshot


def stage_rows(
    connection: duckdb.DuckDBPyConnection,
    pending: PendingSnapshot,
    incoming: list[IncomingFile],
    fmt: ExportFormat,
    directory: Path,
) -> tuple[Path, Repeats]:
    """One folder with the rows of this billing period alone, each once, and what was found there twice."""
    staged = directory / "staged"
    staged.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(incoming):
        part = staged / f"part-{number:05d}.parquet"
        if pending.period_filter and len(file.periods) > 1:
            connection.execute(
                f"copy (select * from read_parquet({quote_path(file.path)}) where {fmt.period_sql} = "
                f"{quote_literal(pending.key.billing_period.isoformat())}::date) "
                f"to {quote_literal(str(part))} (format parquet)"
            )
        else:
            part.hardlink_to(file.path)
    if not pending.is_plain:
        return staged, Repeats()
    parts = [
        PartFile(file.name, staged / f"part-{number:05d}.parquet", file.digest, bool(file.extra_columns))
        for number, file in enumerate(incoming)
    ]
    repeats = find_repeats(connection, parts, fmt)
    for copy in parts:
        if copy.name in repeats.copies:
            copy.path.unlink()
    return staged, repeats
