"""Proposals: what could be saved by an action, who consents to it, and taking back what was done.

A decision names the plan that was read (`If-Match`), so that nobody consents to what they have not seen: what would be
called, on the resource as it was read, for which money, and the way back. Nothing is
carried out here: the pipeline does that with what is approved.
"""

import datetime as dt
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from actions.approval_evidence import digest_plan
from actions.approvals import Approvals, count_required
from actions.plans.document import KeptPlan, Plan
from actions.plans.records import PlanRecords
from actions.plans.words import describe_plan
from actions.proposal_book import ProposalBook, ProposalNotFoundError
from actions.proposals import Approval, LastCheck, Proposal, ProposalState
from api.access import allow
from api.callers import Caller
from api.money.answers import Asking, place_at
from api.money.formats import write_value
from api.money.rows import sees
from api.problems import ProblemError
from api.requests import Reason
from api.services import Services, services_of
from cloudcost.analytics.finding_objections import ObjectionFinder

router = APIRouter(prefix="/v1", tags=["proposals"])
ServicesOf = Annotated[Services, Depends(services_of)]
Reader = Annotated[Caller, allow("see_proposals")]
Decider = Annotated[Caller, allow("decide_proposals")]
ProposalId = Annotated[str, Path(min_length=1, max_length=100)]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="The plan that was read: the ETag of the proposal. Without it 428; 412 where it is another now.",
        examples=['"9f2c8d1e5b7a4c3f0e6d8b2a9f2c8d1e5b7a4c3f0e6d8b2a9f2c8d1e5b7a4c3f"'],
    ),
]


class ProposalOut(BaseModel):
    """One proposal as it stands. Amounts are decimal texts."""

    proposal_id: str = Field(examples=["prop-5f0c2f6f0a9b4a52"])
    plan: str = Field(
        description="The SHA-256 of the plan's canonical JSON (keys in order, no blanks): what a decision names. "
        "Of a proposal without a plan a shorter one, which can be rejected and not approved.",
        examples=["9f2c8d1e5b7a4c3f0e6d8b2a9f2c8d1e5b7a4c3f0e6d8b2a9f2c8d1e5b7a4c3f"],
    )
    plan_document: Plan | None = Field(None, description="The plan: what is approved. Lists leave it out.")
    plan_words: list[str] = Field([], description="The plan in plain words, line by line. Lists leave it out.")
    plan_problem: str | None = Field(description="Why there is no plan, or why it could not be looked at again.")
    state: ProposalState
    remediation: str = Field(examples=["delete_unattached_volume"])
    provider: str
    account_id: str
    region: str
    resource_id: str
    reason: str
    evidence: dict[str, str]
    monthly_saving: str = Field(examples=["18.40"])
    currency: str = Field(examples=["USD"])
    billing_period: dt.date
    approvals: list[Approval]
    approvals_needed: int = Field(description="How many people must consent.")
    proposed_by: str
    proposed_at: dt.datetime
    updated_at: dt.datetime
    approved_at: dt.datetime | None
    closed_by: str | None
    close_reason: str | None
    rollback_by: str | None
    rollback_reason: str | None
    last_check: LastCheck | None = Field(description="The newest attempt to execute that changed nothing.")
    realised_daily_saving: str | None


class Proposals(BaseModel):
    """Proposals, oldest first."""

    items: list[ProposalOut]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class ProposalQuery(BaseModel):
    """Which proposals are asked for."""

    model_config = ConfigDict(extra="forbid")

    state: list[ProposalState] = Field([], max_length=10, description="Only those in these states.")
    limit: int = Field(100, ge=1, le=1000, description="Proposals of one page.")
    cursor: str | None = Field(None, max_length=500, description="Where to go on, as the page before says.")


class Decision(BaseModel):
    """Why somebody decides so."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "unused since August"}]})

    reason: Reason = Field(description="Why; the audit log keeps it.")


@router.get("/proposals")
def list_proposals(
    request: Request, caller: Reader, services: ServicesOf, query: Annotated[ProposalQuery, Query()]
) -> Proposals:
    """Proposals, oldest first. For those who see proposals, of the accounts that they see."""
    seen = [one for one in _book(services, caller).list(*query.state) if _sees(services, caller, one)]
    page = Asking(request, services, caller).page(
        seen, query.limit, query.cursor, lambda one: place_at(one.proposed_at, one.proposal_id)
    )
    return Proposals(items=[_show(services, one) for one in page.items], next=page.next)


@router.get("/proposals/{proposal_id}")
def read_proposal(proposal_id: ProposalId, caller: Reader, services: ServicesOf, response: Response) -> ProposalOut:
    """One proposal; its ETag is the plan that a decision names. For those who see proposals, of the accounts that they
    see."""
    return _answer(services, caller, _find(services, caller, proposal_id), response)


@router.post("/proposals/{proposal_id}/approve")
def approve_proposal(
    proposal_id: ProposalId,
    decision: Decision,
    caller: Decider,
    services: ServicesOf,
    response: Response,
    if_match: IfMatch = None,
) -> ProposalOut:
    """Consent to what was read. One person's second consent changes nothing; above the limit a second person has to
    consent too. 409 where the finding was dismissed, is done or is found no longer. For approvers, who are people: no
    key of a machine consents."""
    return _decide(services, caller, proposal_id, if_match, response, decision, lambda one: one.approve)


@router.post("/proposals/{proposal_id}/reject")
def reject_proposal(
    proposal_id: ProposalId,
    decision: Decision,
    caller: Decider,
    services: ServicesOf,
    response: Response,
    if_match: IfMatch = None,
) -> ProposalOut:
    """Refuse what was read; the same finding is not proposed again. For approvers, who are people."""
    return _decide(services, caller, proposal_id, if_match, response, decision, lambda one: one.reject)


@router.post("/proposals/{proposal_id}/rollback")
def roll_back_proposal(
    proposal_id: ProposalId,
    decision: Decision,
    caller: Decider,
    services: ServicesOf,
    response: Response,
    if_match: IfMatch = None,
) -> ProposalOut:
    """Ask that what was done is taken back; the pipeline does it. For approvers, who are people."""
    return _decide(services, caller, proposal_id, if_match, response, decision, lambda one: one.request_rollback)


def _decide(
    services: Services,
    caller: Caller,
    proposal_id: str,
    if_match: str | None,
    response: Response,
    decision: Decision,
    choose: Callable[[Approvals], Callable[[str, str, str, str | None], Proposal]],
) -> ProposalOut:
    found = _find(services, caller, proposal_id)
    if not if_match:
        sentence = "If-Match names the plan that was read: the ETag of the proposal."
        raise ProblemError(428, "precondition_required", sentence)
    plan = if_match.strip().removeprefix("W/").strip('"')
    installation, store = services.installation, services.store_of(caller)
    finder = ObjectionFinder(store, services.clock, installation.config.savings.dismissal_growth)
    approvals = Approvals(store, installation.action_settings, services.clock, finder)
    decided = choose(approvals)(found.proposal_id, caller.person.name, decision.reason, plan)
    return _answer(services, caller, decided, response)


def _book(services: Services, caller: Caller) -> ProposalBook:
    return ProposalBook(services.store_of(caller), services.clock)


def _find(services: Services, caller: Caller, proposal_id: str) -> Proposal:
    found = _book(services, caller).find(proposal_id)
    if found is None or not _sees(services, caller, found):
        raise ProposalNotFoundError("there is no such proposal, or you do not see it")
    return found


def _sees(services: Services, caller: Caller, proposal: Proposal) -> bool:
    return sees(services, caller, proposal.finding.resource.account_id)


def _answer(services: Services, caller: Caller, proposal: Proposal, response: Response) -> ProposalOut:
    response.headers["ETag"] = f'"{digest_plan(proposal)}"'
    return _show(services, proposal, PlanRecords(services.store_of(caller)).find(proposal.plan))


def _show(services: Services, proposal: Proposal, kept: KeptPlan | None = None) -> ProposalOut:
    found = proposal.finding
    own = {"proposal_id", "state", "proposed_by", "proposed_at", "updated_at", "approved_at", "closed_by",
           "close_reason", "plan_problem", "rollback_by", "rollback_reason"}  # fmt: skip
    return ProposalOut(
        **proposal.model_dump(include=own),
        **found.resource.model_dump(),
        **found.model_dump(include={"remediation", "reason", "evidence", "currency", "billing_period"}),
        plan=digest_plan(proposal),
        plan_document=None if kept is None else kept.plan,
        plan_words=[] if kept is None else list(describe_plan(kept.plan)),
        monthly_saving=write_value(found.monthly_saving),
        approvals=list(proposal.approvals),
        approvals_needed=count_required(proposal, services.installation.config.actions),
        last_check=proposal.last_check,
        realised_daily_saving=write_value(proposal.realised_daily_saving),
    )
