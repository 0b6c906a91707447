"""NAT gateways and the subnets that go out through them."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_ids, read_part, read_properties
from savings.inventory.azure.network import API_VERSION
from savings.inventory.contract import InventoryTable


def read_nat_gateways(scope: AzureReader) -> Iterator[Row]:
    """All NAT gateways of a subscription; ``serves``: subnets, a whole virtual network or a service gateway."""
    for gateway in scope.list("providers/Microsoft.Network/natGateways", API_VERSION):
        properties = read_properties(gateway)
        others = [read_part(properties, name).get("id") for name in ("sourceVirtualNetwork", "serviceGateway")]
        yield {
            **scope.describe(gateway),
            "sku": read_part(gateway, "sku").get("name"),
            "serves": [*read_ids(properties, "subnets"), *(str(one) for one in others if one)],
        }


AZURE_NAT_GATEWAYS = InventoryTable(
    name="azure_nat_gateways",
    cloud="azure",
    columns={**COMMON_COLUMNS, "sku": "varchar", "serves": "varchar[]"},
    permissions=("Microsoft.Network/natGateways/read",),
    read=read_nat_gateways,
    link="https://learn.microsoft.com/rest/api/virtualnetwork/nat-gateways/list-all",
)
