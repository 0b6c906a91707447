"""What was begun in the last 24 hours, over all runs and processes, and the places that are left.

The count is taken from the audit log, and from the proposals for what it does not have any more. Two processes that
count at the same moment see the same room; so whoever begins writes one record, against the version that it saw before
it counted, in the transaction that begins. The slower of the two fails there and counts again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from actions.log_replay import read_finding
from actions.proposal_book import ProposalBook
from actions.proposals import Proposal
from audit.log import AuditLog, AuditRow
from core.instants import Clock
from state import Record, StateStore, Write

DAY_KIND = "actions_begun"
DAY_KEY = "last"
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Begun:
    """An execution that began: of which proposal, and what it is worth a month. NaN and no currency: not known."""

    proposal_id: str
    saving: Decimal
    currency: str


@dataclass(frozen=True)
class Place:
    """The room that was seen: what had begun, and the version of the record that the next to begin replaces."""

    begun: tuple[Begun, ...]
    record: Record | None

    @property
    def actions(self) -> int:
        """How many executions began in the last 24 hours."""
        return len(self.begun)

    def sum_with(self, proposal: Proposal) -> Decimal:
        """The monthly saving of `proposal` and of what had begun in its currency."""
        currency = proposal.finding.currency
        savings = [begun.saving for begun in self.begun if begun.currency in (currency, "")]
        # A negative saving must not make room, and one that is no number must not pass.
        return sum((abs(saving) for saving in (*savings, proposal.finding.monthly_saving)), Decimal(0))

    def take(self, proposal: Proposal, now: datetime) -> Write:
        """The write that fails where somebody else has begun an action meanwhile."""
        body = {"proposal_id": proposal.proposal_id, "at": now.isoformat()}
        return Write.insert(DAY_KIND, DAY_KEY, body) if self.record is None else Write.update(self.record, body)


class DayBook:
    """Counts over all proposals of a store."""

    def __init__(self, store: StateStore, book: ProposalBook, clock: Clock) -> None:
        self._store = store
        self._book = book
        self._audit = AuditLog(store, clock)
        self._clock = clock

    def look(self) -> Place:
        """The room as it is now. The record is read first: what begins after that is noticed by `take`."""
        record = self._store.get(DAY_KIND, DAY_KEY)
        return Place(tuple(list_begun(self._audit.rows(), self._book.list(), self._clock())), record)


def list_begun(rows: Sequence[AuditRow], proposals: Sequence[Proposal], now: datetime) -> list[Begun]:
    """The executions that began in the last 24 hours, whatever became of them.

    One that began in the future, by a clock that was set back since, counts too.
    """
    found: dict[str, Mapping[str, Any]] = {}
    begun: list[Begun] = []
    # Whether rows are genuine is not checked: one that is not makes the log a broken one, which lets nothing begin.
    for row in rows:
        finding = read_finding(row)
        if finding is not None:
            found[row.subject] = finding
        elif row.event == "execution.started" and _is_recent(row, now):
            begun.append(_read_begun(row.subject, found.get(row.subject, {})))
    known = {one.proposal_id for one in begun}
    for p in proposals:
        at = _find_begin(p)
        if at is not None and at > now - DAY and p.proposal_id not in known:
            begun.append(Begun(p.proposal_id, p.finding.monthly_saving, p.finding.currency))
    return begun


def _is_recent(row: AuditRow, now: datetime) -> bool:
    try:
        return datetime.fromisoformat(row.at) > now - DAY
    except (ValueError, TypeError):  # no time, or one without a zone: not ours, and the log is a broken one
        return True


def _read_begun(proposal_id: str, finding: Mapping[str, Any]) -> Begun:
    try:
        return Begun(proposal_id, Decimal(str(finding["monthly_saving"])), str(finding["currency"]))
    except (KeyError, InvalidOperation):
        return Begun(proposal_id, Decimal("NaN"), "")


def _find_begin(proposal: Proposal) -> datetime | None:
    execution = proposal.execution
    if execution is None:
        return None
    # Records of earlier versions know the first step's time only.
    return execution.begun_at or (execution.steps[0].started_at if execution.steps else proposal.updated_at)
