"""Machine types of the zones in which a project has VMs: how many vCPUs and how much memory each has."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.contract import InventoryTable
from savings.inventory.gcp.cloud import GcpReader, full_name, last_part, region_of


def read_machine_types(scope: GcpReader) -> Iterator[Row]:
    """The predefined types of every zone that has a VM; those of all zones would be tens of thousands."""
    # what is missing of the VMs is missing of their own table; there is no VM to be judged in such a zone
    zones = {last_part(vm["zone"]) or "" for _, vm in scope.aggregated("instances", "compute.instances.list", {})}
    for zone in sorted(zones):
        for found in scope.listed(f"zones/{zone}/machineTypes", "compute.machineTypes.list"):
            yield {
                "account_id": scope.account_id,
                "region": region_of(f"zones/{zone}"),
                "resource_id": full_name(found["selfLink"]),
                "zone": zone,
                "machine_type": found["name"],
                "vcpus": found["guestCpus"],
                "memory_mb": found["memoryMb"],
                "is_shared": bool(found.get("isSharedCpu")),
                "is_deprecated": bool(found.get("deprecated")),
                "tags": {},
            }


GCP_MACHINE_TYPES = InventoryTable(
    name="gcp_machine_types",
    cloud="gcp",
    columns={
        "zone": "varchar",
        "machine_type": "varchar",
        "vcpus": "bigint",
        "memory_mb": "bigint",
        "is_shared": "boolean",
        "is_deprecated": "boolean",
        "tags": "map(varchar, varchar)",
    },
    permissions=("compute.instances.list", "compute.machineTypes.list"),
    read=read_machine_types,
    link="https://cloud.google.com/compute/docs/reference/rest/v1/machineTypes/list",
)
