"""Application gateways and whether anything is behind them."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_part, read_parts, read_properties
from savings.inventory.azure.network import API_VERSION
from savings.inventory.contract import InventoryTable


def read_application_gateways(scope: AzureReader) -> Iterator[Row]:
    """All application gateways of a subscription. ``redirects``: what is answered without anything behind it."""
    for gateway in scope.list("providers/Microsoft.Network/applicationGateways", API_VERSION):
        properties = read_properties(gateway)
        backends = 0
        for pool in read_parts(properties, "backendAddressPools"):
            parts = read_properties(pool)
            backends += len(read_parts(parts, "backendIPConfigurations")) + len(read_parts(parts, "backendAddresses"))
        yield {
            **scope.describe(gateway),
            "sku": read_part(properties, "sku").get("name"),
            "state": properties.get("operationalState"),
            "backends": backends,
            "redirects": len(read_parts(properties, "redirectConfigurations")),
        }


AZURE_APPLICATION_GATEWAYS = InventoryTable(
    name="azure_application_gateways",
    cloud="azure",
    columns={**COMMON_COLUMNS, "sku": "varchar", "state": "varchar", "backends": "bigint", "redirects": "bigint"},
    permissions=("Microsoft.Network/applicationGateways/read",),
    read=read_application_gateways,
    link="https://learn.microsoft.com/rest/api/application-gateway/application-gateways/list-all",
)
