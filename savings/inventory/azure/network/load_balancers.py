"""Load balancers and whether anything is behind them."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_part, read_parts, read_properties
from savings.inventory.azure.network import API_VERSION
from savings.inventory.contract import InventoryTable


def read_load_balancers(scope: AzureReader) -> Iterator[Row]:
    """All load balancers of a subscription. ``backends``: addresses in its pools, and of rules that go to one machine
    without a pool."""
    for balancer in scope.list("providers/Microsoft.Network/loadBalancers", API_VERSION):
        properties = read_properties(balancer)
        backends = 0
        for pool in read_parts(properties, "backendAddressPools"):
            parts = read_properties(pool)
            backends += len(read_parts(parts, "backendIPConfigurations"))
            backends += len(read_parts(parts, "loadBalancerBackendAddresses"))
        for rule in read_parts(properties, "inboundNatRules"):
            backends += bool(read_part(read_properties(rule), "backendIPConfiguration"))
        rules = sum(len(read_parts(properties, one)) for one in ("loadBalancingRules", "outboundRules"))
        yield {
            **scope.describe(balancer),
            "sku": read_part(balancer, "sku").get("name"),
            "backends": backends,
            "rules": rules,
        }


AZURE_LOAD_BALANCERS = InventoryTable(
    name="azure_load_balancers",
    cloud="azure",
    columns={**COMMON_COLUMNS, "sku": "varchar", "backends": "bigint", "rules": "bigint"},
    permissions=("Microsoft.Network/loadBalancers/read",),
    read=read_load_balancers,
    link="https://learn.microsoft.com/rest/api/load-balancer/load-balancers/list-all",
)
