"""A plan: exactly what would be done to one resource, as it was read, for which money, and the way back.

Its name is the SHA-256 of its canonical JSON: two plans of one name are the same plan, in whatever order it is written.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from actions.proposals import ActionFinding
from core.errors import CloudcostError
from core.instants import digest_key
from core.section import CurrencyCode, StrictModel
from state.records import encode_body

#: What marks a value of a parameter that only the result of an earlier step has.
FROM_STEP, FIELD = "from_step", "field"


class NoPlanError(CloudcostError):
    """Nothing can be planned; the sentence says why."""


@dataclass(frozen=True)
class PlanBasis:
    """What the calls of a plan are made of: the proposal, its finding, and the resource's attributes and tags."""

    proposal_id: str
    finding: ActionFinding
    attributes: Mapping[str, Any]
    tags: Mapping[str, str]

    def key(self, purpose: str) -> str:
        """The idempotency key that every attempt at this purpose of this proposal shares."""
        return digest_key(self.proposal_id, purpose)


class PlannedCall(StrictModel):
    """One call that changes something, in the provider's own words. A value of an earlier step is `take_result`'s."""

    step: str
    service: str
    operation: str
    parameters: dict[str, Any]

    def resolve(self, results: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """The parameters with what earlier steps gave. KeyError where a step has no such result."""
        return {name: _resolve(value, results) for name, value in self.parameters.items()}

    @property
    def is_complete(self) -> bool:
        """Whether no parameter is from an earlier step."""
        return all(not _is_taken(value) for value in self.parameters.values())


class Dependent(StrictModel):
    """Something that hangs on the resource. `is_harmed`: it does not go on as before once the resource is changed."""

    kind: str
    name: str
    effect: str
    is_harmed: bool


class WayBack(StrictModel):
    """How it is taken back: in words, by which calls, and what does not come back or stays behind."""

    description: str
    calls: tuple[PlannedCall, ...]
    lost: tuple[str, ...]


class Preflight(StrictModel):
    """What the cloud says of the calls without doing them. none: it has no way to ask; unknown: it gave no answer."""

    outcome: Literal["allowed", "refused", "unknown", "none"]
    details: tuple[str, ...] = ()


class Price(StrictModel):
    """Amounts of 30 days, from the bill of a month: what the resource costs (None: not known) and what is saved."""

    monthly_cost: Decimal | None
    monthly_saving: Decimal
    currency: CurrencyCode
    billing_period: date


class PlannedStep(StrictModel):
    """One step in words."""

    name: str
    description: str
    is_mutating: bool


class Plan(StrictModel):
    """One plan. `attributes` and `tags` are the resource as it was read, without what changes by itself."""

    proposal_id: str
    finding: ActionFinding
    remediation: str
    safety_class: str
    attributes: dict[str, Any]
    tags: dict[str, str]
    steps: tuple[PlannedStep, ...]
    calls: tuple[PlannedCall, ...]
    preconditions: tuple[str, ...]
    way_back: WayBack
    price: Price
    days_until_billed: int = Field(ge=0)
    dependents: tuple[Dependent, ...]
    permissions: tuple[str, ...]
    rollback_permissions: tuple[str, ...]
    preflight: Preflight


@dataclass(frozen=True)
class KeptPlan:
    """A plan with its name and the document that has this name."""

    digest: str
    plan: Plan
    document: dict[str, Any]


def take_result(step: str, field: str) -> dict[str, str]:
    """The value of a parameter that is a field of an earlier step's result."""
    return {FROM_STEP: step, FIELD: field}


def name_document(document: Mapping[str, Any]) -> str:
    """The digest of a document; the order of its keys makes no difference, that of its lists does."""
    return hashlib.sha256(encode_body(dict(document)).encode()).hexdigest()


def keep_plan(plan: Plan) -> KeptPlan:
    """The plan under its name."""
    document = plan.model_dump(mode="json")
    return KeptPlan(name_document(document), plan, document)


def _is_taken(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {FROM_STEP, FIELD}


def _resolve(value: Any, results: Mapping[str, Mapping[str, Any]]) -> Any:
    return results[value[FROM_STEP]][value[FIELD]] if _is_taken(value) else value
