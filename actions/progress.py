"""Progress: how far the steps of one execution or rollback have come."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from core.section import StrictModel


class StepRecord(StrictModel):
    """One step: `started` is written before it acts, `done` with its result after. `watch` is the one it began in."""

    name: str
    status: Literal["started", "done"]
    started_at: datetime
    watch: int = 0
    done_at: datetime | None = None
    result: dict[str, Any] = Field(default_factory=dict)


class Progress(StrictModel):
    """How far an execution or a rollback has come, and which process holds it.

    `begun_at` is when it first took the lease. `watch` counts the spans in which one process had the resource in view
    without a break (no times, which a clock may repeat); `voided` are finished steps of earlier ones that were done
    again. `longest_gap_seconds` is in records of earlier versions only.
    """

    steps: tuple[StepRecord, ...] = ()
    voided: tuple[StepRecord, ...] = ()
    errors: int = 0
    last_error: str | None = None
    begun_at: datetime | None = None
    heartbeat_at: datetime | None = None
    watch: int = 0
    longest_gap_seconds: float = 0
    lease_owner: str | None = None
    lease_until: datetime | None = None

    def results(self) -> dict[str, dict[str, Any]]:
        """The results of the finished steps by name."""
        return {step.name: step.result for step in self.steps if step.status == "done"}

    def list_unwatched(self, names: Collection[str]) -> frozenset[str]:
        """Those of `names` that were done before the present watch: the resource may have changed since."""
        return frozenset(
            step.name
            for step in self.steps
            if step.name in names and step.status == "done" and step.watch != self.watch
        )

    def last_results(self) -> dict[str, dict[str, Any]]:
        """The newest result of every step that was ever finished: what a way back starts from."""
        return {**{step.name: step.result for step in self.voided}, **self.results()}

    def started(self) -> frozenset[str]:
        """The names of all steps that were begun."""
        return frozenset(step.name for step in self.steps)
