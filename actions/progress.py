"""Progress: how far the steps of one execution or rollback have come."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class StepRecord(BaseModel):
    """One step: `started` is written before it acts, `done` with its result after."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    status: Literal["started", "done"]
    started_at: datetime
    done_at: datetime | None = None
    result: dict[str, Any] = {}


class Progress(BaseModel):
    """How far an execution or a rollback has come, and which process holds it.

    `longest_gap_seconds` is the longest time that no process was watching since the first change was begun.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: tuple[StepRecord, ...] = ()
    errors: int = 0
    last_error: str | None = None
    heartbeat_at: datetime | None = None
    longest_gap_seconds: float = 0
    lease_owner: str | None = None
    lease_until: datetime | None = None

    def results(self) -> dict[str, dict[str, Any]]:
        """The results of the finished steps by name."""
        return {step.name: step.result for step in self.steps if step.status == "done"}

    def started(self) -> frozenset[str]:
        """The names of all steps that were begun."""
        return frozenset(step.name for step in self.steps)
