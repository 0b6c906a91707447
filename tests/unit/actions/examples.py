"""Examples that the tests of actions share: a clock that is set by hand, findings, settings."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_network
from typing import Any

from actions.proposals import ActionFinding, Proposal, ResourceRef
from actions.settings import ActionSettings
from alerts.incidents import IncidentFinding
from alerts.severity import Severity

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
