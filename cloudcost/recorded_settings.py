"""What the configuration holds of approvers, limits, mode, accounts and the UI's door, as rows of the audit log."""

from typing import Any

from audit.log import SYSTEM, AuditEntry, AuditLog
from cloudcost.installation import Installation
from core.instants import utc_now

SUBJECT = "configuration"


def record_settings(installation: Installation) -> bool:
    """Write an audit row if what is configured differs from what the log has last; whether it did.

    Who changed the file cannot be known: the row states who was the first to run with it.
    """
    audit = AuditLog(installation.store, utc_now)
    settings = list_settings(installation)
    rows = audit.evidence_about(SUBJECT)
    before: dict[str, Any] = rows[-1].details["settings"] if rows else {}
    if rows and before == settings:
        return False
    changed = {
        name: [before.get(name), settings.get(name)]
        for name in sorted({*before, *settings})
        if before.get(name) != settings.get(name)
    }
    details: dict[str, Any] = {"settings": settings, **({"changed": changed} if rows else {})}
    audit.append(AuditEntry(SYSTEM, "configuration.changed" if rows else "configuration.recorded", SUBJECT, details))
    return True


def list_settings(installation: Installation) -> dict[str, Any]:
    """What decides who may do what, as JSON values. None of it is a secret."""
    config = installation.config
    return {
        **config.actions.model_dump(mode="json"),
        "people": [person.model_dump(mode="json", exclude={"profile"}) for person in config.people],
        "audit": config.audit.model_dump(mode="json"),
        "ui": config.ui.model_dump(mode="json"),
    }
