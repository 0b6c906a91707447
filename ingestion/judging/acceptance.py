"""Overruling the door: a doubted delivery is taken as it is, or one that was taken is withdrawn.

Somebody says so, and the audit log remembers who and why.
"""

from audit.log import AuditEntry, AuditLog
from core.errors import SourceError
from core.short_names import find_named
from ingestion.ledger import Ledger
from state import ConflictError, Record, Write


class AcceptanceError(SourceError):
    """The delivery cannot be accepted or withdrawn; the message states why."""


def find_delivery(ledger: Ledger, name: str) -> Record:
    """The one delivery whose id, or whole key ``source/2026-09/cost/id``, starts with ``name``."""
    found = find_named(ledger.deliveries(), name, lambda r: (r.key, str(r.body["delivery_id"])))
    if not found:
        raise AcceptanceError(f"there is no delivery {name!r}; `cloudcost deliveries list` shows them")
    if len(found) > 1:
        keys = ", ".join(r.key for r in found[:5])
        raise AcceptanceError(f"{len(found)} deliveries are called {name!r}: {keys}; give the whole name")
    return found[0]


def accept_delivery(audit: AuditLog, record: Record, actor: str, reason: str) -> None:
    """Have a quarantined delivery promoted by the next run although it differs much from the one before.

    Only that comparison can be overruled: a delivery that is broken, incomplete or contradicts itself cannot.
    Accepting twice changes nothing.
    """
    if record.body["status"] == "accepted":
        return
    if record.body["status"] != "quarantined":
        raise AcceptanceError(f"delivery {record.key} is {record.body['status']}, not quarantined")
    if not record.body.get("is_acceptable"):
        raise AcceptanceError(f"delivery {record.key} cannot be accepted: {'; '.join(record.body['reasons'])}")
    details = {"reason": reason, "reasons": record.body["reasons"]}
    body = {**record.body, "status": "accepted", "accepted_by": actor, "accepted_because": reason}
    try:
        audit.commit([Write.update(record, body)], [AuditEntry(actor, "delivery.accepted", record.key, details)])
    except ConflictError as error:
        raise AcceptanceError(f"delivery {record.key} was changed meanwhile; look again") from error


def withdraw_delivery(audit: AuditLog, ledger: Ledger, record: Record, actor: str, reason: str) -> str | None:
    """Withdraw a delivery that should never have been taken; returns the delivery that is current instead, if any.

    Its record stays as a tombstone, so that neither a run nor the replay of what was believed takes it again while its
    files are the same. The snapshot's files go with retention. Withdrawing twice changes nothing.
    """
    if not reason.strip():
        raise AcceptanceError("a withdrawal needs a reason: --reason says why, and the audit log keeps it")
    key = record.key.rpartition("/")[0]
    if record.body["status"] != "withdrawn":
        if record.body["status"] != "promoted":
            raise AcceptanceError(
                f"delivery {record.key} is {record.body['status']}: only one that was promoted can be withdrawn"
            )
        try:
            details = {"reason": reason, "row_count": record.body["row_count"]}
            audit.commit(
                ledger.withdrawal(record, actor, reason),
                [AuditEntry(actor, "delivery.withdrawn", record.key, details)],
            )
        except ConflictError as error:
            raise AcceptanceError(f"delivery {record.key} was changed meanwhile; look again") from error
    return next((s.delivery_id for s, _ in ledger.current_snapshots() if s.key.text == key), None)
