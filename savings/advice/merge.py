"""Advice beside what our checks found: the same on the same resource is one finding.

Where a check found the same (the same lever on the same part, or on all of the resource), its finding stands with its
amount and says who advises it too. A finding without an amount leaves the advice standing, which may have one. Where
levers differ both stand, and the plan counts what they save together. Advice to buy a commitment is noted on our own
purchases for the same usage, which alone have an amount.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from savings.advice.advice import Advice
from savings.advice.billed import Bill, list_names, may_be_same
from savings.findings import Recommendation

ALL, ALSO = "all", "also_advised_by"
#: Columns of Redshift hold 65,535 bytes.
LONGEST_EVIDENCE = 64_000


def merge(
    own: Sequence[Recommendation], advised: Sequence[Recommendation]
) -> tuple[list[Recommendation], list[Recommendation]]:
    """Our findings, those noted that are advised too; and the advice that stands by itself."""
    by_name: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for place, one in enumerate(own):
        for name in list_names(one.resource_id) if one.resource_id else ():
            by_name[one.provider.lower(), name].append(place)
    notes: defaultdict[int, list[Recommendation]] = defaultdict(list)
    standing = []
    for advice in advised:
        places = {place for name in list_names(advice.resource_id) for place in by_name[advice.provider, name]}
        same = [place for place in places if is_same(own[place], advice)] if advice.resource_id else []
        if same:
            best = max(same, key=lambda place: (own[place].monthly_saving, own[place].recommendation_id))
            notes[best].append(advice)
        else:
            standing.append(advice)
    return [note(one, notes[place]) if place in notes else one for place, one in enumerate(own)], standing


def is_same(own: Recommendation, advice: Recommendation) -> bool:
    """Whether our finding is what is advised: on the resource, with the lever, on the part, and with an amount."""
    parts = {own.component, advice.component}
    return (
        own.monthly_saving is not None
        and own.lever == advice.lever != "none"
        and (len(parts) == 1 or ALL in parts)
        and own.account_id.lower() == advice.account_id.lower()
        and may_be_same(own.resource_id, advice.resource_id)
    )


def merge_purchases(
    own: Sequence[Recommendation], advised: Sequence[tuple[Advice, Recommendation]], bill: Bill
) -> tuple[list[Recommendation], list[Recommendation]]:
    """The same for commitments to buy. ``advised``: with what the provider said."""
    purchases = [place for place, one in enumerate(own) if one.lever == "commit" and one.purchase_pool]
    notes: defaultdict[int, list[Recommendation]] = defaultdict(list)
    standing = []
    for advice, found in advised:
        payers = {advice.account_id.lower(), bill.find_payer(advice.provider, advice.account_id).lower()}
        same = [
            place for place in purchases if _is_for(own[place].purchase_pool, advice.provider, payers, advice.pools)
        ]
        for place in same:
            notes[place].append(found)
        if not same:
            standing.append(found)
    return [note(one, notes[place]) if place in notes else one for place, one in enumerate(own)], standing


def _is_for(purchase_pool: str, provider: str, payers: set[str], pools: Sequence[str]) -> bool:
    """Whether a pool is one of these of one of these payers; a bill that names no payer has one."""
    _, cloud, payer, pool, _ = json.loads(purchase_pool)
    return cloud == provider and pool in pools and (not payer or payer.lower() in payers)


def note(own: Recommendation, advised: Sequence[Recommendation]) -> Recommendation:
    """Our finding with what is advised noted in its evidence, as much of it as there is room for."""
    evidence: dict[str, Any] = json.loads(own.evidence)
    evidence[ALSO] = [json.loads(one.evidence) | {"check_name": one.check_name} for one in advised]
    text = json.dumps(evidence, sort_keys=True)
    if len(text) > LONGEST_EVIDENCE:
        evidence[ALSO] = sorted({one.title.removeprefix("Advice of ") for one in advised})
        text = json.dumps(evidence, sort_keys=True)
    who = " and ".join(sorted({one.title.removeprefix("Advice of ") for one in advised}))
    reason = f"{own.reason}; {who} advises it too"
    return replace(own, evidence=own.evidence if len(text) > LONGEST_EVIDENCE else text, reason=reason)
