"""Public addresses and what they are of."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_part, read_properties
from savings.inventory.azure.network import API_VERSION
from savings.inventory.contract import InventoryTable


def read_public_ips(scope: AzureReader) -> Iterator[Row]:
    """All public addresses of a subscription; ``used_by``: the configuration or gateway that each belongs to."""
    for address in scope.list("providers/Microsoft.Network/publicIPAddresses", API_VERSION):
        properties = read_properties(address)
        users = [read_part(properties, name).get("id") for name in ("ipConfiguration", "natGateway")]
        users.append(read_part(properties, "linkedPublicIPAddress").get("id"))
        yield {
            **scope.describe(address),
            "sku": read_part(address, "sku").get("name"),
            "allocation": properties.get("publicIPAllocationMethod"),
            "ip_address": properties.get("ipAddress"),
            "used_by": next((str(one) for one in users if one), None),
            "prefix_id": read_part(properties, "publicIPPrefix").get("id"),
        }


AZURE_PUBLIC_IPS = InventoryTable(
    name="azure_public_ips",
    cloud="azure",
    columns={
        **COMMON_COLUMNS,
        "sku": "varchar",
        "allocation": "varchar",
        "ip_address": "varchar",
        "used_by": "varchar",
        "prefix_id": "varchar",
    },
    permissions=("Microsoft.Network/publicIPAddresses/read",),
    read=read_public_ips,
    link="https://learn.microsoft.com/rest/api/virtualnetwork/public-ip-addresses/list-all",
)
