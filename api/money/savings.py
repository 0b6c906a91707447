"""What could be saved: the findings, and the one total of each currency with how it adds up."""

from typing import Any

from pydantic import BaseModel, Field

from api.callers import Caller
from api.money.answers import Asking, Content, MoneyAnswer, describe, write_json
from api.money.formats import write_value
from api.money.rows import relation
from api.money.tables import Listing, columns_of
from api.problems import ProblemError
from api.published import Reading
from api.services import Services
from savings.lifecycle.summary import add_up

_DECIDED = (*columns_of(text="plan_note status"), *columns_of(date="first_seen last_seen", count="days_persisting"),
            *columns_of(text="decided_by decision_reason", date="dismissed_until"))  # fmt: skip
RECOMMENDATIONS = Listing(
    "ml.recommendations",
    (
        *columns_of(text="recommendation_id check_name title provider account_id region resource_id resource_name"),
        *columns_of(money="monthly_cost monthly_saving planned_saving freed_saving covered_cost"),
        *columns_of(text="billing_currency lever component effort"),
        *columns_of(
            text="confidence remediation risk_class evidence_kind reason evidence service_name source_name x_team"
        ),
        *columns_of(date="billing_period created_on"),
        *_DECIDED,
    ),
    ("-monthly_saving", "recommendation_id"),
)
#: The same with those of the last 90 days that are found no longer, without their evidence.
HISTORY = Listing(
    "marts.fct_savings",
    (
        *columns_of(text="recommendation_id check_name title provider account_id region resource_id resource_name"),
        *columns_of(money="monthly_cost monthly_saving planned_saving freed_saving"),
        *columns_of(text="billing_currency lever component effort confidence remediation risk_class evidence_kind"),
        *columns_of(text="reason service_name source_name x_team", date="billing_period", flag="is_found"),
        *_DECIDED,
    ),
    ("-monthly_saving", "recommendation_id"),
)
#: What closed findings really saved.
REALISED = Listing(
    "marts.fct_realised_savings",
    (
        *columns_of(text="recommendation_id check_name title provider account_id region resource_id resource_name"),
        *columns_of(text="status verdict reason change_kind", date="changed_on known_until last_seen"),
        *columns_of(count="days_before days_after", money="monthly_saving promised_saving realised_saving"),
        *columns_of(money="realised_low realised_high saved_to_date expected_cost actual_cost unused_commitment_cost"),
        *columns_of(money="rebound_cost", text="rebound_kind", date="rebound_on"),
        *columns_of(money="billed_cost_before billed_cost_after", text="billing_currency lever component"),
        *columns_of(text="service_name source_name x_team"),
    ),
    ("-changed_on", "recommendation_id"),
)
_SUMMED = "check_name billing_currency monthly_saving planned_saving freed_saving lever status".split()
_FOUND = "recommendation_id check_name account_id x_team region resource_id monthly_saving".split()


class SavingsTotal(BaseModel):
    """found + freed - overlaps - dismissed - done = total, exactly, of 30 days. Amounts are decimal texts."""

    currency: str = Field(examples=["USD"])
    findings: int = Field(description="Findings, also those that state no amount.")
    without_amount: int = Field(description="Findings that state no amount.")
    found: str = Field(description="The savings of all findings, each by itself.", examples=["1240.500000000000"])
    freed: str = Field(description="Commitments that become free and that other usage takes over.")
    overlaps: str = Field(description="What alternatives and levers on the same cost save only once.")
    dismissed: str = Field(description="The savings of dismissed findings.")
    done: str = Field(description="The savings of findings whose action is carried out.")
    total: str = Field(description="What all save together: the sum of planned_saving.", examples=["980.250000000000"])


class CheckTotal(SavingsTotal):
    """The same of one check; what overlaps with other checks counts where it is left out."""

    check_name: str = Field(examples=["gp2_to_gp3"])


class Unjudged(BaseModel):
    """Why something could not be judged."""

    reason: str
    places: int = Field(description="Accounts, regions or resources that it is said of.")


class SavingsSummary(MoneyAnswer):
    """The one total of each currency; currencies are never added up."""

    totals: list[SavingsTotal]
    by_check: list[CheckTotal]
    unjudged: list[Unjudged] = Field(description="What could not be judged and why, the commonest first.")


def answer_summary(asking: Asking, reading: Reading) -> Content:
    """The totals of the findings that the caller sees."""
    names = ", ".join(_SUMMED)
    seen = relation(asking.services, asking.caller, RECOMMENDATIONS.table)
    columns, rows = reading.rows(f"select {names} from {seen} as listed")  # noqa: S608 - columns of ours
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    checks = sorted({row["check_name"] for row in found})
    unjudged = relation(asking.services, asking.caller, "ml.unjudged_savings")
    _, reasons = reading.rows(
        f"select reason, count(*) as places from {unjudged} as listed "  # noqa: S608 - a table of ours
        "group by reason order by places desc, reason"
    )
    body = {
        **describe(reading.snapshot, ()),
        "totals": [_show(one) for one in add_up(found)],
        "by_check": [
            {"check_name": check, **_show(one)}
            for check in checks
            for one in add_up([row for row in found if row["check_name"] == check])
        ],
        "unjudged": [{"reason": reason, "places": places} for reason, places in reasons],
    }
    return Content(write_json(body), value=body)


def find_recommendation(services: Services, caller: Caller, reading: Reading, name: str) -> dict[str, Any]:
    """One finding of the last run that the caller sees; a problem of status 404 for any other."""
    seen = relation(services, caller, RECOMMENDATIONS.table)
    names, rows = reading.rows(
        f"select {', '.join(_FOUND)} from {seen} as listed where recommendation_id = ?",  # noqa: S608 - columns of ours
        [name],
    )
    if not rows:
        raise ProblemError(404, "not_found", "There is no such finding, or you do not see it.")
    return dict(zip(names, rows[0], strict=True))


def _show(total: Any) -> dict[str, Any]:
    return {name: write_value(value) for name, value in vars(total).items()}
