"""What is remembered of a file without a manifest that cannot be taken: its fault, or that it is left alone."""

from pathlib import Path
from typing import Any

import duckdb

from orchestration.sources.contracts import DeliveryError, ExportFormat, UntakenError
from orchestration.sources.discovery.deliveries import may_be_prose
from orchestration.sources.formats import UnknownFormatError
from orchestration.sources.incoming import Reading
from orchestration.sources.native import read_native_file
from orchestration.sources.refusals import as_refusal
from orchestration.sources.strangers import find_suspicion, holds_export


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
