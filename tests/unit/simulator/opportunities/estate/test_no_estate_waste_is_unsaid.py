"""Whatever in an estate looks like waste by a plain rule is named: as waste, as decoy or as either."""

import datetime as dt
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from simulator.opportunities.estate.items import Item
from simulator.opportunities.generate import CLOUDS
from tests.unit.simulator.opportunities.estate.conftest import BuiltEstate
from tests.unit.simulator.opportunities.test_nothing_is_unsaid import RULES as RULES_OF_THE_BILL

Metrics = dict[tuple[str, str], np.ndarray]
Rule = Callable[[Item, Metrics, BuiltEstate], bool]
_MIB = 2**20


def _values(metrics: Metrics, *words: str, statistic: str = "") -> Iterator[np.ndarray]:
    for (metric, kind), values in metrics.items():
        if any(word in metric for word in words) and kind == (statistic or kind) and not np.isnan(values).all():
            yield values


def _highest(metrics: Metrics, *words: str) -> float:
    return max((float(np.nanmax(values)) for values in _values(metrics, *words)), default=np.inf)


def _cpu(item: Item, metrics: Metrics) -> float:
    names = ("CPUUtilization", "Percentage CPU", "cpu/utilization", "cpu_percent", "CpuPercentage")
    return _highest(metrics, *names) * (100 if item.resource.cloud == "gcp" else 1)


def _memory(item: Item, metrics: Metrics) -> float:
    if item.resource.cloud == "azure" and item.kind == "machine":
        least = min((float(np.nanmin(v)) for v in _values(metrics, "Available Memory")), default=-np.inf)
        return 100 - least / (item.size * 4 * 2**30) * 100
    if item.resource.cloud == "aws" and item.kind == "database":
        return 0  # how much there is follows from the class
    factor = 100 if item.resource.cloud == "gcp" and item.kind == "database" else 1
    return _highest(metrics, "mem", "Memory") * factor


def _network(metrics: Metrics) -> float:
    return _highest(metrics, "Network", "network/")


def _is_idle(item: Item, metrics: Metrics, _: BuiltEstate) -> bool:
    return item.state == "running" and _cpu(item, metrics) < 8 and _network(metrics) < 5 * _MIB


def _is_too_large(item: Item, metrics: Metrics, _: BuiltEstate) -> bool:
    return item.state == "running" and _cpu(item, metrics) < 45 and _memory(item, metrics) < 50


def _rests_at_night(item: Item, metrics: Metrics, built: BuiltEstate) -> bool:
    hours = (np.arange(31 * 24) + built.estate.first.weekday() * 24) % 168
    off = (hours >= 120) | (hours % 24 < 7) | (hours % 24 >= 19)
    names = ("CPUUtilization", "Percentage CPU", "cpu/utilization")
    quiet = [np.nanmax(v[off]) for v in _values(metrics, *names) if not np.isnan(v[off]).all()]
    factor = 100 if item.resource.cloud == "gcp" else 1
    return item.state == "running" and bool(quiet) and max(quiet) * factor < 5 and _cpu(item, metrics) > 20


def _source_is_gone(item: Item, _: Metrics, built: BuiltEstate) -> bool:
    return not any((item.resource.cloud, source) in built.estate.items for source in item.links["source"])


def _without(link: str) -> Rule:
    return lambda item, _, built: not item.links.get(link)


def _is_stopped(days: int) -> Rule:
    def rule(item: Item, _: Metrics, built: BuiltEstate) -> bool:
        words = " ".join(str(value) for value in item.properties.values())
        said = [(built.company.calendar.as_of - dt.timedelta(days=back)).isoformat() in words for back in range(days)]
        return item.state == "stopped" and not any(said)

    return rule


def _host_is_stopped(item: Item, metrics: Metrics, built: BuiltEstate) -> bool:
    hosts = [built.estate.items[item.resource.cloud, host] for host in item.links.get("attached_to", [])]
    return bool(hosts) and all(_is_stopped(5)(host, metrics, built) for host in hosts)


def _no_connection(item: Item, metrics: Metrics, _: BuiltEstate) -> bool:
    return _highest(metrics, "Connections", "sessions", "num_backends") < 1


def _hardly_used(share: float) -> Rule:
    """Of the operations a second that a disk may do."""

    def rule(item: Item, metrics: Metrics, _: BuiltEstate) -> bool:
        if item.resource.cloud == "azure":
            able = item.properties["properties"]["diskIOPSReadWrite"]
            return _highest(metrics, "Operations/sec") * 2 < able * share and item.sku.startswith("Premium")
        able = item.properties["Iops"]
        return item.sku == "gp3" and able > 3000 and _highest(metrics, "Ops") * 2 / 3600 < able * share

    return rule


def _keeps_for_years(item: Item, _: Metrics, __: BuiltEstate) -> bool:
    kept = item.properties.get("retentionInDays", item.properties.get("properties", {}).get("retentionInDays"))
    return (kept or 10**6) > 400


def _never_grows(item: Item, metrics: Metrics, built: BuiltEstate) -> bool:
    """At its smallest size at all times, and never busy at that."""
    smallest = item.properties.get("MinSize")
    sizes = list(_values(metrics, "InService", "instance_group/size"))
    if item.resource.cloud == "azure":
        return _cpu(item, metrics) < 20
    members = [built.metrics[item.resource.cloud, one] for one in item.links["members"]]
    calm = all(_cpu(item, one) < 20 for one in members if one)
    return bool(sizes) and all(np.nanmax(v) == np.nanmin(v) for v in sizes) and calm and smallest != 1


#: By check, on which clouds and of what kind it is, and what looks like it.
RULES: dict[tuple[str, tuple[str, ...], str], Rule] = {
    ("idle_instance", CLOUDS, "machine"): _is_idle,
    ("rightsize", CLOUDS, "machine"): _is_too_large,
    ("schedule", CLOUDS, "machine"): _rests_at_night,
    ("stopped_long", CLOUDS, "machine"): _is_stopped(5),
    ("on_stopped_instance", CLOUDS, "disk"): _host_is_stopped,
    ("stopped_not_deallocated", ("azure",), "machine"): lambda item, _, __: item.state == "allocated",
    ("unattached_volume", ("aws",), "disk"): _without("attached_to"),
    ("unattached_disk", ("azure",), "disk"): _without("attached_to"),
    ("idle_detached", ("gcp",), "disk"): _without("attached_to"),
    ("idle_blank", ("gcp",), "disk"): lambda item, _, __: "lastAttachTimestamp" not in item.properties,
    ("orphan_snapshot", CLOUDS, "snapshot"): _source_is_gone,
    ("premium_snapshot", ("azure",), "snapshot"): lambda item, _, __: item.sku == "Premium_LRS",
    ("unused_image", ("aws",), "image"): _without("used_by"),
    ("idle_image", ("gcp",), "image"): _without("used_by"),
    ("unused_address", CLOUDS, "address"): _without("attached_to"),
    ("idle_balancer", CLOUDS, "balancer"): _without("targets"),
    ("no_backend", ("azure",), "gateway"): _without("targets"),
    ("idle_nat", CLOUDS, "nat"): _without("routes"),
    ("idle_db", CLOUDS, "database"): _no_connection,
    ("rds_rightsize", ("aws",), "database"): lambda item, metrics, built: _cpu(item, metrics) < 45,
    ("rightsize_db", ("azure",), "database"): _is_too_large,
    ("sql_overprovisioned", ("gcp",), "database"): _is_too_large,
    ("idle_cache", ("aws",), "cache"): _no_connection,
    ("rightsize_cache", ("aws",), "cache"): _is_too_large,
    ("function_memory", ("aws",), "function"): lambda item, metrics, _: _memory(item, metrics) < 50,
    ("over_provisioned", ("aws",), "disk"): _hardly_used(0.3),
    ("premium_underused", ("azure",), "disk"): _hardly_used(0.3),
    ("empty_plan", ("azure",), "plan"): _without("sites"),
    ("underused_plan", ("azure",), "plan"): lambda item, metrics, _: (
        _cpu(item, metrics) < 45 and _memory(item, metrics) < 50
    ),
    ("log_retention", ("aws", "azure"), "log"): _keeps_for_years,
    ("floor", CLOUDS, "group"): _never_grows,
}  # fmt: skip
CASES = [(check, cloud, kind) for check, clouds, kind in RULES for cloud in clouds]


@pytest.mark.parametrize(("check", "cloud", "kind"), CASES)
def test_what_looks_like_waste_is_named(estates: list[BuiltEstate], check: str, cloud: str, kind: str) -> None:
    rule = next(rule for (name, clouds, of), rule in RULES.items() if (name, of) == (check, kind) and cloud in clouds)
    for number, built in enumerate(estates):
        named = built.named(cloud, check)
        own = [i for i in built.estate.items.values() if (i.resource.cloud, i.kind) == (cloud, kind)]
        suspects = {i.resource.id for i in own if rule(i, built.metrics[cloud, i.resource.id], built)}
        assert suspects - named == set()
        found = [w.planted for w in built.found if w.planted.check == check]
        planted = {one.resource.id for one in found if one.resource.cloud == cloud}
        assert planted <= suspects, "what is planted looks like it"
        assert planted or number, "the first company has every kind"


@pytest.mark.parametrize(("cloud", "check"), RULES_OF_THE_BILL)
def test_what_the_bill_tells_of_additions_is_named(complete: BuiltEstate, cloud: str, check: str) -> None:
    """Resources that were added for the estate are on the bill too, and what the bill tells of them is said."""
    by_resource: dict[str, list[object]] = {}
    for line in complete.company.lines:
        if line.resource.cloud == cloud:
            by_resource.setdefault(line.resource.id, []).append(line)
    named = {w.planted.resource.id for w in complete.told if w.planted.check == check}
    company = complete.company
    named |= {d.resource.id for d in company.decoys + company.tolerated if d.check == check}
    rule = RULES_OF_THE_BILL[cloud, check]
    assert [name for name, lines in by_resource.items() if rule(lines) and name not in named] == []  # type: ignore[arg-type]
