"""What could be saved, how it adds up, and deciding about it."""

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import allow
from api.callers import Caller
from api.money.answers import Asking
from api.money.formats import FILES
from api.money.questions import PageQuery, Value
from api.money.savings import HISTORY, REALISED, RECOMMENDATIONS, SavingsSummary, answer_summary, find_recommendation
from api.money.tables import Listing, Rows, answer_listing
from api.requests import Reason
from api.services import Services, services_of
from savings.lifecycle.book import SavingsBook
from savings.lifecycle.status import Decision, Status
from savings.realised.closings import Verdict

router = APIRouter(prefix="/v1", tags=["savings"])
ServicesOf = Annotated[Services, Depends(services_of)]
Decider = Annotated[Caller, allow("decide_savings")]
FindingId = Annotated[str, Path(min_length=1, max_length=100)]


class RecommendationQuery(PageQuery):
    """Which recommendations are asked for."""

    check_name: list[Value] = Field([], max_length=100, description="Only of these checks.")
    account_id: list[Value] = Field([], max_length=100, description="Only of these accounts.")
    x_team: list[Value] = Field([], max_length=100, description="Only of these teams alone.")
    status: list[Status] = Field([], max_length=10, description="Only those that stand so, as of the last run.")


class RealisedQuery(PageQuery):
    """Which closed findings are asked for."""

    check_name: list[Value] = Field([], max_length=100, description="Only of these checks.")
    account_id: list[Value] = Field([], max_length=100, description="Only of these accounts.")
    x_team: list[Value] = Field([], max_length=100, description="Only of these teams alone.")
    verdict: list[Verdict] = Field([], max_length=10, description="Only those that are judged so.")


class FindingReason(BaseModel):
    """Why somebody decides so about a finding."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "the next sprint does it"}]})

    reason: Reason = Field(description="Why; it is kept in the audit log.")


class Dismissal(FindingReason):
    """Why a finding is not to be shown, and how long."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "kept for the audit of March", "until": "2027-03-31"}]},
    )

    until: dt.date | None = Field(None, description="The last day that it holds, within two years. Default: 90 days.")


class DecisionOut(BaseModel):
    """What was decided about a finding; tables and totals have it from the next run on."""

    recommendation_id: str = Field(examples=["5f0c2f6f0a9b4a5281d0c3e7"])
    verdict: Literal["accepted", "dismissed", "restored"] | None = Field(description="Null: nothing was to take back.")
    reason: str
    until: dt.date | None = Field(description="The last day of a dismissal.")
    actor: str = Field(examples=["ana@example.com"])


@router.get("/recommendations", response_model=Rows, responses=FILES)
def list_recommendations(
    request: Request,
    caller: Annotated[Caller, allow("see_proposals")],
    services: ServicesOf,
    query: Annotated[RecommendationQuery, Query()],
) -> Response:
    """What could be saved, the largest first, with the evidence. For those who see proposals, of the accounts and teams
    that they see. Those that are found no longer (`lapsed`) are in /v1/savings/history."""
    return _list(request, caller, services, query, RECOMMENDATIONS, _filter(query))


@router.get("/savings/history", response_model=Rows, responses=FILES)
def list_savings_history(
    request: Request,
    caller: Annotated[Caller, allow("see_proposals")],
    services: ServicesOf,
    query: Annotated[RecommendationQuery, Query()],
) -> Response:
    """Findings of the last run and of the 90 days before it, with what became of them. For those who see proposals, of
    the accounts and teams that they see."""
    return _list(request, caller, services, query, HISTORY, _filter(query))


@router.get("/savings/realised", response_model=Rows, responses=FILES)
def list_realised_savings(
    request: Request,
    caller: Annotated[Caller, allow("see_proposals")],
    services: ServicesOf,
    query: Annotated[RealisedQuery, Query()],
) -> Response:
    """What findings that closed in the last 90 days really saved: cost as billed beside what it would have been, of 30
    days, with a 95 % interval and a verdict. The latest change first. For those who see proposals, of the accounts and
    teams that they see."""
    filters: dict[str, list[Any]] = {
        "check_name": query.check_name, "account_id": query.account_id, "x_team": query.x_team,
        "verdict": list(query.verdict),
    }  # fmt: skip
    return _list(request, caller, services, query, REALISED, filters)


@router.get("/savings/summary", response_model=SavingsSummary)
def summarise_savings(
    request: Request, caller: Annotated[Caller, allow("see_proposals")], services: ServicesOf
) -> Response:
    """The one total of each currency and how it adds up, by check too, and what could not be judged. For those who see
    proposals, of the accounts and teams that they see."""
    asking = Asking(request, services, caller)
    return asking.answer(lambda reading: answer_summary(asking, reading))


@router.post("/recommendations/{recommendation_id}/accept")
def accept_recommendation(
    request: Request, recommendation_id: FindingId, decision: FindingReason, caller: Decider, services: ServicesOf
) -> DecisionOut:
    """Take a finding on; it stays in the plan. For team leads, approvers and administrators, of the accounts and teams
    that they see."""
    found = _find(request, services, caller, recommendation_id)
    return _say(_book(services, caller).accept(found, decision.reason, caller.person.name))


@router.post("/recommendations/{recommendation_id}/dismiss")
def dismiss_recommendation(
    request: Request, recommendation_id: FindingId, decision: Dismissal, caller: Decider, services: ServicesOf
) -> DecisionOut:
    """Take a finding out of the plan up to a day; it is shown again then, or when it has grown by half. For team leads,
    approvers and administrators, of the accounts and teams that they see."""
    found = _find(request, services, caller, recommendation_id)
    book = _book(services, caller)
    return _say(book.dismiss(found, decision.reason, caller.person.name, decision.until))


@router.post("/recommendations/{recommendation_id}/restore")
def restore_recommendation(
    request: Request, recommendation_id: FindingId, decision: FindingReason, caller: Decider, services: ServicesOf
) -> DecisionOut:
    """Take back that a finding was accepted or dismissed. For team leads, approvers and administrators, of the accounts
    and teams that they see."""
    found = _find(request, services, caller, recommendation_id)
    given = _book(services, caller).restore(found, decision.reason, caller.person.name)
    if given is not None:
        return _say(given)
    return DecisionOut(
        recommendation_id=recommendation_id, verdict=None, reason=decision.reason, until=None, actor=caller.person.name
    )


def _filter(query: RecommendationQuery) -> dict[str, list[Any]]:
    return {
        "check_name": query.check_name, "account_id": query.account_id, "x_team": query.x_team,
        "status": list(query.status),
    }  # fmt: skip


def _list(
    request: Request,
    caller: Caller,
    services: Services,
    query: PageQuery,
    listing: Listing,
    filters: dict[str, list[Any]],
) -> Response:
    asking = Asking(request, services, caller)
    return asking.answer(lambda reading: answer_listing(asking, query, reading, listing, filters), asking.accepted)


def _find(request: Request, services: Services, caller: Caller, name: str) -> dict[str, Any]:
    with Asking(request, services, caller).reading() as reading:
        return find_recommendation(services, caller, reading, name)


def _book(services: Services, caller: Caller) -> SavingsBook:
    return SavingsBook(services.store_of(caller), services.clock)


def _say(given: Decision) -> DecisionOut:
    return DecisionOut(**given.model_dump(include={"recommendation_id", "verdict", "reason", "until", "actor"}))
