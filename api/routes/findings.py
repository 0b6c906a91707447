"""What was out of the ordinary and why, and what people say that it was."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from alerts.feedback import AnomalyFeedback, FeedbackBook, Verdict
from api.access import allow
from api.callers import Caller
from api.money.anomalies import Anomalies, OneAnomaly, answer_anomalies, answer_anomaly, find_anomaly
from api.money.answers import Asking
from api.money.formats import FILES
from api.money.questions import PageQuery, Value
from api.requests import Reason
from api.services import Services, services_of

router = APIRouter(prefix="/v1", tags=["findings"])
ServicesOf = Annotated[Services, Depends(services_of)]
AnomalyId = Annotated[str, Path(min_length=1, max_length=100, examples=["5f0c2f6f0a9b4a52d1e7c3b8"])]


class AnomalyQuery(PageQuery):
    """Which anomalies are asked for."""

    is_open: bool | None = Field(None, description="Only recent ones, or only others.")
    severity: list[Value] = Field([], max_length=10, description="Only of these severities.")
    sub_account_id: list[Value] = Field([], max_length=100, description="Only of these accounts.")
    service_name: list[Value] = Field([], max_length=100, description="Only of these services.")
    x_team: list[Value] = Field([], max_length=100, description="Only of these teams alone.")


class FeedbackIn(BaseModel):
    """What an anomaly was."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"verdict": "planned", "reason": "the migration of September"}]},
    )

    verdict: Verdict = Field(
        description="expected: such a cost is normal there now. planned: it was announced; be silent until it is over. "
        "unexpected: it was right to tell."
    )
    reason: Reason = Field(description="Why; it is kept in the audit log.")
    until: dt.date | None = Field(
        None, description="The last day that it holds. Default: the anomaly's last, or 90 days later for expected."
    )


class FeedbackOut(BaseModel):
    """A statement about an anomaly; it counts from the next run on."""

    anomaly_id: str = Field(examples=["anm-5f0c2f6f0a9b4a52"])
    verdict: Verdict
    reason: str
    start: dt.date
    until: dt.date
    daily_impact: str = Field(description="A day of the anomaly, in its currency.", examples=["12.50"])
    actor: str = Field(examples=["ana@example.com"])
    at: dt.datetime


@router.get("/anomalies", response_model=Anomalies, responses=FILES)
def list_anomalies(
    request: Request,
    caller: Annotated[Caller, allow("see_costs")],
    services: ServicesOf,
    query: Annotated[AnomalyQuery, Query()],
) -> Response:
    """Days on which costs were out of the ordinary, the newest first, with their causes and what people said of them.

    For everybody who sees costs, of the teams and accounts that they see: an anomaly is of a team if all of its cost
    is.
    """
    asking = Asking(request, services, caller)
    filters: dict[str, list[Any]] = {
        "is_open": [] if query.is_open is None else [query.is_open],
        "severity": query.severity,
        "sub_account_id": query.sub_account_id,
        "service_name": query.service_name,
        "x_team": query.x_team,
    }
    said = {one.anomaly_id: one for one in FeedbackBook(services.installation.store, services.clock).list()}
    return asking.answer(
        lambda reading: answer_anomalies(asking, query, reading, filters, said),
        asking.accepted,
        sorted((one.anomaly_id, one.at.isoformat()) for one in said.values()),
    )


@router.get("/anomalies/{anomaly_id}", response_model=OneAnomaly)
def read_anomaly(
    request: Request, anomaly_id: AnomalyId, caller: Annotated[Caller, allow("see_costs")], services: ServicesOf
) -> Response:
    """One anomaly with its causes and what people said of it. For everybody who sees costs, if they see it."""
    asking = Asking(request, services, caller)
    said = {one.anomaly_id: one for one in FeedbackBook(services.installation.store, services.clock).list()}
    mine = said.get(anomaly_id)
    return asking.answer(
        lambda reading: answer_anomaly(asking, reading, anomaly_id, said), None if mine is None else mine.at.isoformat()
    )


@router.post("/anomalies/{anomaly_id}/feedback")
def state_anomaly(
    request: Request,
    anomaly_id: AnomalyId,
    feedback: FeedbackIn,
    caller: Annotated[Caller, allow("handle_incidents")],
    services: ServicesOf,
) -> FeedbackOut:
    """Say what an anomaly was; later days of its scope are judged accordingly. For those who handle incidents."""
    with Asking(request, services, caller).reading() as reading:
        found = find_anomaly(services, caller, reading, anomaly_id)
    book = FeedbackBook(services.store_of(caller), services.clock)
    return _show(book.give_about(found, feedback.verdict, feedback.until, feedback.reason, caller.person.name))


def _show(given: AnomalyFeedback) -> FeedbackOut:
    return FeedbackOut(**given.model_dump(exclude={"scope"}))
