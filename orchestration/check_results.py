"""The last results of the checks of the assets, as a table for dashboards: rows of Dagster's event log, no more."""

import datetime as dt
from typing import Any

import dagster as dg
import pyarrow as pa

from warehouse.written_tables import find_written_table

#: Newest evaluations that are looked through; a run makes about a hundred.
LOOKED_THROUGH = 5000


def list_checks(instance: dg.DagsterInstance) -> pa.Table:
    """The newest evaluation of every check: passed, warned (it stops nothing) or failed."""
    wanted = dg.EventRecordsFilter(event_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for record in instance.event_log_storage.get_event_records(wanted, limit=LOOKED_THROUGH):
        event = record.event_log_entry.dagster_event
        if event is None:  # a line of a log, which the filter leaves out
            continue
        evaluation = event.asset_check_evaluation_data
        key = (evaluation.asset_key.to_user_string(), evaluation.check_name)
        warns = evaluation.severity == dg.AssetCheckSeverity.WARN
        row: dict[str, Any] = {
            "asset": key[0],
            "check_name": key[1],
            "result": "passed" if evaluation.passed else "warned" if warns else "failed",
            "severity": evaluation.severity.value.lower(),
            "is_passed": evaluation.passed,
            "judged_at": dt.datetime.fromtimestamp(record.timestamp, dt.UTC).replace(tzinfo=None),
            "description": evaluation.description,
        }
        rows.setdefault(key, row)  # the newest comes first
    return pa.Table.from_pylist([rows[key] for key in sorted(rows)], schema=find_written_table("ops", "checks").columns)
