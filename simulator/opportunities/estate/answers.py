"""What is written of an estate: inventory, metrics, and its part of the truth."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.opportunities.bill import Bill
from simulator.opportunities.company import Company
from simulator.opportunities.estate.estate import METRIC_DAYS, Estate
from simulator.opportunities.estate.items import PROTECTION
from simulator.opportunities.estate.kind import find_estate_kinds
from simulator.opportunities.estate.metrics import write_metrics
from simulator.opportunities.findings import Planted
from simulator.opportunities.truth import Waste, describe_decoy, describe_waste, plan_total, write_amount
from simulator.writers import write_json


def write_estate(out: Path, estate: Estate) -> None:
    """``inventory.json`` and ``metrics.parquet``; `simulator.opportunities.estate` says what is in them."""
    calendar = estate.company.calendar
    resources = sorted(estate.items.values(), key=lambda item: (item.resource.cloud, item.kind, item.resource.id))
    content = {
        "as_of": calendar.as_of.isoformat(),
        "metric_days": METRIC_DAYS,
        "unreadable": [scope.describe() for scope in estate.unreadable],
        "resources": [item.describe() for item in resources],
    }
    write_json(out / "inventory.json", content)
    write_metrics(out / "metrics.parquet", estate.series, estate.first)


def find_estate_waste(estate: Estate, bill: Bill) -> list[Waste]:
    """What is planted in an estate with its money; what saves nothing at the customer's prices becomes a decoy."""
    found = []
    for planted in estate.planted:
        saving = planted.saving(bill)
        if saving is not None and saving <= 0:
            estate.decoy(planted.check, planted.resource, "at the customer's own prices it saves nothing")
            continue
        others = {name: value for name, other in planted.alternatives.items() if (value := other(bill)) is not None}
        found.append(Waste(planted, saving, _cost(planted, bill), others))
    return found


def _cost(planted: Planted, bill: Bill) -> Decimal:
    if planted.billed:
        return sum((bill.monthly(resource) for resource in planted.billed), Decimal(0))
    return bill.monthly(planted.resource, planted.component)


def describe_estate(company: Company, estate: Estate, told: Sequence[Waste], found: Sequence[Waste]) -> dict[str, Any]:
    """The part of ``truth.json`` that inventory and metrics are for.

    ``told`` is what the bill tells, ``found`` what is planted in the estate. ``plan_with_inventory`` is the most that
    both save together: what two of them say of one resource counts as often as it can be done.
    """
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for cloud in company.clouds:
        together = [waste for waste in (*told, *found) if waste.planted.resource.cloud == cloud]
        totals[company.profile.currency[cloud]] += plan_total(together)
    references = {kind.name: kind.reference for kind in find_estate_kinds().values()}
    kinds = sorted({f"{w.planted.resource.cloud}.{w.planted.check}" for w in found})
    return {
        "inventory_kinds": {name: references.get(name, "") for name in kinds},
        "inventory_waste": [_describe(company, waste) for waste in found],
        "inventory_decoys": [describe_decoy(decoy) for decoy in estate.decoys],
        "inventory_tolerated": [describe_decoy(decoy) for decoy in estate.tolerated],
        "unreadable": [scope.describe() for scope in estate.unreadable],
        "protection": {"tag_key": PROTECTION[0], "tag_value": PROTECTION[1]},
        "plan_with_inventory": {name: {"total": write_amount(amount)} for name, amount in sorted(totals.items())},
    }


def _describe(company: Company, waste: Waste) -> dict[str, Any]:
    billed = {"billed_on": [resource.id for resource in waste.planted.billed]} if waste.planted.billed else {}
    return describe_waste(company, waste) | billed
