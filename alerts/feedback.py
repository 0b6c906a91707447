"""What people stated about anomalies: one statement per anomaly, the newest holds, each kept with its audit row."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, model_validator

from audit.log import AuditEntry, AuditLog
from core.errors import CloudcostError
from core.instants import Clock
from core.scope import FIELD_COLUMNS
from core.section import StrictModel
from state import ConflictError, StateStore, Write

KIND = "anomaly_feedback"
ATTEMPTS = 50

#: How long a statement holds where no date is given: a quarter for what is normal now, else the anomaly's own days.
DEFAULT_DAYS = 90
#: What is stated now can be wrong in so many days from now; two years and a day, for one of them may be a leap year.
LONGEST_DAYS = 731
_FIELDS = {name: FIELD_COLUMNS[name][0] for name in ("provider", "account", "service", "region", "usage_type")}

Verdict = Literal["expected", "unexpected", "planned"]


class FeedbackError(CloudcostError, ValueError):
    """The statement cannot be taken; the message states why."""


class AnomalyFeedback(StrictModel):
    """One statement of one person about one anomaly; `daily_impact` is money as text, signed, a day of the anomaly."""

    anomaly_id: str = Field(min_length=1)
    scope: dict[str, str] = Field(min_length=1)
    verdict: Verdict
    start: date
    until: date
    daily_impact: str
    reason: str = Field(min_length=1)
    actor: str = Field(min_length=1)
    at: datetime

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "AnomalyFeedback":
        if self.until < self.start:
            raise ValueError(f"it would end on {self.until}, before the anomaly's first day {self.start}")
        return self


class FeedbackBook:
    """Takes and lists statements. Saying the same again changes nothing; saying something else replaces it."""

    def __init__(self, store: StateStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._audit = AuditLog(store, clock)

    def give(
        self,
        anomaly_id: str,
        scope: dict[str, str],
        verdict: Verdict,
        start: date,
        until: date,
        daily_impact: str,
        reason: str,
        actor: str,
    ) -> AnomalyFeedback:
        """Keep a statement together with its audit row. Raises FeedbackError where it makes no sense."""
        latest = max(start, self._clock().date()) + timedelta(days=LONGEST_DAYS)
        if until > latest:
            raise FeedbackError(
                f"until {until} is too far ahead: a statement holds for two years at most, {latest} here"
            )
        try:
            given = AnomalyFeedback(
                anomaly_id=anomaly_id,
                scope=scope,
                verdict=verdict,
                start=start,
                until=until,
                daily_impact=daily_impact,
                reason=reason.strip(),
                actor=actor,
                at=self._clock(),
            )
        except ValueError as error:
            raise FeedbackError(_explain(error)) from error
        for _ in range(ATTEMPTS):
            known = self._store.get(KIND, anomaly_id)
            if known is not None and _is_same(AnomalyFeedback.model_validate(known.body), given):
                return AnomalyFeedback.model_validate(known.body)
            body = given.model_dump(mode="json")
            write = Write.insert(KIND, anomaly_id, body) if known is None else Write.update(known, body)
            details = {"verdict": verdict, "reason": given.reason, "until": until.isoformat(), "scope": scope}
            if known is not None:
                details["before"] = known.body["verdict"]
            try:
                self._audit.commit([write], [AuditEntry(actor, f"anomaly.{verdict}", anomaly_id, details)])
            except ConflictError:
                continue
            return given
        raise FeedbackError(f"anomaly {anomaly_id} was spoken of {ATTEMPTS} times at this very moment; try again")

    def give_about(
        self, anomaly: Mapping[str, Any], verdict: Verdict, until: date | None, reason: str, actor: str
    ) -> AnomalyFeedback:
        """Keep a statement about an anomaly, a row of `ml.cost_anomalies`. Raises FeedbackError as `give` does."""
        scope = {name: str(anomaly[column]) for name, column in _FIELDS.items() if anomaly[column]}
        usual = anomaly["end_date"] if verdict == "planned" else anomaly["end_date"] + timedelta(days=DEFAULT_DAYS)
        return self.give(
            anomaly["anomaly_id"],
            scope | {"currency": str(anomaly["billing_currency"])},
            verdict,
            anomaly["start_date"],
            until or usual,
            str((Decimal(str(anomaly["impact_cost"])) / int(anomaly["days"])).quantize(Decimal("0.01"))),
            reason,
            actor,
        )

    def list(self) -> "list[AnomalyFeedback]":
        """All statements, ended ones too, by anomaly."""
        return [AnomalyFeedback.model_validate(record.body) for record in self._store.list(KIND)]


def _is_same(one: AnomalyFeedback, two: AnomalyFeedback) -> bool:
    return one.model_copy(update={"at": two.at}) == two


def _explain(error: ValueError) -> str:
    """The first thing that is wrong, in a sentence."""
    found = getattr(error, "errors", None)
    if found is None:
        return str(error)
    first = found()[0]
    field = ".".join(map(str, first["loc"]))
    return f"{field + ': ' if field else ''}{first['msg'].removeprefix('Value error, ')}"
