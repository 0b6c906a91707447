"""Public addresses that belong to nothing."""

from savings.check import InventoryCheck
from savings.inventory.azure.costs import FREE, MIN_DAYS, with_costs

AZURE_PUBLIC_IP_UNUSED = InventoryCheck(
    name="azure_public_ip_unused",
    title="Public addresses that belong to nothing",
    clouds=("azure",),
    rule="A public address is in no configuration of an interface, balancer or gateway and of no NAT gateway, and has "
    "been billed for a week. Addresses of Kubernetes and Databricks and protected ones are left out. An interface "
    "without a VM is not looked for.",
    why="A static address is billed by the hour, used or not.",
    next_step="See whether a partner lets this address in, then delete it; the same one does not come back, unless it "
    "is of a prefix of your own.",
    saving_basis="Its effective cost.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses",),
    parameters=(MIN_DAYS,),
    tables=("azure_public_ips",),
    evidence=f"""
with found as (
    select account_id, region, resource_id, sku, allocation, ip_address, prefix_id, cast(null as varchar) as unjudged
    from azure_public_ips
    where {FREE} and used_by is null
){with_costs("azure_public_ips", says_unbilled=False)}""",
    reason="{resource_id} ({ip_address}) belongs to nothing; it costs {monthly_cost} {currency} in 30 days",
)
