"""Scale sets of machines, what is automatic about their size, and how busy they are."""

from collections.abc import Iterator, Mapping
from typing import Any

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_ids, read_part, read_parts, read_properties
from savings.inventory.azure.monitor import hourly_metric
from savings.inventory.contract import InventoryTable

_POOLS = (
    "loadBalancerBackendAddressPools",
    "loadBalancerInboundNatPools",
    "applicationGatewayBackendAddressPools",
)


def read_scale_sets(scope: AzureReader) -> Iterator[Row]:
    """All scale sets of a subscription, with the least that an autoscale setting keeps of each, and the pools of
    balancers that its machines are in."""
    floors = {}
    for setting in scope.list("providers/Microsoft.Insights/autoscalesettings", "2022-10-01"):
        properties = read_properties(setting)
        if properties.get("enabled"):
            target = str(properties.get("targetResourceUri") or "").lower()
            floors[target] = _find_floor(properties)
    for found in scope.list("providers/Microsoft.Compute/virtualMachineScaleSets", "2024-07-01"):
        properties = read_properties(found)
        profile = read_part(properties, "virtualMachineProfile")
        sku = read_part(found, "sku")
        key = str(found.get("id")).lower()
        yield {
            **scope.describe(found),
            "size": sku.get("name"),
            "capacity": sku.get("capacity"),
            "is_flexible": properties.get("orchestrationMode") == "Flexible",
            "priority": profile.get("priority") or "Regular",
            "is_autoscaled": key in floors,
            "floor": floors.get(key),
            "zones": len(found.get("zones") or []),
            "pools": sorted(_find_pools(profile)),
            "created_at": properties.get("timeCreated"),
        }


def _find_pools(profile: Mapping[str, Any]) -> set[str]:
    """The pools of balancers and gateways that its machines are in, also while it has none; lower-cased ids."""
    network = read_part(profile, "networkProfile")
    pools = set()
    for interface in read_parts(network, "networkInterfaceConfigurations"):
        for configuration in read_parts(read_properties(interface), "ipConfigurations"):
            for name in _POOLS:
                pools |= {one.lower() for one in read_ids(read_properties(configuration), name)}
    return pools


def _find_floor(properties: Mapping[str, Any]) -> int | None:
    """The least of all profiles: which one holds when is not looked at."""
    floors = [str(read_part(profile, "capacity").get("minimum")) for profile in read_parts(properties, "profiles")]
    known = [int(floor) for floor in floors if floor.isdigit()]
    return min(known) if known and len(known) == len(floors) else None


AZURE_SCALE_SETS = InventoryTable(
    name="azure_scale_sets",
    cloud="azure",
    columns={
        **COMMON_COLUMNS,
        "size": "varchar",
        "capacity": "bigint",
        "is_flexible": "boolean",
        "priority": "varchar",
        "is_autoscaled": "boolean",
        "floor": "bigint",
        "zones": "bigint",
        "pools": "varchar[]",
        "created_at": "timestamp",
    },
    permissions=("Microsoft.Compute/virtualMachineScaleSets/read", "Microsoft.Insights/autoscaleSettings/read"),
    read=read_scale_sets,
    link="https://learn.microsoft.com/rest/api/compute/virtual-machine-scale-sets/list-all",
)

_PAGE = "microsoft-compute-virtualmachinescalesets"
#: Of all machines of the set together.
AZURE_SCALE_SET_CPU = hourly_metric(
    "azure_scale_set_cpu", "azure_scale_sets", "Percentage CPU", "percent", "Average", _PAGE
)
AZURE_SCALE_SET_MEMORY = hourly_metric(
    "azure_scale_set_memory",
    "azure_scale_sets",
    "Available Memory Percentage",
    "percent that is free",
    "Average",
    _PAGE,
)
