"""A broken audit log is an incident: reported when it is found, over when somebody has accepted what is there."""

import datetime as dt

from alerts.incident_book import ACTOR, IncidentBook
from alerts.incidents import IncidentFinding
from alerts.severity import Severity
from audit.log import AuditLog, ChainVerdict
from cloudcost.installation import Installation
from core.instants import utc_now

RULE = "audit_log_broken"


def watch_audit(installation: Installation) -> ChainVerdict:
    """Verify the log; open an incident where it is broken, and close those of breaks that are over."""
    verdict = AuditLog(installation.store, utc_now).verify_chain()
    book = IncidentBook(installation.store, installation.config.alerts.channels, utc_now)
    standing = None if verdict.is_intact else book.open(describe_break(verdict, utc_now().date()))[0].incident_id
    for incident in book.list():
        is_over = incident.finding.rule == RULE and incident.incident_id != standing
        if is_over and incident.state != "resolved":
            book.resolve(incident.incident_id, ACTOR, "the log was put right, or accepted as it is")
    return verdict


def describe_break(verdict: ChainVerdict, today: dt.date) -> IncidentFinding:
    """The incident of a log that is not what was written; one for each row at which it breaks."""
    return IncidentFinding(
        rule=RULE,
        scope={"row": str(verdict.broken_seq)},
        start=today,
        is_dated=False,
        severity=Severity.CRITICAL,
        title=f"The audit log is broken at row {verdict.broken_seq}",
        summary=f"{verdict}. Nothing is executed until it is put right, or an approver accepts it as it is: "
        "`cloudcost audit verify` and `cloudcost audit accept`.",
    )
