"""Public addresses that belong to nothing."""

from savings.check import InventoryCheck
from savings.inventory.azure.costs import MIN_DAYS, with_costs

AZURE_PUBLIC_IP_UNUSED = InventoryCheck(
    name="azure_public_ip_unused",
    title="Public addresses that belong to nothing",
    clouds=("azure",),
    rule="A public address is in no configuration of an interface, balancer or gateway and of no NAT gateway, or its "
    "interface has no VM and no endpoint, and it has been billed for a week. Addresses of Kubernetes and Databricks "
    "and protected ones are left out, also by a tag of their interface.",
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
    tables=("azure_public_ips", "azure_network_interfaces"),
    evidence=f"""
with found as (
    select
        addresses.account_id, addresses.region, addresses.resource_id, addresses.sku, allocation, ip_address, prefix_id,
        interfaces.resource_id as interface_id,
        case
            when interfaces.resource_id is null then 'belongs to nothing'
            else 'belongs to an interface that nothing has'
        end as what,
        cast(null as varchar) as unjudged
    from azure_public_ips as addresses
    left join azure_network_interfaces as interfaces
        on interfaces.account_id = addresses.account_id
        and starts_with(lower(addresses.used_by), lower(interfaces.resource_id) || '/ipconfigurations/')
    where not addresses.is_protected and addresses.owner is null
        and (
            addresses.used_by is null
            or (interfaces.used_by is null and not interfaces.is_protected and interfaces.owner is null)
        )
){with_costs("azure_public_ips", says_unbilled=False)}""",
    reason="{resource_id} ({ip_address}) {what}; it costs {monthly_cost} {currency} in 30 days",
)
