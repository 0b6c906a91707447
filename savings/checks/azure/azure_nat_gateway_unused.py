"""NAT gateways that no subnet goes out through."""

from savings.check import InventoryCheck
from savings.inventory.azure.costs import FREE, MIN_DAYS, with_costs

AZURE_NAT_GATEWAY_UNUSED = InventoryCheck(
    name="azure_nat_gateway_unused",
    title="NAT gateways that no subnet uses",
    clouds=("azure",),
    rule="A NAT gateway names no subnet and no virtual network, and has been billed for a week. Those of Kubernetes "
    "and Databricks and protected ones are left out.",
    why="It is billed by the hour, with or without traffic.",
    next_step="Delete it, and its public addresses if nobody lets them in; a template makes it again.",
    saving_basis="Its effective cost; its public addresses are findings of their own once they are free.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://learn.microsoft.com/azure/nat-gateway/nat-overview",),
    parameters=(MIN_DAYS,),
    tables=("azure_nat_gateways",),
    evidence=f"""
with found as (
    select account_id, region, resource_id, sku, cast(null as varchar) as unjudged
    from azure_nat_gateways
    where {FREE} and len(serves) = 0
){with_costs("azure_nat_gateways")}""",
    reason="{resource_id} serves no subnet; it costs {monthly_cost} {currency} in 30 days",
)
