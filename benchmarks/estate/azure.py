"""Rows and metrics of Azure as the readers below `savings/inventory/azure` would give them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks.estate.listed import Listed, Maker
from benchmarks.estate.measured import Source
from savings.inventory.azure.cloud import find_owner, find_subscription

#: vCPUs and data disks of Dsv5 sizes, which have 4 GiB a vCPU and no local disk.
#: https://learn.microsoft.com/azure/virtual-machines/sizes/general-purpose/dsv5-series
_DATA_DISKS = {2: 4, 4: 8, 8: 16, 16: 32}
_FAMILY = "standardDSv5Family"


def _common(one: Listed) -> dict[str, Any]:
    return {**one.place(), "owner": find_owner({"id": one.resource_id, "tags": dict(one.tags)})}


def _inner(one: Listed) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = one.properties["properties"]
    return properties


def _machine(one: Listed) -> dict[str, Any]:
    found, row = _inner(one), _common(one)
    if "virtualMachineScaleSet" in found:
        row["owner"] = row["owner"] or "scale set"
    return {
        **row,
        "size": found["hardwareProfile"]["vmSize"],
        "power_state": found["instanceView"]["statuses"][0]["code"].removeprefix("PowerState/"),
        "priority": "Regular",
        "system": found["storageProfile"]["osDisk"]["osType"],
        "data_disks": 0,
        "has_ephemeral_disk": False,
        "is_on_host": False,
        "created_at": found["timeCreated"],
    }


def _disk(one: Listed) -> dict[str, Any]:
    found = _inner(one)
    return {
        **_common(one),
        "state": found["diskState"],
        "sku": one.properties["sku"]["name"],
        "tier": found["tier"],
        "size_gib": found["diskSizeGB"],
        "iops": found["diskIOPSReadWrite"],
        # the estate does not say it; what a disk of 1 TiB has
        "megabytes_per_second": 200,
        "has_system": False,
        "is_bursting": False,
        "attached_to": [one.properties["managedBy"]] if one.properties["managedBy"] else [],
        "created_at": found["timeCreated"],
        "detached_at": found.get("LastOwnershipUpdateTime"),
    }


def _snapshot(one: Listed) -> dict[str, Any]:
    found = _inner(one)
    source = found["creationData"]["sourceResourceId"]
    return {
        **_common(one),
        "sku": one.properties["sku"]["name"],
        "source_id": source.lower() or None,
        "source_subscription": find_subscription(source) or None,
        "size_gib": found["diskSizeGB"],
        "is_incremental": found["incremental"],
        "created_at": found["timeCreated"],
    }


def _address(one: Listed) -> dict[str, Any]:
    found = _inner(one)
    return {
        **_common(one),
        "sku": one.properties["sku"]["name"],
        "allocation": found["publicIPAllocationMethod"],
        "ip_address": found["ipAddress"],
        "used_by": found.get("ipConfiguration", {}).get("id"),
    }


def _backends(one: Listed, name: str) -> int:
    return sum(len(pool["properties"].get(name, [])) for pool in _inner(one)["backendAddressPools"])


def _balancer(one: Listed) -> dict[str, Any]:
    sku, backends = one.properties["sku"]["name"], _backends(one, "backendIPConfigurations")
    # Microsoft bills a load balancer by its rules: one that is billed has some
    return {**_common(one), "sku": sku, "backends": backends, "rules": 1}


def _gateway(one: Listed) -> dict[str, Any]:
    sku, backends = one.properties["sku"]["name"], _backends(one, "backendAddresses")
    return {**_common(one), "sku": sku, "state": "Running", "backends": backends, "redirects": 0}


def _nat(one: Listed) -> dict[str, Any]:
    subnets = [subnet["id"] for subnet in _inner(one)["subnets"]]
    return {**_common(one), "sku": one.properties["sku"]["name"], "serves": subnets}


def _database(one: Listed) -> dict[str, Any]:
    found, sku = _inner(one), one.properties["sku"]
    return {
        **_common(one),
        "status": found["status"],
        "tier": sku["tier"],
        "sku": sku["name"],
        "capacity": sku["capacity"],
        "created_at": found["creationDate"],
    }


def _group(one: Listed) -> dict[str, Any]:
    found, sku = _inner(one), one.properties["sku"]
    capacity = one.properties["autoscalesettings"]["profiles"][0]["capacity"]
    return {
        **_common(one),
        "size": sku["name"],
        "capacity": sku["capacity"],
        "is_flexible": found["orchestrationMode"] == "Flexible",
        "priority": "Regular",
        "is_autoscaled": True,
        "floor": capacity["minimum"],
        "zones": 0,
        "pools": [],
        "created_at": found["timeCreated"],
    }


def _plan(one: Listed) -> dict[str, Any]:
    sku = one.properties["sku"]
    return {
        **_common(one),
        "tier": sku["tier"],
        "size": sku["name"],
        "workers": sku["capacity"],
        "apps": _inner(one)["numberOfSites"],
        "is_elastic": False,
        "is_zone_redundant": False,
    }


TABLES: Mapping[str, tuple[str, Maker]] = {
    "machine": ("azure_virtual_machines", _machine),
    "disk": ("azure_disks", _disk),
    "snapshot": ("azure_snapshots", _snapshot),
    "address": ("azure_public_ips", _address),
    "balancer": ("azure_load_balancers", _balancer),
    "gateway": ("azure_application_gateways", _gateway),
    "nat": ("azure_nat_gateways", _nat),
    "database": ("azure_sql_databases", _database),
    "group": ("azure_scale_sets", _group),
    "plan": ("azure_app_service_plans", _plan),
}

_READS, _WRITES = "Composite Disk Read Operations/sec", "Composite Disk Write Operations/sec"
_WRITTEN = "Composite Disk Write Bytes/sec"
#: Of databases the estate measures CPU and sessions: connections are taken to be as many as sessions, and data and log
#: to be as busy as the CPU. What is read of a disk is taken to be as much as what is written to it.
METRICS: Mapping[str, Source] = {
    "azure_vm_cpu": Source("Average", ("Percentage CPU",)),
    "azure_vm_memory": Source("Average", ("Available Memory Bytes",)),
    "azure_vm_network_in": Source("Total", ("Network In Total",)),
    "azure_vm_network_out": Source("Total", ("Network Out Total",)),
    "azure_disk_reads": Source("Maximum", (_READS,)),
    "azure_disk_writes": Source("Maximum", (_WRITES,)),
    "azure_disk_read_bytes": Source("Maximum", (_WRITTEN,)),
    "azure_disk_written_bytes": Source("Maximum", (_WRITTEN,)),
    "azure_scale_set_cpu": Source("Average", ("Percentage CPU",)),
    "azure_plan_cpu": Source("Average", ("CpuPercentage",)),
    "azure_plan_memory": Source("Average", ("MemoryPercentage",)),
    "azure_sql_cpu": Source("Maximum", ("cpu_percent",)),
    "azure_sql_data_io": Source("Maximum", ("cpu_percent",)),
    "azure_sql_log_io": Source("Maximum", ("cpu_percent",)),
    "azure_sql_sessions": Source("Maximum", ("sessions_count",)),
    "azure_sql_connections": Source("Maximum", ("sessions_count",)),
}


def list_sizes(scopes: Iterable[tuple[str, str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The sizes that a subscription is offered in each region, of the family that is there."""
    for subscription, region in scopes:
        for vcpus, disks in _DATA_DISKS.items():
            yield (
                "azure_vm_sizes",
                {
                    "account_id": subscription, "region": region, "resource_id": f"Standard_D{vcpus}s_v5", "tags": {},
                    "family": _FAMILY, "vcpus": vcpus, "memory_gib": vcpus * 4.0, "most_data_disks": disks,
                    "local_disk_mib": 0, "takes_premium_disks": True, "is_constrained": False, "is_offered": True,
                },
            )  # fmt: skip
