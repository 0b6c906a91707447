"""What is true of a company's bill: waste, decoys, and the most that can be saved when findings overlap."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from simulator.opportunities.bill import Bill
from simulator.opportunities.commitments import unused_in_basis
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Decoy, Planted
from simulator.opportunities.pools import find_pools

_CENT = Decimal("0.000001")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Waste:
    """A planted finding with its money; ``saving`` is None where nothing can be said."""

    planted: Planted
    saving: Decimal | None
    cost: Decimal
    alternatives: dict[str, Decimal]
    waste: Decimal | None = None


def find_waste(company: Company, bill: Bill) -> list[Waste]:
    """Every planted finding that saves something."""
    found = []
    for planted in company.planted:
        saving = planted.saving(bill)
        others = {name: value for name, other in planted.alternatives.items() if (value := other(bill)) is not None}
        cost = bill.monthly(planted.resource, "all" if planted.component.startswith("all") else planted.component)
        rival = planted.rival(bill) if planted.rival else None
        if saving is not None and saving > 0 and rival is not None and rival <= cost * planted.least:
            company.tolerate(
                planted.check, planted.resource, "a target at the customer's own price saves next to nothing"
            )
            continue
        if saving is not None and saving <= cost * planted.least:
            if max(saving, *others.values(), _ZERO) > 0:
                company.tolerate(planted.check, planted.resource, "it saves next to nothing, or another target does")
            else:
                company.decoy(planted.check, planted.resource, "at the customer's own prices it saves nothing")
            continue
        found.append(Waste(planted, saving, cost, others, planted.waste(bill) if planted.waste else None))
    return found


def find_worthless(company: Company, bill: Bill) -> list[Decoy]:
    """Planted findings that save nothing after all: a check must leave them alone."""
    why = "at the customer's own prices it saves nothing"
    savings = [(planted, planted.saving(bill)) for planted in company.planted]
    return [Decoy(p.check, p.resource, why) for p, saving in savings if saving is not None and saving <= 0]


def plan_total(found: Iterable[Waste]) -> Decimal:
    """The most that all findings together save a month.

    On one component of a resource fractions multiply, of one lever only the largest counts, and what is deleted saves
    its cost and nothing else. Where deleting saves a part only, what else could be done may save more.
    """
    by_resource: dict[tuple[str, str], list[Waste]] = defaultdict(list)
    for waste in found:
        if waste.saving is not None and waste.planted.is_planned:
            by_resource[waste.planted.resource.cloud, waste.planted.resource.id].append(waste)
    total = _ZERO
    for wastes in by_resource.values():
        deleted = [w.saving for w in wastes if w.planted.component == "all" and w.saving is not None]
        total += max([*deleted, _combine([w for w in wastes if w.planted.component != "all"])])
    return total


def _combine(wastes: list[Waste]) -> Decimal:
    levers: dict[tuple[str, str], Waste] = {}
    for waste in wastes:
        key = (waste.planted.component, waste.planted.lever or waste.planted.check)
        if key not in levers or _fraction(waste) > _fraction(levers[key]):
            levers[key] = waste
    left: dict[str, Decimal] = {}
    cost: dict[str, Decimal] = {}
    for (component, _), waste in levers.items():
        left[component] = left.get(component, Decimal(1)) * (1 - _fraction(waste))
        cost[component] = waste.cost
    return sum((cost[component] * (1 - rest) for component, rest in left.items()), _ZERO)


def _fraction(waste: Waste) -> Decimal:
    return (waste.saving or _ZERO) / waste.cost if waste.cost else _ZERO


def describe(company: Company, bill: Bill, found: list[Waste]) -> dict[str, Any]:
    """The content of ``truth.json``."""
    currency = company.profile.currency
    spend: dict[str, Decimal] = defaultdict(Decimal)
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for cloud in company.clouds:
        unused = sum(
            (unused_in_basis(c, company.lines, company.calendar) for c in company.commitments if c.cloud == cloud),
            _ZERO,
        )
        spend[currency[cloud]] += bill.spend(cloud) + unused
        totals[currency[cloud]] += plan_total(w for w in found if w.planted.resource.cloud == cloud)
    return {
        "company": company.number,
        "name": company.profile.name,
        "seed": company.seed,
        "as_of": company.calendar.as_of.isoformat(),
        "kinds": sorted({f"{w.planted.resource.cloud}.{w.planted.check}" for w in found}),
        "spend": {name: write_amount(amount) for name, amount in sorted(spend.items())},
        "waste": [describe_waste(company, waste) for waste in found],
        "decoys": [describe_decoy(decoy) for decoy in company.decoys],
        "coverable": find_pools(company),
        "tolerated": [describe_decoy(decoy) for decoy in company.tolerated],
        "plan": {name: {"total": write_amount(amount)} for name, amount in sorted(totals.items())},
    }


def describe_decoy(decoy: Decoy) -> dict[str, str]:
    """The entry of what must not be found, or may be."""
    return {
        "check": decoy.check,
        "cloud": decoy.resource.cloud,
        "account": decoy.resource.account.id,
        "resource_id": decoy.resource.id,
        "why": decoy.why,
    }


def describe_waste(company: Company, waste: Waste) -> dict[str, Any]:
    """The entry of what must be found."""
    planted, resource = waste.planted, waste.planted.resource
    entry: dict[str, Any] = {
        "check": planted.check,
        "cloud": resource.cloud,
        "account": resource.account.id,
        "region": resource.region,
        "resource_id": resource.id,
        "monthly_saving": None if waste.saving is None else write_amount(waste.saving),
        "monthly_cost": write_amount(waste.cost),
        "currency": company.profile.currency[resource.cloud],
        "kind_detail": planted.detail,
        "component": planted.component,
        "lever": planted.lever or planted.check,
        "is_planned": planted.is_planned,
    }
    if waste.alternatives:
        entry["alternatives"] = {name: write_amount(amount) for name, amount in waste.alternatives.items()}
    if waste.waste is not None:
        entry["waste"] = write_amount(waste.waste)
    return entry


def write_amount(amount: Decimal) -> str:
    """An amount to the millionth."""
    return f"{amount.quantize(_CENT):f}"
