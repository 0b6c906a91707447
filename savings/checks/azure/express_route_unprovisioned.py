"""ExpressRoute circuits that their provider never set up, or has taken down."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.azure.costs import FREE, with_costs

EXPRESS_ROUTE_UNPROVISIONED = InventoryCheck(
    name="express_route_unprovisioned",
    title="ExpressRoute circuits that are not set up",
    clouds=("azure",),
    rule="A circuit of a connectivity provider whose state there is neither Provisioned nor Provisioning has been "
    "billed for 30 days. Circuits on ports of one's own have no provider; protected ones are left out.",
    why="A circuit is billed from the hour at which its service key is issued.",
    next_step="Ask the provider whether the order stands; else delete the circuit before the provider sets it up.",
    saving_basis="Its effective cost.",
    lever="delete",
    component="all",
    effort="medium",
    risk_class="compensable",
    confidence="high",
    links=("https://learn.microsoft.com/azure/expressroute/expressroute-workflows",),
    parameters=(Parameter("min_days", 30, "Days billed: a provider takes weeks to set up a circuit."),),
    tables=("azure_express_route_circuits",),
    evidence=f"""
with found as (
    select
        account_id, region, resource_id, sku, provider, provider_state,
        case when provider_state is null then 'its state at the provider is not known' end as unjudged
    from azure_express_route_circuits
    where {FREE} and not is_direct
        and coalesce(provider_state, 'NotProvisioned') in ('NotProvisioned', 'Deprovisioning', 'DeProvisioned')
){with_costs("azure_express_route_circuits")}""",
    reason="{resource_id} ({provider}) is {provider_state} at its provider; it costs {monthly_cost} {currency} in 30 "
    "days",
)
