"""The book of incidents: opens, updates and ends them, and plans the alerts of each."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from alerts.channels import ChannelOptions
from alerts.incidents import Incident, IncidentFinding, IncidentState
from alerts.messages import KIND as OUTBOX_KIND
from alerts.messages import plan_message
from alerts.reports import Event, render_incident
from audit.log import AuditEntry, AuditLog
from core.errors import CloudcostError
from core.instants import Clock
from state import ConflictError, StateStore, Write

KIND = "incident"
ACTOR = "cloudcost"
# Two scorers at once settle in one more try each; this many means a broken store.
ATTEMPTS = 50


class IncidentNotFoundError(CloudcostError, KeyError):
    """There is no incident with this id."""


class IncidentStateError(CloudcostError):
    """The incident is past the point where this could be done to it."""


class IncidentBook:
    """Opens, updates, acknowledges and resolves incidents; each change is one transaction with its audit row."""

    def __init__(self, store: StateStore, channels: Sequence[ChannelOptions], clock: Clock) -> None:
        self._store = store
        self._channels = tuple(channels)
        self._clock = clock
        self._audit = AuditLog(store, clock)

    def open(self, finding: IncidentFinding) -> tuple[Incident, bool]:
        """The incident of this finding, and whether it is a new one; only a new one is sent to the channels."""
        for _ in range(ATTEMPTS):
            try:
                known = self.find(finding.incident_id)
                return (self._insert(finding), True) if known is None else (self._rescore(known, finding), False)
            except ConflictError:
                continue
        raise IncidentStateError(f"incident {finding.incident_id} changed {ATTEMPTS} times while it was scored")

    def open_anew(self, describe: Callable[[int], IncidentFinding]) -> Incident:
        """The incident of a fault that may return: of the same fault a new one where the last is over.

        ``describe``: the finding, given how often the fault was over before.
        """
        for times_before in count():
            finding = describe(times_before)
            known = self.find(finding.incident_id)
            if known is None or not known.is_over:
                return self.open(finding)[0]
        raise AssertionError("counting ends at nothing")

    def acknowledge(self, incident_id: str, actor: str, note: str = "") -> Incident:
        """Somebody takes care of it. Once is enough: a second acknowledgement changes nothing."""
        incident = self.get(incident_id)
        if incident.state == "resolved":
            raise IncidentStateError(f"incident {incident_id} is resolved already")
        if incident.state == "acknowledged":
            return incident
        changes = {"state": "acknowledged", "acknowledged_by": actor, "acknowledged_at": self._clock(), "note": note}
        return self._change(
            incident, changes, [], AuditEntry(actor, "incident.acknowledged", incident_id, {"note": note})
        )

    def resolve(self, incident_id: str, actor: str, note: str = "") -> Incident:
        """It is over; the channels that were notified of it are notified again. A second time changes nothing."""
        incident = self.get(incident_id)
        if incident.state == "resolved":
            return incident
        now = self._clock()
        notified = {record.body["channel"] for record in self._store.list(OUTBOX_KIND, f"{incident_id}/")}
        changes = {"state": "resolved", "resolved_by": actor, "resolved_at": now, "note": note}
        messages = [self._plan_alert(incident.finding, channel, "resolved", now) for channel in sorted(notified)]
        return self._change(
            incident, changes, messages, AuditEntry(actor, "incident.resolved", incident_id, {"note": note})
        )

    def end(self, incident_id: str, actor: str, note: str) -> Incident:
        """What it is about is there no more: it is resolved, and a new one if it returns."""
        incident = self.resolve(incident_id, actor, note)
        if incident.is_over:
            return incident
        return self._change(
            incident, {"is_over": True}, [], AuditEntry(actor, "incident.ended", incident_id, {"note": note})
        )

    def find(self, incident_id: str) -> Incident | None:
        """One incident, or None."""
        record = self._store.get(KIND, incident_id)
        return None if record is None else Incident.model_validate({**record.body, "version": record.version})

    def get(self, incident_id: str) -> Incident:
        """One incident; raises IncidentNotFoundError."""
        incident = self.find(incident_id)
        if incident is None:
            raise IncidentNotFoundError(f"no incident {incident_id!r}")
        return incident

    def list(self, state: IncidentState | None = None) -> "list[Incident]":
        """All incidents, or those of one state, oldest first."""
        found = [
            Incident.model_validate({**record.body, "version": record.version}) for record in self._store.list(KIND)
        ]
        return sorted(
            (incident for incident in found if state in (None, incident.state)),
            key=lambda incident: (incident.opened_at, incident.incident_id),
        )

    def _insert(self, finding: IncidentFinding) -> Incident:
        now = self._clock()
        incident = Incident(incident_id=finding.incident_id, finding=finding, opened_at=now, updated_at=now, version=1)
        channels = [channel.name for channel in self._channels if finding.severity.reaches(channel.min_severity)]
        writes = [
            Write.insert(KIND, incident.incident_id, incident.model_dump(mode="json")),
            *(self._plan_alert(finding, channel, "opened", now) for channel in channels),
        ]
        details = {"rule": finding.rule, "severity": finding.severity.value, "channels": channels}
        self._audit.commit(writes, [AuditEntry(ACTOR, "incident.opened", incident.incident_id, details)])
        return incident

    def _rescore(self, incident: Incident, finding: IncidentFinding) -> Incident:
        if not finding.is_dated:
            finding = finding.model_copy(update={"start": incident.finding.start})
        if incident.finding == finding:
            return incident
        newly_reached = [
            channel.name
            for channel in self._channels
            if finding.severity.reaches(channel.min_severity)
            and not incident.finding.severity.reaches(channel.min_severity)
            and incident.state != "resolved"
            and self._store.get(OUTBOX_KIND, f"{incident.incident_id}/{channel.name}/opened") is None
        ]
        messages = [self._plan_alert(finding, channel, "opened", self._clock()) for channel in newly_reached]
        details = {
            "severity": [incident.finding.severity.value, finding.severity.value],
            "figures": finding.figures,
            "channels": newly_reached,
        }
        entry = AuditEntry(ACTOR, "incident.rescored", incident.incident_id, details)
        return self._change(incident, {"finding": finding}, messages, entry)

    def _change(
        self, incident: Incident, changes: dict[str, Any], messages: Sequence[Write], entry: AuditEntry
    ) -> Incident:
        changed = incident.model_copy(update={**changes, "updated_at": self._clock()})
        write = Write(KIND, incident.incident_id, changed.model_dump(mode="json"), incident.version)
        self._audit.commit([write, *messages], [entry])
        return changed.model_copy(update={"version": incident.version + 1})

    def _plan_alert(self, finding: IncidentFinding, channel: str, event: Event, now: datetime) -> Write:
        rendering = render_incident(
            event,
            incident_id=finding.incident_id,
            rule=finding.rule,
            severity=finding.severity.value,
            title=finding.title,
            summary=finding.summary,
            scope=finding.scope,
            start=finding.start.isoformat(),
            figures=finding.figures,
            causes=finding.causes,
            link=finding.link,
        )
        data = {"event": event, "incident_id": finding.incident_id, **finding.model_dump(mode="json")}
        return plan_message(finding.incident_id, channel, event, rendering, data, now)
