"""What was begun in the last 24 hours, over all runs and processes, and the places that are left.

The count is taken from the proposals themselves. Two processes that count at the same moment see the same room; so
whoever begins writes one record, against the version that it saw before it counted, in the transaction that begins.
The slower of the two fails there and counts again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from actions.instants import Clock
from actions.proposals import Proposal, ProposalBook
from state import Record, StateStore, Write

DAY_KIND = "actions_begun"
DAY_KEY = "last"
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Place:
    """The room that was seen: what had begun, and the version of the record that the next to begin replaces."""

    begun: tuple[Proposal, ...]
    record: Record | None

    @property
    def actions(self) -> int:
        """How many executions began in the last 24 hours."""
        return len(self.begun)

    def sum_with(self, proposal: Proposal) -> Decimal:
        """The monthly saving of `proposal` and of what had begun in its currency."""
        currency = proposal.finding.currency
        savings = [p.finding.monthly_saving for p in self.begun if p.finding.currency == currency]
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
        self._clock = clock

    def look(self) -> Place:
        """The room as it is now. The record is read first: what begins after that is noticed by `take`."""
        record = self._store.get(DAY_KIND, DAY_KEY)
        return Place(tuple(list_begun(self._book.list(), self._clock())), record)


def list_begun(proposals: Iterable[Proposal], now: datetime) -> list[Proposal]:
    """The proposals whose execution began in the last 24 hours, whatever became of it.

    One that began in the future, by a clock that was set back since, counts too.
    """
    return [p for p in proposals if (at := _find_begin(p)) is not None and at > now - DAY]


def _find_begin(proposal: Proposal) -> datetime | None:
    execution = proposal.execution
    if execution is None:
        return None
    # Records of earlier versions know the first step's time only.
    return execution.begun_at or (execution.steps[0].started_at if execution.steps else proposal.updated_at)
