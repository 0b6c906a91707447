"""Rows and metrics of Google Cloud as the readers below `savings/inventory/gcp` would give them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks.estate.listed import Listed, Maker, last_part
from benchmarks.estate.measured import Source
from savings.inventory.gcp.cloud import full_name
from savings.inventory.gcp.databases import read_tier
from savings.inventory.gcp.disks import OWNERS as DISK_OWNERS
from savings.inventory.gcp.instances import OWNERS as VM_OWNERS

#: vCPUs of predefined machine types and the GiB of each vCPU. https://cloud.google.com/compute/docs/general-purpose-machines
_VCPUS = {"n2": (2, 4, 8, 16), "c3": (4, 8, 22), "n1": (1, 2, 4, 8, 16), "e2": (2, 4, 8, 16)}
_GIBIBYTES = {"n1": 3.75}
_MIB = 1024**2


def _owner(one: Listed, labels: Iterable[str]) -> str | None:
    return next((name for name in labels if name in one.tags), None)


def _names(urls: Iterable[str]) -> list[str]:
    return [full_name(url) for url in urls]


def _machine(one: Listed) -> dict[str, Any]:
    found = one.properties
    made_by = {item["key"]: item["value"] for item in found["metadata"]["items"]}
    return {
        **one.place(),
        "billed_as": [],
        "number": one.resource_id,
        "zone": found["machineType"].split("/")[1],
        "machine_type": last_part(found["machineType"]),
        "status": found["status"],
        "created_at": found["creationTimestamp"],
        "stopped_at": found.get("lastStopTimestamp"),
        "owner": _owner(one, VM_OWNERS) or made_by.get("created-by"),
        "is_spot": False,
        "gpus": 0,
        "local_ssds": 0,
        "disks": [],
    }


def _disk(one: Listed) -> dict[str, Any]:
    found = one.properties
    return {
        **one.place(),
        "billed_as": [],
        "disk_type": last_part(found["type"]),
        "size_gb": found["sizeGb"],
        "status": found["status"],
        "created_at": found["creationTimestamp"],
        "attached_at": found.get("lastAttachTimestamp"),
        "detached_at": found.get("lastDetachTimestamp"),
        "users": _names(found["users"]),
        "owner": _owner(one, DISK_OWNERS),
    }


def _address(one: Listed) -> dict[str, Any]:
    found = one.properties
    return {
        **one.place(),
        "billed_as": [],
        "status": found["status"],
        "address_type": found["addressType"],
        "created_at": found["creationTimestamp"],
        "users": list(found["users"]),
    }


def _balancer(one: Listed) -> dict[str, Any]:
    found = one.properties
    return {
        **one.place(),
        "billed_as": [],
        "scheme": found["loadBalancingScheme"],
        "created_at": found["creationTimestamp"],
        "target": f"{one.name}-pool",
        "has_backend": bool(found["targetPool"]["instances"]),
    }


def _database(one: Listed) -> dict[str, Any]:
    found = one.properties
    settings = found["settings"]
    vcpus, memory = read_tier(settings["tier"])
    return {
        **one.place(),
        "billed_as": [],
        "number": one.resource_id,
        "engine": found["databaseVersion"],
        "tier": settings["tier"],
        "vcpus": vcpus,
        "memory_mb": memory,
        "state": found["state"],
        "activation_policy": settings["activationPolicy"],
        "instance_type": "CLOUD_SQL_INSTANCE",
        "replicas": [],
        "created_at": found["createTime"],
    }


def _group(one: Listed) -> dict[str, Any]:
    found = one.properties
    policy = found["autoscaler"]["autoscalingPolicy"]
    return {
        **one.place(),
        "tags": {},
        "created_at": found["creationTimestamp"],
        "mode": "ON",
        "least": policy["minNumReplicas"],
        "most": policy["maxNumReplicas"],
        # the estate names no target: that of the console, with which a policy without any scales by the CPU alone
        "cpu_target": 60.0,
        "signals": 1,
        "size": found["targetSize"],
        "member_of": one.resource_id[one.resource_id.index("/", one.resource_id.index("projects/") + 9) :],
    }


def _snapshot(one: Listed, disks: set[str]) -> dict[str, Any]:
    found = one.properties
    source = found["sourceDisk"]
    return {
        **one.place(region=""),
        "billed_as": [],
        "status": found["status"],
        "created_at": found["creationTimestamp"],
        "size_bytes": one.size << 30,
        "source_disk": last_part(source),
        # some name a disk as AWS would: which one it was is not known
        "is_source_there": full_name(source) in disks if "projects/" in source else None,
        "is_scheduled": found["autoCreated"],
    }


def _image(one: Listed) -> dict[str, Any]:
    found = one.properties
    return {
        **one.place(region=""),
        "billed_as": [],
        "status": found["status"],
        "created_at": found["creationTimestamp"],
        "size_bytes": one.size << 30,
        "is_used": bool(one.links["used_by"]),
    }


def make_tables(listed: Iterable[Listed]) -> Mapping[str, tuple[str, Maker]]:
    """By kind, its table and what makes a row of it; a snapshot's disk is looked for among what is listed."""
    disks = {one.resource_id for one in listed if one.cloud == "gcp" and one.kind == "disk"}
    return {
        "machine": ("gcp_instances", _machine),
        "disk": ("gcp_disks", _disk),
        "address": ("gcp_addresses", _address),
        "balancer": ("gcp_forwarding_rules", _balancer),
        "database": ("gcp_databases", _database),
        "group": ("gcp_instance_groups", _group),
        "snapshot": ("gcp_snapshots", lambda one: _snapshot(one, disks)),
        "image": ("gcp_images", _image),
    }


_CPU, _NETWORK = "compute.googleapis.com/instance/cpu/utilization", "compute.googleapis.com/instance/network"
_DISK, _SQL = "compute.googleapis.com/instance/disk", "cloudsql.googleapis.com/database"
#: What is read of a disk is taken to be as much as what is written to it, of which alone bytes are told.
METRICS: Mapping[str, Source] = {
    "gcp_instance_cpu": Source("Average", (_CPU,), 100),
    "gcp_instance_cpu_peak": Source("Maximum", (_CPU,), 100),
    "gcp_instance_memory": Source("Maximum", ("agent.googleapis.com/memory/percent_used",)),
    "gcp_instance_network": Source(
        "Delta", (f"{_NETWORK}/received_bytes_count", f"{_NETWORK}/sent_bytes_count"), 1 / 3600
    ),
    "gcp_disk_operations": Source("Delta", (f"{_DISK}/read_ops_count", f"{_DISK}/write_ops_count"), 1 / 3600),
    "gcp_disk_throughput": Source("Delta", (f"{_DISK}/write_bytes_count",), 2 / 3600 / _MIB),
    "gcp_database_connections": Source("Maximum", (f"{_SQL}/postgresql/num_backends",)),
    "gcp_database_cpu": Source("Maximum", (f"{_SQL}/cpu/utilization",), 100),
    "gcp_database_memory": Source("Maximum", (f"{_SQL}/memory/utilization",), 100),
}


def list_sizes(zones: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The predefined machine types of each project, region and zone, of the families that are there."""
    for project, region, zone in zones:
        for family, sizes in _VCPUS.items():
            for vcpus in sizes:
                name = f"{family}-standard-{vcpus}"
                yield (
                    "gcp_machine_types",
                    {
                        "account_id": project, "region": region, "zone": zone, "machine_type": name, "tags": {},
                        "resource_id": f"//compute.googleapis.com/projects/{project}/zones/{zone}/machineTypes/{name}",
                        "vcpus": vcpus, "memory_mb": int(vcpus * _GIBIBYTES.get(family, 4) * 1024),
                        "is_shared": False, "is_deprecated": False,
                    },
                )  # fmt: skip
