"""What a check says: recommendations with their money and evidence, and what it refused to judge, with the reason."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

# reversible: undone by a call; restorable: a verified snapshot comes first; compensable: made good otherwise;
# none: nothing of the cloud is changed
RiskClass = Literal["reversible", "restorable", "compensable", "one_way", "none"]
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """One saving on one resource, in `billing_currency`; amounts are of 30 days and come from billed evidence.

    `monthly_cost` is what the part (`component`) of the resource costs that the finding is about, `monthly_saving`
    what of it is saved, None where the bill cannot tell; `covered_cost` what a commitment covers beside it. `lever`
    is what is done. `reason` is a sentence for people, `evidence` what it rests on, as JSON. `evidence_kind` says
    where it is from: the bill, the account's inventory, or the provider's own advice. `commitment_pool` names the
    usage that can take over what a covered resource frees, `pool_on_demand_cost` what that usage costs on demand.
    `purchase_pool` names the usage that a commitment could be bought for: of a purchase that which it is for, else
    that which the resource is part of. `x_team` is the one team that all of its cost is of.
    """

    recommendation_id: str
    check_name: str
    title: str
    provider: str
    source_name: str
    billing_period: date
    account_id: str
    region: str
    resource_id: str
    resource_name: str | None
    service_name: str | None
    monthly_cost: Decimal
    monthly_saving: Decimal | None
    covered_cost: Decimal
    billing_currency: str
    lever: str
    component: str
    effort: str
    confidence: str
    risk_class: RiskClass
    remediation: str
    evidence_kind: Literal["bill", "inventory", "advice"]
    reason: str
    evidence: str
    created_on: date
    commitment_pool: str = ""
    pool_on_demand_cost: Decimal = Decimal(0)
    purchase_pool: str = ""
    x_team: str | None = None

    def to_record(self) -> dict[str, Any]:
        """The stored row."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """Something a check did not judge, because it knew too little or must not touch it; empty resource_id: all."""

    check_name: str
    provider: str = ""
    account_id: str = ""
    region: str = ""
    resource_id: str = ""
    reason: str

    def to_record(self) -> dict[str, Any]:
        """The stored row."""
        return asdict(self)


@dataclass(frozen=True)
class Findings:
    """The whole answer of a check; no recommendation means "nothing to save" only where nothing was skipped."""

    recommendations: Sequence[Recommendation] = field(default_factory=tuple)
    skipped: Sequence[Skipped] = field(default_factory=tuple)


def make_recommendation_id(check_name: str, provider: str, account_id: str, resource_id: str) -> str:
    """The same finding on the same resource has the same id on every day it is made."""
    name = json.dumps([check_name, provider, account_id, resource_id])
    return hashlib.sha256(name.encode()).hexdigest()[:24]
