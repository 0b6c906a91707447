"""The savings that an estate's truth states, worked out again from the bare charges of the bill."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

import pytest

from simulator.opportunities.calendar import DAY
from simulator.opportunities.lines import Line, Resource
from simulator.opportunities.truth import Waste, plan_total
from tests.unit.simulator.opportunities.estate.conftest import BuiltEstate

_STEP = Decimal("0.000001")
_ALL, _COMPUTE, _STORAGE = "all", "compute", "storage"
#: What is saved of what a part of a resource costs.
_FIXED: dict[str, tuple[str, Decimal]] = {
    "idle_instance": (_COMPUTE, Decimal(1)),
    "stopped_not_deallocated": (_COMPUTE, Decimal(1)),
    "idle_db": (_COMPUTE, Decimal(1)),
    "idle_cache": (_ALL, Decimal(1)),
    "schedule": (_COMPUTE, 1 - Decimal(50) / 168),
    "on_stopped_instance": (_ALL, Decimal(1)),
    "stopped_long": (_ALL, Decimal(1)),
    "unattached_volume": (_ALL, Decimal(1)),
    "unattached_disk": (_ALL, Decimal(1)),
    "idle_detached": (_ALL, Decimal(1)),
    "idle_blank": (_ALL, Decimal(1)),
    "orphan_snapshot": (_ALL, Decimal(1)),
    "unused_image": (_ALL, Decimal(1)),
    "idle_image": (_ALL, Decimal(1)),
    "unused_address": (_ALL, Decimal(1)),
    "idle_balancer": (_ALL, Decimal(1)),
    "no_backend": (_ALL, Decimal(1)),
    "idle_nat": (_ALL, Decimal(1)),
    "empty_plan": (_ALL, Decimal(1)),
    "underused_plan": (_COMPUTE, Decimal("0.5")),
    "floor": (_ALL, Decimal(4) / 6),
    "function_memory": (_COMPUTE, 1 - Decimal(512) / 3008),
}
#: Checks whose saving is the difference of two prices: of the customer's own, else of the public list.
_HALVED = ("rightsize", "rds_rightsize", "rightsize_cache", "rightsize_db", "sql_overprovisioned")
_PUBLIC = {
    "premium_underused": Decimal("76.8") / Decimal("135.17"),
    "premium_snapshot": Decimal("0.05") / Decimal("0.12"),
}


def _charged(built: BuiltEstate, keep: Callable[[Line], bool]) -> Decimal:
    """What kept lines cost in the last 30 days, per day on which any of a resource's is, times 30."""
    first = built.company.calendar.as_of - DAY * 29
    sums: dict[Resource, Decimal] = defaultdict(Decimal)
    days: dict[Resource, set[dt.date]] = defaultdict(set)
    for line in built.company.lines:
        for charge in line.charges if keep(line) else ():
            if charge.start.date() >= first:
                price = line.covered_price if line.is_covered else line.price * (1 - line.credit)
                sums[line.resource] += charge.quantity * price
                days[line.resource].add(charge.start.date())
    return sum((total / len(days[resource]) * 30 for resource, total in sums.items()), Decimal(0))


def _cost(built: BuiltEstate, waste: Waste, component: str) -> Decimal:
    resources = waste.planted.billed or (waste.planted.resource,)
    return _charged(built, lambda line: line.resource in resources and component in (_ALL, line.meter.component))


def _ratio(built: BuiltEstate, waste: Waste) -> Decimal:
    """The price of half the size over that of what runs: public sizes cost half, own prices what is billed."""
    resource = waste.planted.resource
    lines = [n for n in built.company.lines if n.resource == resource and n.meter.component == _COMPUTE]
    now = lines[0].meter
    sizes = {"2xlarge": "xlarge", "xlarge": "large", "D8s v5": "D4s v5", "D4s v5": "D2s v5"}
    old = next((size for size in sizes if now.usage.endswith(size)), "")
    if not old:
        return Decimal("0.5")
    wanted = (now.service, now.usage.replace(old, sizes[old]), resource.region, now.native.get("line_item_operation"))
    last = built.company.calendar.as_of - DAY * 29
    for line in built.company.lines:
        meter = line.meter
        found = (meter.service, meter.usage, line.resource.region, meter.native.get("line_item_operation"))
        is_windows = "Windows" in meter.native.get("MeterSubCategory", "")
        is_paid = line.payment in ("on_demand", "plan", "reserved") and line.charges[-1].start.date() >= last
        if found == wanted and is_paid and not is_windows and "Low" not in meter.native.get("MeterSubCategory", ""):
            return line.price / lines[0].price
    return Decimal("0.5")


def test_savings_follow_from_the_charges(estates: list[BuiltEstate]) -> None:
    checked = set()
    for built in estates:
        for waste in built.found:
            check = waste.planted.check
            if check in _FIXED:
                component, share = _FIXED[check]
                expected = _cost(built, waste, component) * share
            elif check in _HALVED:
                expected = _cost(built, waste, _COMPUTE) * (1 - _ratio(built, waste))
            elif check in _PUBLIC:
                expected = _cost(built, waste, _STORAGE) * (1 - _own_ratio(built, check, waste.planted.resource.region))
            elif check == "over_provisioned":
                name = waste.planted.resource
                expected = _charged(built, lambda line, name=name: line.resource == name and "IOPS" in line.meter.usage)  # type: ignore[misc]
            else:
                assert check == "log_retention"
                expected = _cost(built, waste, _STORAGE) * _older_than(built, waste, 90)
            assert waste.saving is not None
            assert waste.saving.quantize(_STEP) == expected.quantize(_STEP), (check, waste.planted.resource.id)
            checked.add(check)
    assert checked == {*_FIXED, *_HALVED, *_PUBLIC, "over_provisioned", "log_retention"}


def _own_ratio(built: BuiltEstate, check: str, region: str) -> Decimal:
    """Of the customer's own prices where both are billed."""
    names = {"premium_underused": ("P30 LRS Disk", "E30 LRS Disk"), "premium_snapshot": ("LRS Snapshots",) * 2}[check]
    old = _prices(built, region, names[0], "Premium SSD")
    new = _prices(built, region, names[1], "Standard")
    return new.pop() / old.pop() if new else _PUBLIC[check]


def _prices(built: BuiltEstate, region: str, name: str, kind: str) -> set[Decimal]:
    lines = [line for line in built.company.lines if (line.resource.region, line.meter.usage) == (region, name)]
    return {line.price for line in lines if kind in line.meter.native["MeterSubCategory"]}


def _older_than(built: BuiltEstate, waste: Waste, days: int) -> Decimal:
    """The share of what is stored that came in longer ago, when as much comes in every day."""
    item = built.estate.items[waste.planted.resource.cloud, waste.planted.resource.id]
    if item.resource.cloud == "azure":  # 730 days are kept, 31 of them without charge
        return Decimal(730 - days) / (730 - 31)
    age = (built.company.calendar.as_of - item.created).days + 1
    return Decimal(age - days) / age


def test_alternatives_are_savings_too(estates: list[BuiltEstate]) -> None:
    seen = 0
    for built in estates:
        for waste in built.found:
            for name, amount in waste.alternatives.items():
                assert 0 < amount <= max(waste.cost, _cost(built, waste, _ALL)) + _STEP, (waste.planted.check, name)
                assert waste.saving != amount or waste.planted.check in ("idle_db",)
                seen += 1
    assert seen > 100


def test_what_a_commitment_covers_saves_nothing_and_is_a_decoy(complete: BuiltEstate) -> None:
    covered = {line.resource for line in complete.company.lines if line.is_covered}
    assert not covered & {w.planted.resource for w in complete.found}
    assert len([d for d in complete.estate.decoys if d.resource in covered and "commitment" in d.why]) >= 9


def _best(wastes: list[Waste]) -> Decimal:
    """The best choice for one resource by trying every set of findings of which no two exclude each other."""
    best = Decimal(0)
    for bits in range(1 << len(wastes)):
        chosen = [w for number, w in enumerate(wastes) if bits >> number & 1]
        levers = [(w.planted.component, w.planted.lever or w.planted.check) for w in chosen]
        has_deleted = any(w.planted.component == _ALL for w in chosen)
        if len(set(levers)) < len(levers) or (has_deleted and len(chosen) > 1):
            continue
        left: dict[str, Decimal] = {}
        costs: dict[str, Decimal] = {}
        for waste in chosen:
            part = waste.planted.component
            costs[part] = waste.cost
            left[part] = left.get(part, Decimal(1)) * (1 - (waste.saving or Decimal(0)) / waste.cost)
        best = max(best, sum((costs[part] * (1 - rest) for part, rest in left.items()), Decimal(0)))
    return best


@pytest.mark.parametrize("cloud", ["aws", "azure", "gcp"])
def test_the_plan_takes_the_best_of_both_and_counts_nothing_twice(estates: list[BuiltEstate], cloud: str) -> None:
    for number, built in enumerate(estates):
        by_resource: dict[str, list[Waste]] = defaultdict(list)
        for waste in (*built.told, *built.found):
            if waste.planted.resource.cloud == cloud and waste.planted.is_planned and waste.saving is not None:
                by_resource[waste.planted.resource.id].append(waste)
        together = plan_total(waste for wastes in by_resource.values() for waste in wastes)
        told = plan_total(w for w in built.told if w.planted.resource.cloud == cloud)
        found = plan_total(w for w in built.found if w.planted.resource.cloud == cloud)
        assert abs(together - sum((_best(wastes) for wastes in by_resource.values()), Decimal(0))) < _STEP
        assert max(told, found) < together <= told + found
        twice = [wastes for wastes in by_resource.values() if {*map(id, wastes)} & {*map(id, built.told)}
                 and {*map(id, wastes)} & {*map(id, built.found)}]  # fmt: skip
        if not number:
            assert len(twice) >= 2, "some resources are waste by both"
            assert together < told + found


def test_disks_of_stopped_machines_are_counted_once(complete: BuiltEstate) -> None:
    disks = {w.planted.resource for w in complete.found if w.planted.check == "on_stopped_instance"}
    machines = [w for w in complete.found if w.planted.check == "stopped_long"]
    assert machines
    for waste in machines:
        assert set(waste.planted.billed) <= disks
        assert not waste.planted.is_planned
