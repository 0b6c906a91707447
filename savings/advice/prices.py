"""Advice as recommendations, priced at what the customer really pays.

Of a resource, `monthly_cost` is what the bill says that the advised part costs in 30 days on demand, and what is saved
of it is a share that the provider tells:

1. its saving by its cost, where it states both;
2. all of it, where what is advised ends the cost;
3. its saving by what the part would cost without commitments: at the customer's own prices where the provider reckoned
   with those, else at the list's. Only in the currency of the bill.

There is no amount where the bill does not have the resource or the part, where a commitment covers all of it, or where
the provider tells no share: what cannot be seen on the bill is not counted. Nor is there for commitments to buy: what
they save depends on everything else that is done, so `coverable_on_demand` alone says it.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from savings.advice.advice import Advice
from savings.advice.billed import Bill, Billed, Part
from savings.bill import as_money, shorten_reason, write_evidence
from savings.check import Check, Confidence
from savings.findings import Recommendation, make_recommendation_id

NOTHING = Decimal(0)
#: Advice on the same beside the one that is shown.
MOST_ALTERNATIVES = 10
PROVIDERS = {"aws": "AWS", "azure": "Azure", "gcp": "Google Cloud"}
COMMITMENTS = "what commitments save is worked out by coverable_on_demand, on what everything else leaves"


@dataclass(frozen=True)
class Amount:
    """What is saved of `part`, and how it was worked out or why it is not known."""

    part: Part
    saving: Decimal | None
    how: str
    confidence: Confidence = "medium"


def price_all(
    check: Check, advice: Sequence[tuple[str, Advice]], bill: Bill, first_day: dt.date, today: dt.date
) -> list[tuple[Advice, Recommendation]]:
    """A recommendation for each thing that is advised of a resource or an account, with the advice that it is of.

    Each piece of advice comes with the name of the place that it was read from. ``first_day``: of the newest billing
    period, for what the bill does not have.
    """
    same: defaultdict[tuple[str, ...], list[tuple[str, Advice]]] = defaultdict(list)
    for place, one in advice:
        same[name_key(one, bill)].append((place, one))
    found = []
    for key, alternatives in sorted(same.items()):
        (place, best), *others = sorted(alternatives, key=_rank)
        also = [one for _, one in others]
        found.append((best, recommend(check, key, place, best, also, bill, first_day, today)))
    return found


def name_key(one: Advice, bill: Bill) -> tuple[str, ...]:
    """What a finding is known by from day to day: providers make new ids of theirs."""
    account = bill.name_account(one.provider, one.account_id)
    place = one.resource_id.lower() or " ".join(sorted(one.other_resources)).lower() or one.region
    return one.provider, account, place, one.native_type, one.native_action


def recommend(
    check: Check,
    key: tuple[str, ...],
    place: str,
    one: Advice,
    others: Sequence[Advice],
    bill: Bill,
    first_day: dt.date,
    today: dt.date,
) -> Recommendation:
    """One piece of advice, with the rest of the same on the same resource as evidence."""
    billed = bill.find(one.provider, one.account_id, one.resource_id) if one.resource_id else "it is of an account"
    amount = find_amount(one, billed)
    known = billed if isinstance(billed, Billed) else None
    _, account, *names = key
    evidence = {"advised_by": check.title.removeprefix("Advice of "), "place": place, **one.describe()}
    evidence |= {"amount": amount.how, "monthly_list_cost": amount.part.listed or None}
    if others:
        evidence["alternatives"] = [other.describe() for other in others[:MOST_ALTERNATIVES]]
    return Recommendation(
        recommendation_id=make_recommendation_id(check.name, one.provider, account, json.dumps(names)),
        check_name=check.name,
        title=check.title,
        provider=one.provider,
        source_name=known.source_name if known else "",
        billing_period=known.billing_period if known else first_day,
        account_id=known.account_id if known else account,
        region=(amount.part.region if known else "") or one.region,
        resource_id=known.resource_id if known else one.resource_id,
        resource_name=known.resource_name if known else None,
        service_name=known.service_name if known else None,
        monthly_cost=as_money(amount.part.cost),
        monthly_saving=None if amount.saving is None else as_money(amount.saving),
        covered_cost=as_money(max(amount.part.covered, NOTHING)),
        billing_currency=known.currency if known else one.currency or "USD",
        lever=one.kind.lever,
        component=one.kind.component,
        effort=one.effort,
        confidence=amount.confidence,
        risk_class=one.risk_class,
        remediation="",
        evidence_kind="advice",
        reason=shorten_reason(describe(one, amount, known)),
        evidence=write_evidence({name: value for name, value in evidence.items() if value is not None}),
        created_on=today,
    )


def find_amount(one: Advice, billed: Billed | str) -> Amount:
    """What is saved, at what the bill says that it costs."""
    if one.kind.lever == "commit":
        return Amount(Part(), None, COMMITMENTS, "low")
    if not isinstance(billed, Billed):
        return Amount(Part(), None, billed, "low")
    part = billed.part(one.kind.component)
    if part.cost < 0:
        return Amount(Part(), None, "it was credited with more than it cost", "low")
    if one.kind.lever == "none":
        return Amount(part, None, f"advice of this kind ({one.native_action}) is not known here", "low")
    if not part.cost and part.covered > 0:
        return Amount(part, None, "a commitment covers all of it, which is paid for all the same", "low")
    if not part.cost:
        return Amount(part, None, f"the bill has no cost of its {one.kind.component}", "low")
    share, how, confidence = find_share(one, part, billed.currency)
    return Amount(part, None if share is None else as_money(part.cost * share), how, confidence)


def find_share(one: Advice, part: Part, currency: str) -> tuple[Decimal | None, str, Confidence]:
    """What of the cost is saved, how that is known, and how sure it is."""
    if one.share is not None:
        return one.share, "the share that the provider says is saved of its cost, of what it costs here", "medium"
    if one.saves_all:
        return Decimal(1), "all of what it costs here", "medium"
    saving = one.saving_in_30_days
    if saving is None or saving <= 0:
        return None, "the provider states no saving", "low"
    if one.currency != currency:
        return None, f"the provider states a saving in {one.currency}, and no cost; the bill is in {currency}", "low"
    is_own = one.basis == "own"
    whole = part.contracted if is_own else part.listed
    if whole <= 0:
        return None, "the bill does not state what it would cost without discounts", "low"
    at = "the customer's own prices" if is_own else "list prices"
    how = f"the share that the stated saving is of the cost at {at}, of what it costs here"
    return min(saving / whole, Decimal(1)), how, "low" if one.basis == "unknown" else "medium"


def describe(one: Advice, amount: Amount, known: Billed | None) -> str:
    """A sentence for people, with the provider's own figures beside ours."""
    subject = f"for {one.resource_id}" if one.resource_id else f"for usage of {one.account_id} {one.region}".rstrip()
    target = f": {one.target}" if one.target else ""
    told = f"{PROVIDERS.get(one.provider, one.provider)} advises {one.words} {subject}{target}"
    if amount.saving is not None and known is not None:
        ours = f"; it saves {amount.saving:,.2f} of {amount.part.cost:,.2f} {known.currency} in 30 days"
    else:
        ours = f"; no amount: {amount.how}"
    if one.saving is None:
        return f"{told}{ours}"
    of = "" if one.cost is None else f" of {one.cost:,.2f}"
    return f"{told}{ours}; it states {one.saving:,.2f}{of} {one.currency} {one.period.words}"


def _rank(advised: tuple[str, Advice]) -> tuple[Any, ...]:
    """The largest saving first; of the same, always the same one."""
    place, one = advised
    return -(one.share or NOTHING), -(one.saving or NOTHING), one.target, one.native_id, place
