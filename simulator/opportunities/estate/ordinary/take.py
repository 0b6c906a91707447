"""List and measure what a bill has anyway; a few ordinary machines do nothing, a few ordinary volumes are loose."""

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from simulator.opportunities.calendar import DAY
from simulator.opportunities.estate.estate import METRIC_DAYS, Estate
from simulator.opportunities.estate.kinds.any.unattached import CHECKS as LOOSE
from simulator.opportunities.estate.load import Load
from simulator.opportunities.estate.native import aws, azure, gcp
from simulator.opportunities.estate.native.facts import Facts
from simulator.opportunities.estate.ordinary.recognise import iops_of, kind_of, size_of, sku_of
from simulator.opportunities.estate.savings import keep_snapshots
from simulator.opportunities.estate.usual import MIB, NOTHING, Loads, at_rest, in_use, network, operations
from simulator.opportunities.findings import cost_of, whole
from simulator.opportunities.lines import Charge, Line, Resource

_Put = Callable[[Estate, Resource, Facts], None]
_PUT: Mapping[str, Mapping[str, _Put]] = {
    "aws": {
        "machine": aws.put_machine, "disk": aws.put_disk, "snapshot": aws.put_snapshot, "address": aws.put_address,
        "balancer": aws.put_balancer, "nat": aws.put_nat, "database": aws.put_database, "cache": aws.put_cache,
        "function": aws.put_function, "log": aws.put_log, "bucket": aws.put_bucket,
    },
    "azure": {
        "machine": azure.put_machine, "disk": azure.put_disk, "snapshot": azure.put_snapshot,
        "balancer": azure.put_balancer, "nat": azure.put_nat, "database": azure.put_database, "log": azure.put_log,
        "bucket": azure.put_bucket,
    },
    "gcp": {
        "machine": gcp.put_machine, "snapshot": gcp.put_snapshot, "address": gcp.put_address,
        "balancer": gcp.put_balancer, "nat": gcp.put_nat, "database": gcp.put_database, "bucket": gcp.put_bucket,
        "log": gcp.put_log,
    },
}  # fmt: skip
#: How many of each are idle or loose, and how many nearly idle.
_COUNT = 3
#: A machine that ran on so few of the last days, and not on the last ones, is gone and not stopped.
_LEAST_DAYS, _LATELY = 8, 4
#: Checks that may say what the bill says already of what is billed by the hour only.
_SAME = {"nat": ("idle_nat",), "balancer": ("idle_balancer", "no_backend")}


@dataclass
class _Billed:
    """A resource of the bill, what it is, and its lines."""

    resource: Resource
    lines: list[Line]
    kind: str = ""
    sku: str = ""
    size: int = 0
    charges: list[Charge] = field(default_factory=list)


def take_ordinary(estate: Estate) -> None:
    """Put all that the bill has into the estate; draws are its own."""
    draw = random.Random(f"{estate.company.seed}/{estate.company.number}/inventory")
    ordinary = _find_ordinary(estate)
    for cloud in estate.company.clouds:
        billed = _find_billed(estate, cloud)
        by_kind: dict[str, list[_Billed]] = defaultdict(list)
        for one in billed:
            by_kind[one.kind].append(one)
        machines = [one.resource for one in by_kind["machine"]]
        for number, one in enumerate(_first(by_kind["machine"], ordinary)):
            _list_machine(estate, one, _calm(estate, one.resource, number, draw))
        for one in by_kind["machine"]:
            if (cloud, one.resource.id) not in estate.items:
                _list_machine(estate, one, in_use(one.resource.id, "machine"))
        loose = [one.resource for one in by_kind["disk"] if one.resource in ordinary][:_COUNT]
        for one in by_kind["disk"]:
            _list_disk(estate, one, None if one.resource in loose else _host(one.resource, machines, draw), ordinary)
        disks = [one.resource for one in by_kind["disk"]]
        for kind in sorted(by_kind.keys() - {"machine", "disk"}):
            for one in by_kind[kind]:
                _list_other(estate, one, machines, disks, draw)


def _first(machines: Sequence[_Billed], ordinary: set[Resource]) -> list[_Billed]:
    steady = [one for one in machines if one.resource in ordinary and _state(one)[0] == "running"]
    return steady[: 2 * _COUNT]


def _find_ordinary(estate: Estate) -> set[Resource]:
    """Resources that nothing else is said of, which are paid on demand."""
    company = estate.company
    named = {p.resource for p in company.planted} | {d.resource for d in company.decoys + company.tolerated}
    return {line.resource for line in company.lines if line.payment == "on_demand" and line.price} - named


def _find_billed(estate: Estate, cloud: str) -> list[_Billed]:
    """What is there still on the last day, in the order of the bill."""
    grouped: dict[Resource, list[Line]] = defaultdict(list)
    for line in estate.company.lines:
        if line.resource.cloud == cloud:
            grouped[line.resource].append(line)
    found = []
    as_of = estate.company.calendar.as_of
    for resource, lines in grouped.items():
        kind = kind_of(resource, lines)
        charges = [charge for line in lines for charge in line.charges]
        days = {charge.start.date() for charge in charges if charge.start.date() > as_of - DAY * METRIC_DAYS}
        if not kind or not days or (len(days) < _LEAST_DAYS and max(days) < as_of):
            continue
        if max(days) < as_of - DAY * _LATELY:
            continue
        sku = sku_of(resource, kind, lines)
        found.append(_Billed(resource, lines, kind, sku, size_of(resource, kind, sku, lines), charges))
    return found


def _calm(estate: Estate, resource: Resource, number: int, draw: random.Random) -> Loads:
    """The first of the ordinary ones do nothing, the next ones send and receive."""
    if number < _COUNT:
        estate.waste(
            "idle_instance", resource, "compute", cost_of(resource, "compute"), "does nothing",
            also=("rightsize", "schedule"), lever="stop",
        )  # fmt: skip
        return at_rest(draw.uniform(0.5, 1.8))
    estate.decoy("idle_instance", resource, "its processor rests, its network does not")
    estate.tolerate("rightsize", resource, "whether a smaller size has network enough is a matter of the size")
    return {**at_rest(draw.uniform(1.5, 3.0)), **network(Load(250 * MIB, draw.uniform(1500, 9000) * MIB))}


def _list_machine(estate: Estate, one: _Billed, loads: Loads) -> None:
    state, last = _state(one)
    facts = Facts(
        estate.made_on(one.resource, one.charges), state=state, sku=one.sku, size=one.size,
        since=None if state == "running" else last.start.date(),
    )  # fmt: skip
    _PUT[one.resource.cloud]["machine"](estate, one.resource, facts)
    estate.measure(one.resource, "machine", loads, running=_running(estate, one), gibibytes=max(8, one.size * 4))


def _state(one: _Billed) -> tuple[str, Charge]:
    """Running where its last charge reaches the end of the bill's last day or is of a whole day."""
    last = max(one.charges, key=lambda charge: charge.end)
    hours = (last.end - last.start).total_seconds() / 3600
    whole = hours < 24 or one.resource.cloud != "aws" or last.quantity >= 24
    return ("running" if whole and last.end.hour == 0 else "stopped"), last


def _running(estate: Estate, one: _Billed) -> np.ndarray:
    """True in the hours that are billed: of a day that is billed in part, those from eight in the morning."""
    running = np.zeros(METRIC_DAYS * 24, dtype=bool)
    line = next(line for line in one.lines if line.meter.component == "compute")
    for charge in line.charges:
        first = (charge.start.date() - estate.first).days * 24 + charge.start.hour
        if first < 0:
            continue
        hours = int((charge.end - charge.start).total_seconds() // 3600)
        if hours == 24 and line.meter.unit in ("Hrs", "1 Hour") and charge.quantity < 24:
            running[first + 8 : first + 8 + int(charge.quantity)] = True
        else:
            running[first : first + hours] = True
    return running


def _host(resource: Resource, machines: Sequence[Resource], draw: random.Random) -> Resource | None:
    near = [m for m in machines if (m.account, m.region) == (resource.account, resource.region)] or machines
    return draw.choice(near) if near else None


def _list_disk(estate: Estate, one: _Billed, host: Resource | None, ordinary: set[Resource]) -> None:
    resource, check = one.resource, LOOSE[one.resource.cloud]
    iops = iops_of(one.sku, one.size, one.lines)
    facts = Facts(
        estate.made_on(resource, one.charges), state="attached" if host else "detached", sku=one.sku, size=one.size,
        iops=iops, target=host, since=None if host else estate.company.calendar.as_of - DAY * 64,
    )  # fmt: skip
    _PUT[resource.cloud]["disk"](estate, resource, facts)
    if host is not None:
        estate.measure(resource, "disk", operations(0.7 * iops * 3600, 16384))
        if resource in ordinary:
            estate.decoy(check, resource, "it is attached")
        return
    estate.waste(
        check, resource, "all", whole(resource), "attached to nothing", also=("premium_underused",), lever="delete",
        alternatives=keep_snapshots(estate.company, [resource], one.size),
    )  # fmt: skip


def _list_other(
    estate: Estate, one: _Billed, machines: Sequence[Resource], disks: Sequence[Resource], draw: random.Random
) -> None:
    resource, kind = one.resource, one.kind
    host = _host(resource, machines, draw)
    usages = " ".join(line.meter.usage for line in one.lines)
    is_idle = _is_idle(one)
    facts = Facts(
        estate.made_on(resource, one.charges), state="running" if kind in ("database", "cache") else "ready",
        sku=one.sku, size=one.size, retention=30 if kind == "log" else None,
    )  # fmt: skip
    if kind == "address" and not _is_unused(usages):
        facts = Facts(facts.created, state="attached", target=host)
    elif kind in ("balancer", "nat") and not is_idle and host:
        facts = Facts(facts.created, used_by=[host.id])
    elif kind == "snapshot":
        near = [disk for disk in disks if (disk.account, disk.region) == (resource.account, resource.region)]
        source = draw.choice(near).id if near else f"vol-0{resource.id[-16:]}"
        facts = Facts(facts.created, sku=one.sku, size=one.size, source=source)
        if not near or any(p.resource == resource for p in estate.company.planted):
            estate.tolerate("orphan_snapshot", resource, "where it is from is not known")
    _PUT[resource.cloud][kind](estate, resource, facts)
    for check in _SAME.get(kind, ()) if is_idle else ():
        estate.tolerate(check, resource, "the bill says it already")
    if kind == "address" and facts.target is None:
        estate.tolerate("unused_address", resource, "the bill says it already")
    family = "gateway" if "applicationGateways" in resource.id else "nlb" if "/net/" in resource.id else kind
    if family in ("snapshot", "address"):
        return
    loads = in_use(resource.id, family)
    estate.measure(resource, family, dict.fromkeys(loads, NOTHING) if is_idle else loads)


def _is_unused(usages: str) -> bool:
    """Whether an address is billed as one that nobody uses."""
    return "Idle" in usages or "Static Ip" in usages


def _is_idle(one: _Billed) -> bool:
    """Whether it is billed by the hour and by nothing else, or by next to nothing."""
    if one.kind not in ("nat", "balancer"):
        return False
    used = [charge for line in one.lines if line.meter.component in ("transfer", "requests") for charge in line.charges]
    return len(used) < METRIC_DAYS // 2
