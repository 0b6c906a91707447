"""Proposals: one suggested change to one resource, from the finding that asks for it to its proof or its undoing.

    proposed -> approved -> executing -> executed -> verified
        |          |            |           |           |
        +-> rejected / expired  +-> failed  +-----------+--> rolling_back -> rolled_back

`executed` means that the resource was seen changed; `verified` that later billing data shows the saving.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from actions.progress import Progress
from core.instants import digest_key
from core.section import CurrencyCode, StrictModel

ProposalState = Literal[
    "proposed",
    "approved",
    "rejected",
    "expired",
    "executing",
    "executed",
    "verified",
    "failed",
    "rolling_back",
    "rolled_back",
]

TRANSITIONS: dict[ProposalState, frozenset[ProposalState]] = {
    "proposed": frozenset({"approved", "rejected", "expired"}),
    # Planned anew: what was approved is another plan now.
    "approved": frozenset({"executing", "rejected", "expired", "proposed"}),
    "executing": frozenset({"executed", "failed", "rolling_back"}),
    "executed": frozenset({"verified", "failed", "rolling_back"}),
    "verified": frozenset({"rolling_back"}),
    "failed": frozenset({"rolling_back"}),
    "rolling_back": frozenset({"rolled_back"}),
    # Found again after it lapsed: it is proposed again, with no approval left over.
    "expired": frozenset({"proposed"}),
    "rejected": frozenset(),
    "rolled_back": frozenset(),
}


class ResourceRef(StrictModel):
    """Which resource, in the terms of its provider's API."""

    provider: str = Field(min_length=1)
    account_id: str = Field(min_length=1)
    region: str = Field(min_length=1)
    resource_id: str = Field(min_length=1)


class ActionFinding(StrictModel):
    """What a recommendation asks for: a remediation of a resource, worth so much a month, seen in a period's bill.

    `monthly_cost` is what the part of the resource that it is about costs; None where that is not known.
    """

    finding_id: str = Field(min_length=1)
    remediation: str = Field(min_length=1)
    resource: ResourceRef
    source_name: str
    billing_period: date
    monthly_saving: Decimal
    currency: CurrencyCode
    reason: str
    evidence: dict[str, str] = Field(default_factory=dict)
    monthly_cost: Decimal | None = None

    @property
    def proposal_id(self) -> str:
        """The identity of (remediation, resource, finding)."""
        resource = self.resource
        parts = (resource.provider, resource.account_id, resource.region, resource.resource_id)
        return f"prop-{digest_key(self.remediation, *parts, self.finding_id)}"


class Approval(StrictModel):
    """One person's consent, with the reason given."""

    approver: str
    at: datetime
    reason: str


class LastCheck(StrictModel):
    """The newest attempt to execute that changed nothing: what would have been done, and what stood in the way."""

    at: datetime
    outcome: Literal["dry_run", "blocked", "deferred"]
    failures: tuple[str, ...]
    would_do: tuple[str, ...]


class Proposal(StrictModel):
    """One proposal as it stands now.

    `plan` names the plan that people approve (`actions.plans`); without one it cannot be approved, and `plan_problem`
    says why there is none, or why it could not be looked at again.
    """

    proposal_id: str
    finding: ActionFinding
    state: ProposalState = "proposed"
    proposed_by: str
    proposed_at: datetime
    updated_at: datetime
    plan: str | None = None
    plan_problem: str | None = None
    approvals: tuple[Approval, ...] = ()
    approved_at: datetime | None = None
    closed_by: str | None = None
    close_reason: str | None = None
    execution: Progress | None = None
    rollback: Progress | None = None
    rollback_by: str | None = None
    rollback_reason: str | None = None
    last_check: LastCheck | None = None
    realised_daily_saving: Decimal | None = None
    version: int = Field(default=0, exclude=True)


FindObjection = Callable[[Proposal], str | None]
"""What became of a proposal's finding that stands against acting on it, as a sentence; None where nothing does."""
