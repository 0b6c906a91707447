"""Examples that the tests of actions share: a clock that is set by hand, findings, settings."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_network
from typing import Any, ClassVar

from actions.planning.planner import Planner
from actions.plans.document import Dependent, PlanBasis, PlannedCall, WayBack
from actions.proposal_book import ProposalBook
from actions.proposals import ActionFinding, Proposal, ResourceRef
from actions.remediations.base import LiveResource, Remediation, SafetyClass, Step, StepContext
from actions.settings import ActionSettings
from alerts.incidents import IncidentFinding
from alerts.severity import Severity
from core.instants import Clock
from state import StateStore

START = datetime(2026, 4, 2, 8, 0, tzinfo=UTC)
# Where the peers of the tests are.
LOOPBACK = (ip_network("127.0.0.0/8"),)
ACCOUNT = "123456789012"
REGION = "eu-central-1"


@dataclass
class HandClock:
    """A clock that moves only when told, or when somebody sleeps on it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **units: float) -> None:
        self.now += timedelta(**units)

    def sleep(self, seconds: float) -> None:
        self.forward(seconds=seconds)


def make_incident(**changes: Any) -> IncidentFinding:
    """An anomaly of one service's daily cost."""
    fields: dict[str, Any] = {
        "rule": "daily_cost_anomaly",
        "scope": {"source_name": "aws_prod", "service_name": "Amazon EC2"},
        "start": date(2026, 3, 30),
        "severity": Severity.WARNING,
        "title": "Amazon EC2 costs more than expected",
        "summary": "412.10 USD on 2026-03-30, expected 180 to 240.",
        "figures": {"billed_cost": "412.10 USD"},
        "causes": ("BoxUsage:p4d.24xlarge is new",),
    }
    return IncidentFinding(**{**fields, **changes})


def make_finding(volume_id: str = "vol-0a1b2c3d", saving: str = "47.60", **changes: Any) -> ActionFinding:
    """An unattached volume worth deleting."""
    fields: dict[str, Any] = {
        "finding_id": f"unattached_volume/{volume_id}",
        "remediation": "delete_unattached_volume",
        "resource": ResourceRef(provider="aws", account_id=ACCOUNT, region=REGION, resource_id=volume_id),
        "source_name": "aws_prod",
        "billing_period": date(2026, 3, 1),
        "monthly_saving": Decimal(saving),
        "currency": "USD",
        "reason": "unattached for 34 days",
    }
    return ActionFinding(**{**fields, **changes})


def nothing_objects(proposal: Proposal) -> None:
    """What became of findings, where nobody has decided on any."""


def make_settings(**changes: Any) -> ActionSettings:
    """Live mode with two approvers, in the example's account and region."""
    fields: dict[str, Any] = {
        "mode": "live",
        "approvers": ("ana@example.com", "ben@example.com"),
        "allowed_accounts": (ACCOUNT,),
        "allowed_regions": (REGION,),
    }
    return ActionSettings(**{**fields, **changes})


class PlannedByHand(Remediation):
    """A remediation of anything, which calls nothing: `attributes` are what it reads."""

    name = "delete_unattached_volume"
    provider = "aws"
    safety_class = SafetyClass.RESTORABLE
    permissions: ClassVar[tuple[str, ...]] = ("ec2:DeleteVolume",)
    rollback_permissions: ClassVar[tuple[str, ...]] = ("ec2:CreateVolume",)
    days_until_billed = 3
    volatile = frozenset({"seen_at"})

    def __init__(self, **attributes: Any) -> None:
        self.attributes = attributes
        self.tags: dict[str, str] = {}
        self.operation = "DeleteVolume"

    def read(self, context: StepContext) -> LiveResource | None:
        return LiveResource(context.finding.resource.resource_id, context.clock(), dict(self.tags), self.attributes)

    def list_problems(self, live: LiveResource | None, context: StepContext) -> tuple[str, ...]:
        return ()

    def is_applied(self, step_name: str, live: LiveResource | None) -> bool:
        return False

    def steps(self) -> tuple[Step, ...]:
        return (Step("delete", "delete it", lambda context: {}, True),)

    def rollback_steps(self) -> tuple[Step, ...]:
        return (Step("restore", "restore it", lambda context: {}, True),)

    def plan_calls(self, basis: PlanBasis) -> tuple[PlannedCall, ...]:
        resource = {"VolumeId": basis.finding.resource.resource_id}
        return (PlannedCall(step="delete", service="ec2", operation=self.operation, parameters=resource),)

    def plan_way_back(self, basis: PlanBasis) -> WayBack:
        return WayBack(description="a new one is made", calls=(), lost=("its id",))

    def list_preconditions(self, basis: PlanBasis) -> tuple[str, ...]:
        return ("it is there",)

    def list_dependents(self, live: LiveResource, context: StepContext) -> tuple[Dependent, ...]:
        return ()


def plan_by_hand(store: StateStore, clock: Clock, proposal_id: str, remediation: Remediation | None = None) -> Proposal:
    """The proposal with a plan, whose resource is in no cloud."""
    chosen, found = remediation or PlannedByHand(), ProposalBook(store, clock).get(proposal_id).finding
    where = make_settings(allowed_accounts=(found.resource.account_id,), allowed_regions=(found.resource.region,))
    registry = {found.remediation: chosen}
    return Planner(store, where, lambda *_: None, clock, lambda _: None, remediations=registry).plan(proposal_id)


def propose_planned(store: StateStore, clock: Clock, finding: ActionFinding, proposed_by: str = "cloudcost") -> str:
    """The id of a proposal with such a plan."""
    proposal, _ = ProposalBook(store, clock).propose(finding, proposed_by)
    return plan_by_hand(store, clock, proposal.proposal_id).proposal_id
