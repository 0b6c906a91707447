"""Gateways of virtual networks, for VPN and ExpressRoute, and what they connect."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_part, read_properties
from savings.inventory.azure.network import API_VERSION
from savings.inventory.contract import InventoryTable

_TYPE = "Microsoft.Network/virtualNetworkGateways"


def read_virtual_network_gateways(scope: AzureReader) -> Iterator[Row]:
    """All gateways of a subscription.

    The provider lists them by the group of resources alone, so the groups that have one are asked for first; each
    gateway then names its connections, also those to gateways of other subscriptions.
    """
    known = scope.list("resources", "2021-04-01", _filter=f"resourceType eq '{_TYPE}'")
    groups = sorted({_find_group(str(one.get("id"))).lower() for one in known} - {""})
    for group in groups:
        for gateway in scope.list(f"resourceGroups/{group}/providers/{_TYPE}", API_VERSION):
            properties = read_properties(gateway)
            connections = scope.manager.list(f"{gateway.get('id')}/connections", API_VERSION)
            yield {
                **scope.describe(gateway),
                "kind": properties.get("gatewayType"),
                "sku": read_part(properties, "sku").get("name"),
                "connections": sum(1 for _ in connections),
                "takes_clients": bool(read_part(properties, "vpnClientConfiguration")),
            }


def _find_group(resource_id: str) -> str:
    parts = resource_id.split("/")
    return parts[4] if len(parts) > 4 and parts[3].lower() == "resourcegroups" else ""


AZURE_VIRTUAL_NETWORK_GATEWAYS = InventoryTable(
    name="azure_virtual_network_gateways",
    cloud="azure",
    columns={
        **COMMON_COLUMNS,
        "kind": "varchar",
        "sku": "varchar",
        "connections": "bigint",
        "takes_clients": "boolean",
    },
    permissions=(
        "Microsoft.Resources/subscriptions/resources/read",
        "Microsoft.Network/virtualNetworkGateways/read",
        "Microsoft.Network/virtualNetworkGateways/connections/read",
    ),
    read=read_virtual_network_gateways,
    link="https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateways/list-connections",
)
