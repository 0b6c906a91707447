"""What is remembered of a file without a manifest that cannot be taken: its fault, or that it is left alone."""

from pathlib import Path
from typing import Any

import duckdb

from ingestion.contracts import DeliveryError, ExportFormat, UntakenError
from ingestion.discovery.deliveries import may_be_prose
from ingestion.formats import UnknownFormatError
from ingestion.incoming import Reading
from ingestion.judging.strangers import find_suspicion, holds_export
from ingestion.reading.native import read_native_file
from ingestion.refusals import as_refusal


def explain_untaken(
    connection: duckdb.DuckDBPyConnection,
    path: Path | None,
    name: str,
    workspace: Path,
    reading: Reading,
    error: Exception,
) -> dict[str, Any]:
    """``fault`` and whether it ``may_hold_costs``, or why it is ``left_alone``; ``path`` is None for one not fetched.

    One that may hold costs holds up the others of its folder, which may have other rows of the same month. Raises
    `UntakenError` where this machine is at fault and the next run tries again.
    """
    if isinstance(error, UnknownFormatError) and path is not None:
        suspicion = find_suspicion(connection, path, name, workspace, reading)
        if suspicion is None:
            return {"left_alone": str(error)}
        return {"fault": f"{error}; {suspicion.sentence}", "may_hold_costs": suspicion.is_strong}
    refusal = as_refusal(error, name)
    if isinstance(refusal, UntakenError):
        raise refusal from error
    fmt = None if path is None else _recognise(connection, path, name, workspace, reading)
    if fmt is None and path is not None and may_be_prose(name) and not holds_export(path, name):
        return {"left_alone": str(refusal)}
    return {"fault": str(refusal), "may_hold_costs": fmt is None or bool(fmt.measures)}


def _recognise(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, workspace: Path, reading: Reading
) -> ExportFormat | None:
    """The format of a file that cannot be taken; None where its columns cannot be read or show none."""
    try:
        return reading.recognise(read_native_file(connection, path, name, workspace, reading.nothing, is_look=True))
    except DeliveryError:
        return None
