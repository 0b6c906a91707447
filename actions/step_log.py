"""The persisted, resumable record of the steps of one execution or rollback.

Only the process that holds the lease may write. Every write is against the version it read, so a process that was
taken for dead and comes back fails at its next write, before its next act. A process that was only asleep notices by
its own heartbeats that it was not watching.
"""

from collections.abc import Sequence, Set
from datetime import timedelta
from typing import Any, Literal

from actions.progress import Progress, StepRecord
from actions.proposal_book import Change, ProposalBook
from actions.proposals import Proposal, ProposalState
from core.errors import CloudcostError
from core.instants import Clock
from state import Write

Way = Literal["execution", "rollback"]

# Between two heartbeats of a process that is awake lies one look at the resource and at most 15 s of sleep. After more
# than this, somebody may have used the resource unseen.
MAX_HEARTBEAT_GAP = timedelta(seconds=60)


class LeaseHeldError(CloudcostError):
    """Another process works on this proposal."""


class StepLog:
    """Writes one way (execution or rollback) of one proposal."""

    def __init__(
        self,
        book: ProposalBook,
        proposal: Proposal,
        way: Way,
        owner: str,
        actor: str,
        lease_seconds: float,
        clock: Clock,
    ) -> None:
        self._book = book
        self.way: Way = way
        self._owner = owner
        self._actor = actor
        self._lease = timedelta(seconds=lease_seconds)
        self._clock = clock
        self.proposal = proposal

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        return getattr(self.proposal, self.way) or Progress()

    @property
    def holds_lease(self) -> bool:
        """True between `begin` and the end, error or pause."""
        return self.progress.lease_owner == self._owner

    def begin(
        self, state: ProposalState, fields: dict[str, Any], details: dict[str, Any], also: Sequence[Write] = ()
    ) -> None:
        """Take the lease: the first time with a change of state, later to resume. The watch starts here, anew.

        `also` is written in the same transaction. Raises LeaseHeldError, and ConflictError where one of them lost.
        """
        progress = self.progress
        check_lease(progress, self._owner, self._clock)
        begun_at = progress.begun_at or self._clock()
        # Above every number that is in the record, whoever wrote it there: what was done before is unwatched.
        watch = max((progress.watch, *(step.watch for step in progress.steps))) + 1
        progress = progress.model_copy(update={"begun_at": begun_at, "watch": watch})
        event = f"{self.way}.started" if self.proposal.state != state else f"{self.way}.resumed"
        self._write(event, self._held(progress), {"state": state, **fields}, details, also)

    def renew(self) -> None:
        """Keep the lease while waiting."""
        self.proposal = self._book.touch(self.proposal, {self.way: self._held(self.progress)})

    def start(self, name: str) -> None:
        """Write down that a step begins, or begins again."""
        held = self._held(self.progress)
        record = StepRecord(name=name, status="started", started_at=self._clock(), watch=held.watch)
        others = tuple(step for step in held.steps if step.name != name)
        progress = held.model_copy(update={"steps": (*others, record)})
        self._write("step.started", progress, {}, {"way": self.way, "step": name})

    def void(self, names: Set[str]) -> None:
        """Take back that these steps were done: what they found may not be so any more. The log keeps their results."""
        progress = self.progress
        taken = tuple(step for step in progress.steps if step.name in names and step.status == "done")
        steps = tuple(step for step in progress.steps if step.name not in names)
        details = {"way": self.way, "results": {step.name: step.result for step in taken}}
        self._write("steps.void", self._held(progress, steps=steps, voided=(*progress.voided, *taken)), {}, details)

    def finish(self, name: str, result: dict[str, Any]) -> None:
        """Write down that a step is done, and what came of it."""
        done = {"status": "done", "done_at": self._clock(), "result": result}
        steps = tuple(step.model_copy(update=done) if step.name == name else step for step in self.progress.steps)
        details = {"way": self.way, "step": name, "result": result}
        self._write("step.done", self._held(self.progress, steps=steps), {}, details)

    def note_error(self, step: str, error: str) -> None:
        """Write down an error after which the step may be tried again, and give the lease back."""
        progress = self._freed(self.progress, errors=self.progress.errors + 1, last_error=f"{step}: {error}")
        self._write("step.error", progress, {}, {"way": self.way, "step": step, "error": error})

    def note_pause(self, fields: dict[str, Any], event: str, details: dict[str, Any]) -> None:
        """Write down why it stops here for now, and give the lease back."""
        self._write(event, self._freed(self.progress), fields, {"way": self.way, **details})

    def end(self, state: ProposalState, details: dict[str, Any], error: str | None = None) -> None:
        """Write down the outcome, and give the lease back."""
        progress = self._freed(self.progress, last_error=error)
        self._write(f"proposal.{state}", progress, {"state": state}, details)

    def _held(self, progress: Progress, **changes: Any) -> Progress:
        now = self._clock()
        last = progress.heartbeat_at
        # A clock that was set back shows as little as one that stood still for long.
        is_awake = last is None or timedelta(0) <= now - last <= MAX_HEARTBEAT_GAP
        lease = {"heartbeat_at": now, "lease_owner": self._owner, "lease_until": now + self._lease}
        watch = progress.watch if is_awake else progress.watch + 1
        return progress.model_copy(update={**changes, **lease, "watch": watch})

    def _freed(self, progress: Progress, **changes: Any) -> Progress:
        return progress.model_copy(
            update={**changes, "heartbeat_at": self._clock(), "lease_owner": None, "lease_until": None}
        )

    def _write(
        self,
        event: str,
        progress: Progress,
        fields: dict[str, Any],
        details: dict[str, Any],
        also: Sequence[Write] = (),
    ) -> None:
        change = Change(event, self._actor, {**fields, self.way: progress}, details)
        self.proposal = self._book.change(self.proposal, change, also)


def check_lease(progress: Progress, owner: str, clock: Clock) -> None:
    """Raises LeaseHeldError while another owner's lease lasts."""
    if progress.lease_until is not None and progress.lease_owner != owner and progress.lease_until > clock():
        raise LeaseHeldError(f"held by {progress.lease_owner} until {progress.lease_until.isoformat()}")
