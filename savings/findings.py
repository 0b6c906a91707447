"""What a check says: recommendations with their money and evidence, and what it refused to judge, with the reason."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

# reversible: undone by a call; restorable: a verified snapshot comes first; compensable: made good otherwise
RiskClass = Literal["reversible", "restorable", "compensable", "one_way"]
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Recommendation:
    """One saving on one resource; `monthly_saving` (30 days, in `billing_currency`) comes from billed evidence.

    `reason` is a sentence for people, `evidence` what it rests on, as JSON.
    """

    recommendation_id: str
    check_name: str
    service_provider_name: str
    account_id: str
    region: str
    resource_id: str
    monthly_saving: Decimal
    billing_currency: str
    reason: str
    evidence: str
    remediation: str
    risk_class: RiskClass
    created_on: date

    def to_record(self) -> dict[str, Any]:
        """The stored row."""
        return asdict(self)


@dataclass(frozen=True)
class Skipped:
    """Something a check did not judge, because it knew too little or must not touch it; empty resource_id: all."""

    check_name: str
    service_provider_name: str
    account_id: str
    region: str
    resource_id: str
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
