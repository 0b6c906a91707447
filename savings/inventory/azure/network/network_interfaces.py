"""Network interfaces and what has them."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_part, read_properties
from savings.inventory.azure.network import API_VERSION
from savings.inventory.contract import InventoryTable

#: What an interface may be of; those of a scale set's machines are not in the list at all.
_USERS = ("virtualMachine", "privateEndpoint", "privateLinkService")


def read_network_interfaces(scope: AzureReader) -> Iterator[Row]:
    """All interfaces of a subscription; ``used_by``: the machine or endpoint that each belongs to."""
    for interface in scope.list("providers/Microsoft.Network/networkInterfaces", API_VERSION):
        properties = read_properties(interface)
        users = [read_part(properties, name).get("id") for name in _USERS]
        if properties.get("hostedWorkloads"):
            users.append("a workload of the platform")
        yield {**scope.describe(interface), "used_by": next((str(one) for one in users if one), None)}


AZURE_NETWORK_INTERFACES = InventoryTable(
    name="azure_network_interfaces",
    cloud="azure",
    columns={**COMMON_COLUMNS, "used_by": "varchar"},
    permissions=("Microsoft.Network/networkInterfaces/read",),
    read=read_network_interfaces,
    link="https://learn.microsoft.com/rest/api/virtualnetwork/network-interfaces/list-all",
)
