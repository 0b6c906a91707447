"""Incidents: what people must know about, who takes care of it, and saying that it is over."""

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from alerts.incident_book import IncidentBook, IncidentNotFoundError, IncidentStateError
from alerts.incidents import Incident, IncidentState
from api.access import allow
from api.callers import Caller
from api.money.answers import Asking, place_at
from api.money.rows import sees
from api.requests import Reason
from api.services import Services, services_of
from cloudcost.audit_watch import RULE

router = APIRouter(prefix="/v1", tags=["incidents"])
ServicesOf = Annotated[Services, Depends(services_of)]
Handler = Annotated[Caller, allow("handle_incidents")]
IncidentId = Annotated[str, Path(min_length=1, max_length=100)]


class IncidentOut(BaseModel):
    """One incident as it stands. Amounts in `figures` are texts with their currency."""

    incident_id: str = Field(examples=["inc-5f0c2f6f0a9b4a52"])
    rule: str = Field(examples=["cost_anomaly"])
    severity: str = Field(examples=["high"])
    state: IncidentState
    title: str
    summary: str
    scope: dict[str, str] = Field(examples=[{"account": "301122334455", "service": "Amazon EC2"}])
    figures: dict[str, str]
    causes: list[str]
    start: dt.date
    opened_at: dt.datetime
    updated_at: dt.datetime
    acknowledged_by: str | None
    acknowledged_at: dt.datetime | None
    resolved_by: str | None
    resolved_at: dt.datetime | None
    note: str | None


class Incidents(BaseModel):
    """Incidents, oldest first."""

    items: list[IncidentOut]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class IncidentQuery(BaseModel):
    """Which incidents are asked for."""

    model_config = ConfigDict(extra="forbid")

    state: IncidentState | None = Field(None, description="Only those in this state.")
    limit: int = Field(100, ge=1, le=1000, description="Incidents of one page.")
    cursor: str | None = Field(None, max_length=500, description="Where to go on, as the page before says.")


class Note(BaseModel):
    """What somebody says about an incident."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "a test that ran too long"}]})

    reason: Reason = Field(description="What is done or was; the audit log keeps it.")


@router.get("/incidents")
def list_incidents(
    request: Request, caller: Handler, services: ServicesOf, query: Annotated[IncidentQuery, Query()]
) -> Incidents:
    """Incidents, oldest first. For those who handle incidents, of the teams and accounts that they see."""
    seen = [one for one in _book(services, caller).list(query.state) if _sees(services, caller, one)]
    page = Asking(request, services, caller).page(
        seen, query.limit, query.cursor, lambda one: place_at(one.opened_at, one.incident_id)
    )
    return Incidents(items=[_show(one) for one in page.items], next=page.next)


@router.get("/incidents/{incident_id}")
def read_incident(incident_id: IncidentId, caller: Handler, services: ServicesOf) -> IncidentOut:
    """One incident. For those who handle incidents, of the teams and accounts that they see."""
    return _show(_find(services, caller, incident_id))


@router.post("/incidents/{incident_id}/acknowledge")
def acknowledge_incident(incident_id: IncidentId, note: Note, caller: Handler, services: ServicesOf) -> IncidentOut:
    """Say that one takes care of it; a second time changes nothing. For those who handle incidents."""
    _find(services, caller, incident_id)
    return _show(_book(services, caller).acknowledge(incident_id, caller.person.name, note.reason.strip()))


@router.post("/incidents/{incident_id}/resolve")
def resolve_incident(incident_id: IncidentId, note: Note, caller: Handler, services: ServicesOf) -> IncidentOut:
    """Say that it is over: whoever was notified of it is notified again; a second time changes nothing. For those who
    handle incidents. That of a broken audit log ends by itself."""
    found = _find(services, caller, incident_id)
    if found.finding.rule == RULE:
        raise IncidentStateError(f"{incident_id} ends by itself when the audit log is put right or accepted")
    return _show(_book(services, caller).resolve(incident_id, caller.person.name, note.reason.strip()))


def _book(services: Services, caller: Caller) -> IncidentBook:
    return IncidentBook(services.store_of(caller), services.installation.config.alerts.channels, services.clock)


def _find(services: Services, caller: Caller, incident_id: str) -> Incident:
    found = _book(services, caller).find(incident_id)
    if found is None or not _sees(services, caller, found):
        raise IncidentNotFoundError("there is no such incident, or you do not see it")
    return found


def _sees(services: Services, caller: Caller, incident: Incident) -> bool:
    scope = incident.finding.scope
    return sees(services, caller, scope.get("sub_account_id") or scope.get("account"), incident.finding.team)


def _show(incident: Incident) -> IncidentOut:
    found = incident.finding
    return IncidentOut(
        **incident.model_dump(exclude={"finding", "is_over"}),
        **found.model_dump(include={"rule", "title", "summary", "scope", "figures", "start"}),
        severity=found.severity.value,
        causes=list(found.causes),
    )
