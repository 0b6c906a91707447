"""Incidents: something that people must know about, sent to each channel once.

An incident is one (rule, scope, start). Scoring the same days again finds the same incident and brings its figures up
to date; nobody is notified twice. Only when it grows louder do the channels get it that had been spared until then.
"""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from alerts.severity import Severity
from core.instants import digest_key
from core.section import StrictModel

#: Stands for the start in the identity of what has none.
UNDATED = "1970-01-01"
#: Stands for a day that is not known, or none of the calendar's, in an incident's start.
UNKNOWN_DAY = date(1970, 1, 1)

IncidentState = Literal["open", "acknowledged", "resolved"]


class IncidentFinding(StrictModel):
    """What a rule found. Money in `figures` is text, with its currency in the figure's name or value.

    ``team``: the one team whose costs it is about, whose people see it; no part of what it is.
    ``is_dated`` False: `start` is only the day on which it was found first, and no part of what it is.
    """

    rule: str = Field(min_length=1)
    scope: dict[str, str] = Field(min_length=1)
    start: date
    severity: Severity
    title: str
    summary: str
    figures: dict[str, str] = Field(default_factory=dict)
    causes: tuple[str, ...] = ()
    link: str | None = None
    is_dated: bool = True
    team: str | None = None

    @property
    def incident_id(self) -> str:
        """The identity of (rule, scope, start); figures and severity are no part of it."""
        start = self.start.isoformat() if self.is_dated else UNDATED
        return f"inc-{digest_key(self.rule, self.scope, start)}"


class Incident(StrictModel):
    """One incident as it stands now; ``is_over``: what it is about was found to be there no more."""

    incident_id: str
    finding: IncidentFinding
    state: IncidentState = "open"
    opened_at: datetime
    updated_at: datetime
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    note: str | None = None
    is_over: bool = False
    version: int = Field(default=0, exclude=True)
