"""What the clouds would say of a company's resources beside the bill: inventory and metrics for stand-ins of them.

Some ordinary machines do nothing and some ordinary volumes are attached to nothing: only inventory and metrics tell.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from simulator.opportunities.calendar import days_in_month
from simulator.opportunities.company import Company
from simulator.opportunities.findings import Decoy, Planted, whole
from simulator.opportunities.lines import Line, Resource

_KINDS = {"gp2": "gp2", "gp3": "gp3", "piops": "io1", "io2": "io2", "st1": "st1"}
#: How many resources are made idle or unattached, and how many nearly.
_COUNT = 3


@dataclass
class Inventory:
    """Machines and volumes of all clouds, the metrics of machines, and what in them is waste."""

    machines: list[dict[str, Any]] = field(default_factory=list)
    volumes: list[dict[str, Any]] = field(default_factory=list)
    metrics: dict[str, dict[str, float]] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)
    decoys: list[Decoy] = field(default_factory=list)

    def describe(self) -> dict[str, Any]:
        """The content of ``inventory.json``."""
        return {"machines": self.machines, "volumes": self.volumes}


def take_inventory(company: Company) -> Inventory:
    """Inventory and metrics that fit the bill; the draws are their own."""
    draw = random.Random(f"{company.seed}/{company.number}/inventory")
    inventory = Inventory()
    ordinary = _find_ordinary(company)
    machines = _group(company, _is_machine)
    volumes = _group(company, _is_volume)
    for cloud in company.clouds:
        own = [resource for resource in machines if resource.cloud == cloud]
        _measure(inventory, draw, own, machines, ordinary)
        stored = [resource for resource in volumes if resource.cloud == cloud]
        _attach(inventory, draw, company, stored, volumes, own, ordinary)
    return inventory


def _group(company: Company, keep: Any) -> dict[Resource, list[Line]]:
    grouped: dict[Resource, list[Line]] = defaultdict(list)
    for line in company.lines:
        if keep(line):
            grouped[line.resource].append(line)
    return grouped


def _find_ordinary(company: Company) -> set[Resource]:
    """Resources that nothing else is said of."""
    named = {p.resource for p in company.planted} | {d.resource for d in company.decoys + company.tolerated}
    return {line.resource for line in company.lines if line.payment == "on_demand"} - named


def _is_machine(line: Line) -> bool:
    return line.meter.component == "compute" and (
        line.meter.usage.startswith(("BoxUsage", "SpotUsage"))
        or line.meter.service == "Virtual Machines"
        or ("/instances/" in line.resource.id and line.meter.service == "Compute Engine")
    )


def _is_volume(line: Line) -> bool:
    return "EBS:Volume" in line.meter.usage or line.meter.usage.endswith("LRS Disk")


def _measure(
    inventory: Inventory,
    draw: random.Random,
    own: list[Resource],
    lines: dict[Resource, list[Line]],
    ordinary: set[Resource],
) -> None:
    """Machines in use, but for a few: idle ones, and ones that only look so."""
    calm = [resource for resource in own if resource in ordinary][: 2 * _COUNT]
    for resource in own:
        average, network = draw.uniform(18, 62), draw.uniform(400, 9000)
        if resource in calm[:_COUNT]:
            average, network = draw.uniform(0.3, 1.8), draw.uniform(0.2, 2.5)
            inventory.planted.append(Planted("idle_instance", resource, "all", whole(resource), "does nothing"))
        elif resource in calm[_COUNT:]:
            average = draw.uniform(1.5, 3.0)
            inventory.decoys.append(Decoy("idle_instance", resource, "its processor rests, its network does not"))
        inventory.machines.append(_describe(resource) | {"type": _type_of(lines[resource][0]), "state": "running"})
        inventory.metrics[resource.id] = {
            "cpu_average_percent": round(average, 2),
            "cpu_p95_percent": round(min(99.0, average * 1.6), 2),
            "network_mib_a_day": round(network, 2),
            "days": 30,
        }


def _attach(
    inventory: Inventory,
    draw: random.Random,
    company: Company,
    own: list[Resource],
    lines: dict[Resource, list[Line]],
    machines: list[Resource],
    ordinary: set[Resource],
) -> None:
    """Volumes on a machine of their account and region, but for a few that are on none."""
    loose = [resource for resource in own if resource in ordinary][:_COUNT]
    for resource in own:
        hosts = [m for m in machines if (m.account, m.region) == (resource.account, resource.region)] or machines
        host = None if resource in loose else draw.choice(hosts).id
        check = "unattached_volume"
        if host is None:
            inventory.planted.append(Planted(check, resource, "all", whole(resource), "attached to nothing"))
        elif resource in ordinary:
            inventory.decoys.append(Decoy(check, resource, "it is attached"))
        first = min(charge.start for line in lines[resource] for charge in line.charges)
        inventory.volumes.append(
            _describe(resource)
            | {
                "type": _volume_type(lines[resource][0]),
                "size_gb": _amount(lines[resource], "VolumeUsage") or 256,
                "iops": _amount(lines[resource], "P-IOPS"),
                "attached_to": host,
                "created": first.date().isoformat(),
            }
        )


def _describe(resource: Resource) -> dict[str, Any]:
    return {
        "cloud": resource.cloud,
        "account": resource.account.id,
        "region": resource.region,
        "resource_id": resource.id,
        "name": resource.name,
        "tags": dict(sorted(resource.tags.items())),
    }


def _type_of(line: Line) -> str:
    usage = line.meter.usage
    return usage.split(":")[1] if ":" in usage else line.columns.get("compute.googleapis.com/machine_spec", usage)


def _volume_type(line: Line) -> str:
    return _KINDS.get(line.meter.usage.rpartition(".")[2], "standard" if line.resource.cloud == "aws" else "P15")


def _amount(lines: list[Line], part: str) -> int:
    """What is stored or provisioned, from the last day's share of the month."""
    for line in lines:
        if part in line.meter.usage:
            last = line.charges[-1]
            return round(last.quantity * days_in_month(last.start.date()))
    return 0
