"""What a resource of a bill is: its kind, size and cloud's own word for it, from its id and its lines."""

import re
from collections.abc import Sequence

from simulator.opportunities.calendar import days_in_month
from simulator.opportunities.lines import Line, Resource
from simulator.opportunities.prices.aws_compute import count_vcpus

#: Patterns of ids, and the kind of what is called so; the first that fits.
_PATTERNS: dict[str, tuple[tuple[str, str], ...]] = {
    "aws": (
        (r"^i-", "machine"), (r"^vol-", "disk"), (r":snapshot/snap-", "snapshot"), (r":elastic-ip/", "address"),
        (r":loadbalancer/(app|net)/", "balancer"), (r":natgateway/", "nat"), (r":rds:.*:db:", "database"),
        (r":elasticache:", "cache"), (r":lambda:", "function"), (r":log-group:", "log"),
    ),
    "azure": (
        (r"/virtualMachines/", "machine"), (r"/disks/", "disk"), (r"/snapshots/", "snapshot"),
        (r"/(loadBalancers|applicationGateways)/", "balancer"), (r"/natGateways/", "nat"), (r"/databases/", "database"),
        (r"/Microsoft.OperationalInsights/workspaces/", "log"), (r"/storageAccounts/", "bucket"),
    ),
    "gcp": (
        (r"^//compute.*/instances/", "machine"), (r"/snapshots/", "snapshot"), (r"/addresses/", "address"),
        (r"/forwardingRules/", "balancer"), (r"/routers/", "nat"), (r"^//cloudsql", "database"),
        (r"^//storage", "bucket"), (r"^//logging", "log"),
    ),
}  # fmt: skip
_VOLUMES = {"gp2": "gp2", "gp3": "gp3", "piops": "io1", "io2": "io2", "st1": "st1"}


def kind_of(resource: Resource, lines: Sequence[Line]) -> str:
    """Its kind; nothing for what no inventory here has."""
    for pattern, kind in _PATTERNS[resource.cloud]:
        if re.search(pattern, resource.id):
            needs_hours = kind == "machine" or (kind == "database" and resource.cloud != "azure")
            return kind if not needs_hours or any(line.meter.component == "compute" for line in lines) else ""
    return "bucket" if resource.cloud == "aws" and lines[0].meter.service == "AmazonS3" else ""


def sku_of(resource: Resource, kind: str, lines: Sequence[Line]) -> str:
    """Its type, class or tier."""
    line = next((line for line in lines if line.meter.component == "compute"), lines[0])
    usage = line.meter.usage
    if kind == "disk":
        return "Premium_LRS P15" if resource.cloud == "azure" else _VOLUMES.get(usage.rpartition(".")[2], "standard")
    if kind == "snapshot":
        return "archive" if "Archive" in usage else ("Standard_LRS" if resource.cloud == "azure" else "standard")
    if kind == "function":
        return "arm64" if "ARM" in usage else "x86_64"
    if resource.cloud == "aws" and ":" in usage:
        return usage.partition(":")[2]
    if resource.cloud == "azure" and kind == "machine":
        return f"Standard_{usage.split('/')[-1].replace(' ', '_')}"
    if resource.cloud == "gcp" and kind == "machine":
        return line.columns.get("compute.googleapis.com/machine_spec", "")
    return ""


def size_of(resource: Resource, kind: str, sku: str, lines: Sequence[Line]) -> int:
    """Virtual processors of a machine, gigabytes of what stores; 0 where the bill says nothing of it."""
    if kind == "machine":
        found = re.search(r"-(\d+)$|_[A-Z]+(\d+)", sku)
        return count_vcpus(sku) if resource.cloud == "aws" else int(found[1] or found[2]) if found else 0
    if kind == "disk" and resource.cloud == "azure":
        return 256
    words = ("VolumeUsage",) if kind == "disk" else ("Storage", "Snapshot", "storage", "Data Stored")
    return _stored(lines, words) if kind in ("disk", "snapshot", "log", "database", "bucket") else 0


def iops_of(sku: str, size: int, lines: Sequence[Line]) -> int:
    """What a volume can do: what is provisioned, above 3000 of gp3, or what follows from its size."""
    provisioned = _stored(lines, ("P-IOPS",))
    if sku == "gp3":
        return 3000 + provisioned
    return provisioned or {"gp2": max(100, 3 * size), "Premium_LRS P15": 1100}.get(sku, 100)


def _stored(lines: Sequence[Line], words: tuple[str, ...]) -> int:
    """What was there on the last day, from its share of the month."""
    for line in lines:
        if any(word in line.meter.usage for word in words) and line.meter.unit in _MONTHLY:
            last = line.charges[-1]
            return round(last.quantity * days_in_month(last.start.date()))
    return 0


_MONTHLY = ("GB-Mo", "IOPS-Mo", "1 GB/Month", "gibibyte month")
