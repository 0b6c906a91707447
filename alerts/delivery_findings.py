"""What is worth telling people about deliveries, as incidents: failed, damaged, late, or an event unreadable."""

import datetime as dt

from alerts.incidents import UNKNOWN_DAY, IncidentFinding
from alerts.severity import Severity
from ingestion.freshness import Freshness
from ingestion.planning import name_fault

DELIVERY_FAILED = "delivery_failed"
SNAPSHOT_DAMAGED = "snapshot_damaged"


def describe_failed_delivery(
    source_name: str, period: dt.date | None, message: str, today: dt.date, times_before: int = 0
) -> IncidentFinding:
    """A delivery that could not be taken; the same fault of the same period is one incident, until it is over.

    ``times_before``: how often it was over and came back. ``today`` is when it was found, for a file that names no
    period.
    """
    month = f"{period:%Y-%m}" if period else "unknown"
    scope = {"source": source_name, "billing_period": month, "fault": name_fault(message)[:12]}
    return IncidentFinding(
        rule=DELIVERY_FAILED,
        scope={**scope, "times_before": str(times_before)} if times_before else scope,
        start=period or today,
        is_dated=period is not None,
        severity=Severity.WARNING,
        title=f"{source_name}: a delivery{f' of {month}' if period else ''} could not be taken",
        summary=f"{message}. What was current before stays current.",
    )


def describe_damaged_snapshot(source_name: str, period: dt.date, message: str) -> IncidentFinding:
    """A landed delivery whose files are not as they were landed, and which its source holds no more."""
    return IncidentFinding(
        rule=SNAPSHOT_DAMAGED,
        scope={"source": source_name, "billing_period": f"{period:%Y-%m}", "fault": name_fault(message)[:12]},
        start=period,
        severity=Severity.WARNING,
        title=f"{source_name}: what was landed of {period:%Y-%m} is damaged",
        summary=f"{message}. It is left out until its source delivers it again.",
    )


def describe_late_source(found: Freshness) -> IncidentFinding:
    """A source that is later than its provider normally is; one incident from its last delivery to the next."""
    if found.last_delivery is None:
        raise ValueError(f"{found.source_name} never delivered anything, so it cannot be late")
    hours = found.allowed.total_seconds() / 3600
    return IncidentFinding(
        rule="source_late",
        scope={"source": found.source_name, "since": found.last_delivery.isoformat()},
        start=found.last_delivery.date(),
        severity=Severity.WARNING,
        title=f"{found.source_name}: no new delivery for more than {hours:.0f} hours",
        summary=f"The last one came at {found.last_delivery:%Y-%m-%d %H:%M} UTC. Costs since then are not known; "
        "`cloudcost check` says whether the source can be read.",
    )


def describe_unreadable_event(queue: str, message_id: str, reason: str) -> IncidentFinding:
    """A message that is not an event of a known kind; it stays in its queue."""
    return IncidentFinding(
        rule="event_unreadable",
        scope={"queue": queue, "message": message_id},
        start=UNKNOWN_DAY,
        severity=Severity.WARNING,
        title=f"An event in {queue} cannot be read",
        summary=f"Message {message_id}: {reason}. It was left in the queue.",
    )
