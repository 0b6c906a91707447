"""Virtual machines: what they are, whether they run, and how much of them is used."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_part, read_parts, read_properties
from savings.inventory.azure.monitor import hourly_metric
from savings.inventory.contract import InventoryTable

PATH, API_VERSION = "providers/Microsoft.Compute/virtualMachines", "2024-07-01"
PERMISSIONS = ("Microsoft.Compute/virtualMachines/read",)


def read_virtual_machines(scope: AzureReader) -> Iterator[Row]:
    """All machines of a subscription; a second list has what state they are in, as the first does not."""
    states = dict(_read_states(scope))
    for machine in scope.list(PATH, API_VERSION):
        properties = read_properties(machine)
        storage = read_part(properties, "storageProfile")
        system_disk = read_part(storage, "osDisk")
        common = scope.describe(machine)
        if read_part(properties, "virtualMachineScaleSet"):
            common["owner"] = common["owner"] or "scale set"
        yield {
            **common,
            "size": read_part(properties, "hardwareProfile").get("vmSize"),
            "power_state": states.get(str(machine.get("id")).lower()),
            "priority": properties.get("priority") or "Regular",
            "system": system_disk.get("osType"),
            "data_disks": len(read_parts(storage, "dataDisks")),
            "has_ephemeral_disk": bool(read_part(system_disk, "diffDiskSettings")),
            "is_on_host": bool(read_part(properties, "host") or read_part(properties, "hostGroup")),
            "created_at": properties.get("timeCreated"),
        }


def _read_states(scope: AzureReader) -> Iterator[tuple[str, str]]:
    """What state each machine is in, such as ``running``, ``stopped`` or ``deallocated``, by its id in lower case."""
    for machine in scope.list(PATH, API_VERSION, statusOnly="true"):
        for status in read_parts(read_part(read_properties(machine), "instanceView"), "statuses"):
            code = str(status.get("code") or "")
            if code.startswith("PowerState/"):
                yield str(machine.get("id")).lower(), code.removeprefix("PowerState/")


AZURE_VIRTUAL_MACHINES = InventoryTable(
    name="azure_virtual_machines",
    cloud="azure",
    columns={
        **COMMON_COLUMNS,
        "size": "varchar",
        "power_state": "varchar",
        "priority": "varchar",
        "system": "varchar",
        "data_disks": "bigint",
        "has_ephemeral_disk": "boolean",
        "is_on_host": "boolean",
        "created_at": "timestamp",
    },
    permissions=PERMISSIONS,
    read=read_virtual_machines,
    link="https://learn.microsoft.com/rest/api/compute/virtual-machines/list-all",
)

_PAGE = "microsoft-compute-virtualmachines"
AZURE_VM_CPU = hourly_metric("azure_vm_cpu", "azure_virtual_machines", "Percentage CPU", "percent", "Average", _PAGE)
AZURE_VM_MEMORY = hourly_metric(
    "azure_vm_memory", "azure_virtual_machines", "Available Memory Bytes", "bytes that are free", "Average", _PAGE
)
AZURE_VM_NETWORK_IN = hourly_metric(
    "azure_vm_network_in", "azure_virtual_machines", "Network In Total", "bytes", "Total", _PAGE
)
AZURE_VM_NETWORK_OUT = hourly_metric(
    "azure_vm_network_out", "azure_virtual_machines", "Network Out Total", "bytes", "Total", _PAGE
)
