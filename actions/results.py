"""What came of trying to act: one result per proposal, one report per run."""

from dataclasses import dataclass
from typing import Literal

from core.errors import CloudcostError

Outcome = Literal["executed", "rolled_back", "dry_run", "deferred", "busy", "blocked", "interrupted", "failed"]


@dataclass(frozen=True)
class ActionResult:
    """What came of one attempt at one proposal.

    executed, rolled_back: done and seen done. dry_run: nothing but the mode stood in the way. deferred: the run's
    limit was reached. busy: another process works on it. blocked: a guardrail failed, nothing (more) was done.
    interrupted: a step raised and will be tried again. failed: it cannot be finished; it can be rolled back.
    """

    proposal_id: str
    outcome: Outcome
    state: str
    failures: tuple[str, ...] = ()
    would_do: tuple[str, ...] = ()
    error: str | None = None

    @property
    def is_ok(self) -> bool:
        """False when somebody has to look at it."""
        return self.outcome not in ("blocked", "interrupted", "failed")


@dataclass(frozen=True)
class RunReport:
    """One run over everything that is approved or was left unfinished."""

    results: tuple[ActionResult, ...]

    @property
    def failures(self) -> tuple[ActionResult, ...]:
        """The results that somebody has to look at."""
        return tuple(result for result in self.results if not result.is_ok)

    def raise_for_failures(self) -> None:
        """Raises ActionRunFailedError unless every result is ok."""
        if self.failures:
            raise ActionRunFailedError(self)


class ActionRunFailedError(CloudcostError):
    """At least one approved action was not carried out as approved."""

    def __init__(self, report: RunReport) -> None:
        self.report = report
        first = report.failures[0]
        why = first.error or "; ".join(first.failures)
        super().__init__(f"{len(report.failures)} action(s) {first.outcome}; first: {first.proposal_id}: {why}")
