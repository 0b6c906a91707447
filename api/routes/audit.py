"""The audit log: who did what, its newest row, and whether it is what was written."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.access import allow
from api.callers import Caller
from api.money.answers import Asking
from api.services import Services, services_of
from audit.log import AuditLog

router = APIRouter(prefix="/v1/audit", tags=["audit"])
ServicesOf = Annotated[Services, Depends(services_of)]
Auditor = Annotated[Caller, allow("see_audit")]


class AuditRowOut(BaseModel):
    """One row of the log; `hash` covers every other field, `prev_hash` among them."""

    seq: int = Field(examples=[17])
    at: str = Field(examples=["2026-04-01T06:12:09+00:00"])
    actor: str = Field(examples=["ana@example.com"])
    event: str = Field(examples=["proposal.approved"])
    subject: str
    details: dict[str, Any]
    account: str
    host: str
    channel: str
    key_id: str
    prev_hash: str
    hash: str


class AuditRows(BaseModel):
    """Rows of the log, oldest first."""

    items: list[AuditRowOut]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class AuditHead(BaseModel):
    """The newest row. Kept elsewhere, it shows later whether the end of the log was cut off."""

    seq: int = Field(examples=[42])
    hash: str


class AuditVerdict(BaseModel):
    """Whether the log is what was written."""

    is_intact: bool
    rows_checked: int
    broken_seq: int | None = Field(description="The first row that is not as it was written, or missing.")
    reason: str | None
    accepted_rows: int = Field(description="So many, from the first on, hold because somebody accepted them.")


class AuditQuery(BaseModel):
    """Which rows are asked for."""

    model_config = ConfigDict(extra="forbid")

    subject: str | None = Field(None, max_length=300, description="Only rows about this.")
    event: str | None = Field(None, max_length=100, description="Only rows of this event.")
    actor: str | None = Field(None, max_length=200, description="Only rows of this person.")
    limit: int = Field(100, ge=1, le=1000, description="Rows of one page.")
    cursor: str | None = Field(None, max_length=500, description="Where to go on, as the page before says.")


@router.get("")
def list_audit(
    request: Request, caller: Auditor, services: ServicesOf, query: Annotated[AuditQuery, Query()]
) -> AuditRows:
    """Rows of the log, oldest first. For those who see the audit log."""
    wanted = {name: getattr(query, name) for name in ("subject", "event", "actor") if getattr(query, name) is not None}
    found = [row for row in _log(services).rows() if all(getattr(row, n) == v for n, v in wanted.items())]
    page = Asking(request, services, caller).page(found, query.limit, query.cursor, lambda row: f"{row.seq:020}")
    return AuditRows(items=[AuditRowOut(**vars(row)) for row in page.items], next=page.next)


@router.get("/head")
def read_audit_head(caller: Auditor, services: ServicesOf) -> AuditHead:
    """The log's newest row. For those who see the audit log."""
    seq, digest = _log(services).head()
    return AuditHead(seq=seq, hash=digest)


@router.get("/verification")
def verify_audit(caller: Auditor, services: ServicesOf) -> AuditVerdict:
    """Whether every row is what was written and none is missing. For those who see the audit log."""
    verdict = _log(services).verify_chain()
    return AuditVerdict(**vars(verdict), is_intact=verdict.is_intact)


def _log(services: Services) -> AuditLog:
    return AuditLog(services.installation.store, services.clock)
