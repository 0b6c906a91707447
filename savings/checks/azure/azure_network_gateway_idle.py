"""Gateways of virtual networks that connect nothing."""

from savings.check import InventoryCheck
from savings.inventory.azure.costs import FREE, MIN_DAYS, with_costs

AZURE_NETWORK_GATEWAY_IDLE = InventoryCheck(
    name="azure_network_gateway_idle",
    title="VPN and ExpressRoute gateways without a connection",
    clouds=("azure",),
    rule="A gateway of a virtual network has no connection, takes no clients (point to site), and has been billed for "
    "a week. One that takes clients is not judged: whether any come is not read. Protected ones are left out.",
    why="A gateway is billed by the hour by its size, connected or not.",
    next_step="Ask whoever runs the network, then delete it; to make it again takes up to 45 minutes, and its public "
    "address is another one.",
    saving_basis="Its effective cost.",
    lever="delete",
    component="all",
    effort="medium",
    risk_class="compensable",
    confidence="high",
    links=("https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpngateways",),
    parameters=(MIN_DAYS,),
    tables=("azure_virtual_network_gateways",),
    evidence=f"""
with found as (
    select
        account_id, region, resource_id, kind, sku,
        case when takes_clients then 'it takes clients, and whether any come is not known' end as unjudged
    from azure_virtual_network_gateways
    where {FREE} and connections = 0
){with_costs("azure_virtual_network_gateways")}""",
    reason="{resource_id} ({kind}, {sku}) has no connection; it costs {monthly_cost} {currency} in 30 days",
)
