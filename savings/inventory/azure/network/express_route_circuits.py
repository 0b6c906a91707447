"""ExpressRoute circuits and whether their provider has set them up."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_part, read_properties
from savings.inventory.azure.network import API_VERSION
from savings.inventory.contract import InventoryTable


def read_express_route_circuits(scope: AzureReader) -> Iterator[Row]:
    """All circuits of a subscription; one on a port of the customer's own (``is_direct``) has no provider."""
    for circuit in scope.list("providers/Microsoft.Network/expressRouteCircuits", API_VERSION):
        properties = read_properties(circuit)
        yield {
            **scope.describe(circuit),
            "sku": read_part(circuit, "sku").get("name"),
            "provider_state": properties.get("serviceProviderProvisioningState"),
            "provider": read_part(properties, "serviceProviderProperties").get("serviceProviderName"),
            "is_direct": bool(read_part(properties, "expressRoutePort")),
        }


AZURE_EXPRESS_ROUTE_CIRCUITS = InventoryTable(
    name="azure_express_route_circuits",
    cloud="azure",
    columns={
        **COMMON_COLUMNS,
        "sku": "varchar",
        "provider_state": "varchar",
        "provider": "varchar",
        "is_direct": "boolean",
    },
    permissions=("Microsoft.Network/expressRouteCircuits/read",),
    read=read_express_route_circuits,
    link="https://learn.microsoft.com/rest/api/expressroute/express-route-circuits/list-all",
)
