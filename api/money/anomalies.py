"""Anomalies with their causes and what people said of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from alerts.feedback import AnomalyFeedback
from api.callers import Caller
from api.money.answers import Asking, Content, MoneyAnswer, write_json
from api.money.formats import write_value
from api.money.questions import PageQuery
from api.money.rows import relation
from api.money.tables import Listing, answer_listing, columns_of
from api.problems import ProblemError
from api.published import Reading
from api.services import Services

ANOMALIES = Listing(
    "ml.cost_anomalies",
    (
        *columns_of(text="anomaly_id scope_level service_provider_name sub_account_id sub_account_name service_name"),
        *columns_of(text="region_id x_usage_type x_team billing_currency kind direction severity top_cause"),
        *columns_of(date="start_date end_date", count="days", flag="is_open is_excused"),
        *columns_of(money="actual_cost expected_cost lower_cost upper_cost impact_cost impact_percent"),
    ),
    ("-start_date", "anomaly_id"),
)
NOT_SEEN = "There is no such anomaly, or you do not see it."
_FIELDS = """
anomaly_id service_provider_name sub_account_id service_name region_id x_usage_type billing_currency start_date end_date
days impact_cost
""".split()


class Cause(BaseModel):
    """One part of an anomaly's impact."""

    dimension: str = Field(examples=["resource_id"])
    member: str | None = Field(examples=["i-0a1b2c"])
    contribution: str | None = Field(description="In the anomaly's currency.", examples=["41.250000000000"])
    rank: int = Field(examples=[1])


class Anomaly(BaseModel):
    """Days of a scope on which costs were out of the ordinary."""

    anomaly_id: str
    scope_level: str | None
    service_provider_name: str | None
    sub_account_id: str | None
    sub_account_name: str | None
    service_name: str | None
    region_id: str | None
    x_usage_type: str | None
    x_team: str | None = Field(description="The one team that all of its cost is of; null where there is no such one.")
    billing_currency: str | None
    kind: str | None
    direction: str | None
    severity: str | None
    top_cause: str | None
    start_date: str
    end_date: str
    days: int
    is_open: bool | None
    is_excused: bool | None
    actual_cost: str | None
    expected_cost: str | None
    lower_cost: str | None
    upper_cost: str | None
    impact_cost: str | None
    impact_percent: str | None
    causes: list[Cause]
    feedback: str | None = Field(description="expected, unexpected or planned, as somebody said.")
    feedback_reason: str | None
    feedback_by: str | None


class OneAnomaly(MoneyAnswer, Anomaly):
    """One anomaly."""


class Anomalies(MoneyAnswer):
    """Anomalies, the newest first."""

    items: list[Anomaly]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


def answer_anomalies(
    asking: Asking,
    query: PageQuery,
    reading: Reading,
    filters: Mapping[str, Sequence[Any]],
    said: Mapping[str, AnomalyFeedback],
) -> Content:
    """A page of the anomalies that the caller sees; a file has them without their causes."""
    content = answer_listing(asking, query, reading, ANOMALIES, filters)
    if content.media_type != "application/json":
        return content
    body = content.value or {}
    _complete(asking, reading, body["items"], said)
    return Content(write_json(body), headers=content.headers)


def answer_anomaly(asking: Asking, reading: Reading, anomaly_id: str, said: Mapping[str, AnomalyFeedback]) -> Content:
    """One anomaly that the caller sees; a problem of status 404 for any other."""
    wanted = {"anomaly_id": [anomaly_id]}
    body = answer_listing(asking, PageQuery(limit=1, format="json"), reading, ANOMALIES, wanted).value or {}
    found = body.pop("items", [])
    if not found:
        raise ProblemError(404, "not_found", NOT_SEEN)
    _complete(asking, reading, found, said)
    return Content(write_json({name: value for name, value in body.items() if name != "next"} | found[0]))


def _complete(
    asking: Asking, reading: Reading, items: Sequence[dict[str, Any]], said: Mapping[str, AnomalyFeedback]
) -> None:
    """Add causes and what people said to anomalies."""
    causes = _list_causes(asking.services, asking.caller, reading, [one["anomaly_id"] for one in items])
    for one in items:
        statement = said.get(one["anomaly_id"])
        one["causes"] = causes.get(one["anomaly_id"], [])
        one["feedback"] = statement.verdict if statement else None
        one["feedback_reason"] = statement.reason if statement else None
        one["feedback_by"] = statement.actor if statement else None


def find_anomaly(services: Services, caller: Caller, reading: Reading, anomaly_id: str) -> dict[str, Any]:
    """One anomaly that the caller sees; a problem of status 404 for any other."""
    seen = relation(services, caller, ANOMALIES.table, reading.snapshot)
    names, rows = reading.rows(
        f"select {', '.join(_FIELDS)} from {seen} as listed where anomaly_id = ?",  # noqa: S608 - columns of ours
        [anomaly_id],
    )
    if not rows:
        raise ProblemError(404, "not_found", NOT_SEEN)
    return dict(zip(names, rows[0], strict=True))


def _list_causes(
    services: Services, caller: Caller, reading: Reading, anomalies: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    if not anomalies:
        return found
    seen = relation(services, caller, ANOMALIES.table, reading.snapshot)
    _, rows = reading.rows(
        f"""
        select causes.anomaly_id, causes.dimension, causes.member, causes.contribution, causes."rank"
        from ml.anomaly_causes as causes
        inner join {seen} as listed on causes.anomaly_id = listed.anomaly_id
        where causes.anomaly_id in ({", ".join("?" * len(anomalies))})
        order by causes.anomaly_id, causes."rank", causes.dimension, causes.member
        """,  # noqa: S608 - names of ours
        list(anomalies),
    )
    for anomaly_id, dimension, member, contribution, rank in rows:
        cause = {"dimension": dimension, "member": member, "contribution": write_value(contribution), "rank": rank}
        found.setdefault(anomaly_id, []).append(cause)
    return found
