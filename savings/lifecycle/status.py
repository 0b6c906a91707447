"""What a finding's state is today, from what was seen, decided and done.

    found -> accepted | dismissed (until a day) | done -> verified (as its proposal says) | lapsed (no longer found)

A dismissal that ended, an accepted finding that lapsed and is there again, and one that grew since it was dismissed are
`found` again.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, get_args

from pydantic import Field

from core.section import StrictModel

Status = Literal["found", "accepted", "dismissed", "done", "verified", "lapsed"]
Verdict = Literal["accepted", "dismissed", "restored"]
STATUSES: tuple[Status, ...] = get_args(Status)
#: Those whose saving is still to be had.
OPEN: frozenset[str] = frozenset({"found", "accepted"})
#: Days that a finding is kept after it was last seen.
KEPT_DAYS = 90
#: Days after its action in which a finding may still rest on bills of before: a month, and what bills are late by.
SETTLING_DAYS = 45
_DONE: dict[str, Status] = {"executed": "done", "verified": "verified"}


class Decision(StrictModel):
    """What somebody decided about a finding. ``monthly_saving``: what it was then, as text of a decimal."""

    recommendation_id: str = Field(min_length=1)
    verdict: Verdict
    actor: str
    reason: str
    until: dt.date | None = None
    monthly_saving: str | None = None
    at: dt.datetime


class Sighting(StrictModel):
    """When a finding was seen: first, since when without a gap, last. ``facts``: its row when it was last seen.
    ``is_gone``: it was looked for since and not found.
    """

    recommendation_id: str
    first_seen: dt.date
    since: dt.date
    last_seen: dt.date
    facts: dict[str, str | None]
    is_gone: bool = False

    @property
    def days_persisting(self) -> int:
        """The days of the present stretch, both ends included."""
        return (self.last_seen - self.since).days + 1


@dataclass(frozen=True)
class Action:
    """How far the proposal of a finding is, and since when."""

    state: str
    since: dt.date


@dataclass(frozen=True)
class Judging:
    """What findings are judged by: the day, and by how much (0.5: half) one grows until a dismissal is void."""

    today: dt.date
    growth: Decimal

    def find_status(
        self,
        is_there: bool,
        saving: Decimal | None,
        decision: Decision | None,
        action: Action | None,
        since: dt.date | None = None,
    ) -> Status:
        """The status of a finding that is found today or, unless it could not be judged, is not (`is_there`).

        ``since``: the first day of its present stretch; who accepted it before that has done it, or it went by itself.
        """
        if action is not None and action.state in _DONE:
            # found long after its action, it is there again
            is_back = is_there and (self.today - action.since).days > SETTLING_DAYS
            if not is_back:
                return _DONE[action.state]
        if not is_there:
            return "lapsed"
        if decision is None or decision.verdict == "restored":
            return "found"
        if decision.verdict == "accepted":
            return "found" if since is not None and since > decision.at.date() else "accepted"
        return "dismissed" if self.is_dismissed(decision, saving) else "found"

    def is_dismissed(self, decision: Decision, saving: Decimal | None) -> bool:
        """Whether a dismissal still holds for a finding that now saves so much."""
        if decision.verdict != "dismissed" or (decision.until is not None and decision.until < self.today):
            return False
        before = Decimal(decision.monthly_saving) if decision.monthly_saving else None
        return saving is None or before is None or saving <= before * (1 + self.growth)
