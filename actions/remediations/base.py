"""What a remediation is: a class of safety, the permissions it needs, how it reads, plans, acts and takes back."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from botocore import xform_name

from actions.plans.document import Dependent, PlanBasis, PlannedCall, Preflight, WayBack
from actions.proposals import ActionFinding
from core.errors import CloudcostError
from core.instants import Checkpoint, Clock, Sleep, digest_key, pass_checkpoint


class SafetyClass(StrEnum):
    """What can be done about a mistake."""

    REVERSIBLE = "reversible"
    RESTORABLE = "restorable"
    COMPENSABLE = "compensable"
    ONE_WAY = "one_way"


class WatchLostError(CloudcostError):
    """The resource was out of sight since the step began: what the step relies on has to be found again."""


class StepRefusedError(CloudcostError):
    """The step must not be done, now or later: what it relies on is not so. Ends the execution as failed."""


@dataclass(frozen=True)
class LiveResource:
    """The resource as its provider described it at `read_at`; `attributes` are JSON values."""

    resource_id: str
    read_at: datetime
    tags: dict[str, str]
    attributes: dict[str, Any]


@dataclass(frozen=True)
class StepContext:
    """What a remediation works with. Clients, clock and sleep are the engine's; `sleep` keeps its lease alive.

    `keep_watch` is called right before what cannot be undone by itself; it raises WatchLostError.
    """

    proposal_id: str
    finding: ActionFinding
    client: Callable[[str], Any]
    clock: Clock
    sleep: Sleep
    results: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    started: frozenset[str] = frozenset()
    rollback_results: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    checkpoint: Checkpoint = pass_checkpoint
    keep_watch: Callable[[], None] = lambda: None

    def make_call(self, call: PlannedCall) -> Any:
        """Make a planned call of a client whose methods are boto3's, with what earlier steps gave; its answer."""
        method = getattr(self.client(call.service), xform_name(call.operation))
        return method(**call.resolve({**self.results, **self.rollback_results}))

    def key(self, purpose: str) -> str:
        """An idempotency key that every attempt at this purpose of this proposal shares."""
        return digest_key(self.proposal_id, purpose)


@dataclass(frozen=True)
class Step:
    """One step; `run` may be called again after a crash and must then find what it had done. Returns JSON values.

    `relies_on` names earlier steps whose results hold only as long as the resource is watched: after a time in which
    nobody did, they are done again before this step is.
    """

    name: str
    description: str
    run: Callable[[StepContext], dict[str, Any]]
    is_mutating: bool = False
    relies_on: frozenset[str] = frozenset()


class Remediation(ABC):
    """A change to one kind of resource. A subclass is registered by its `name` in `actions.remediations`.

    `volatile` names the attributes of a reading that change by themselves, so that no plan holds them;
    `days_until_billed` says after how many days the bill shows the effect.
    """

    name: ClassVar[str]
    provider: ClassVar[str]
    safety_class: ClassVar[SafetyClass]
    permissions: ClassVar[tuple[str, ...]]
    rollback_permissions: ClassVar[tuple[str, ...]]
    volatile: ClassVar[frozenset[str]] = frozenset()
    days_until_billed: ClassVar[int]

    @abstractmethod
    def read(self, context: StepContext) -> LiveResource | None:
        """The live resource; None when it is gone. Any error means that it is not known."""

    @abstractmethod
    def list_problems(self, live: LiveResource | None, context: StepContext) -> tuple[str, ...]:
        """Why this resource must not be acted on as it is now; empty when nothing stands in the way."""

    @abstractmethod
    def is_applied(self, step_name: str, live: LiveResource | None) -> bool:
        """True when a step that was begun has visibly had its effect, so that finishing it changes nothing more."""

    @abstractmethod
    def steps(self) -> tuple[Step, ...]:
        """The way forward, in order; the last step sees for itself that the change is there."""

    @abstractmethod
    def rollback_steps(self) -> tuple[Step, ...]:
        """The way back, from wherever the way forward ended; the last step sees for itself that it is undone."""

    @abstractmethod
    def plan_calls(self, basis: PlanBasis) -> tuple[PlannedCall, ...]:
        """Every call of the way forward that changes something, in order: the very ones that the steps make."""

    @abstractmethod
    def plan_way_back(self, basis: PlanBasis) -> WayBack:
        """How it is taken back, by which calls, and what does not come back."""

    @abstractmethod
    def list_preconditions(self, basis: PlanBasis) -> tuple[str, ...]:
        """What must be so, or nothing is done; each completes a sentence that begins with "only if"."""

    @abstractmethod
    def list_dependents(self, live: LiveResource, context: StepContext) -> tuple[Dependent, ...]:
        """What hangs on the resource, and what becomes of it. Reads only; any error means that it is not known."""

    def check_calls(self, calls: tuple[PlannedCall, ...], context: StepContext) -> Preflight:
        """What the cloud says of the calls without doing them; nothing, where it has no way to ask."""
        return Preflight(outcome="none")

    def expect_attributes(self, attributes: dict[str, Any], begun: frozenset[str]) -> dict[str, Any]:
        """The attributes that were planned as these steps leave them: what the remediation itself changes. Applied to
        its own answer, it changes nothing.
        """
        return attributes
