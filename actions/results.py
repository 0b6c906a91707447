"""What came of trying to act: one result per proposal."""

from dataclasses import dataclass
from typing import Literal

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
