"""Sizes of virtual machines that a subscription may use, in the regions in which it has machines."""

from collections.abc import Iterator, Mapping
from typing import Any

from core.errors import LocationError
from savings.findings import Row
from savings.inventory.azure.cloud import AzureReader, name_region, read_parts
from savings.inventory.azure.compute import virtual_machines
from savings.inventory.contract import InventoryTable

PATH, API_VERSION = "providers/Microsoft.Compute/skus", "2021-07-01"


def read_vm_sizes(scope: AzureReader) -> Iterator[Row]:
    """The sizes of every region in which the subscription has a machine; ``resource_id`` is the size's name."""
    machines = scope.list(virtual_machines.PATH, virtual_machines.API_VERSION)
    for region in sorted({name_region(machine.get("location")) for machine in machines}):
        # the whole list is tens of megabytes; by the region is the only way that it can be narrowed
        try:
            for sku in scope.list(PATH, API_VERSION, _filter=f"location eq '{region}'"):
                if sku.get("resourceType") == "virtualMachines":
                    yield _read_size(scope, region, sku)
        except LocationError as error:
            scope.mark_incomplete(str(error), region)


def _read_size(scope: AzureReader, region: str, sku: Mapping[str, Any]) -> Row:
    known = {one.get("name"): one.get("value") for one in read_parts(sku, "capabilities")}
    return {
        "account_id": scope.account_id,
        "region": region,
        "resource_id": sku.get("name"),
        "tags": {},
        "family": sku.get("family"),
        "vcpus": known.get("vCPUs"),
        "memory_gib": known.get("MemoryGB"),
        "most_data_disks": known.get("MaxDataDiskCount"),
        "local_disk_mib": known.get("MaxResourceVolumeMB"),
        "takes_premium_disks": _read_truth(known.get("PremiumIO")),
        "is_constrained": known.get("vCPUsAvailable") not in (None, known.get("vCPUs")),
        "is_offered": not [one for one in read_parts(sku, "restrictions") if one.get("type") == "Location"],
    }


def _read_truth(text: Any) -> bool | None:
    if text is None:
        return None
    if str(text).lower() not in ("true", "false"):
        raise LocationError(f"{PATH}: {str(text)[:40]!r} is neither True nor False", "invalid")
    return str(text).lower() == "true"


AZURE_VM_SIZES = InventoryTable(
    name="azure_vm_sizes",
    cloud="azure",
    columns={
        "tags": "map(varchar, varchar)",
        "family": "varchar",
        "vcpus": "bigint",
        "memory_gib": "double",
        "most_data_disks": "bigint",
        "local_disk_mib": "bigint",
        "takes_premium_disks": "boolean",
        "is_constrained": "boolean",
        "is_offered": "boolean",
    },
    permissions=(*virtual_machines.PERMISSIONS, "Microsoft.Compute/skus/read"),
    read=read_vm_sizes,
    link="https://learn.microsoft.com/rest/api/compute/resource-skus/list",
)
