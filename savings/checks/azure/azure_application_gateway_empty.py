"""Application gateways with nothing behind them."""

from savings.check import InventoryCheck
from savings.inventory.azure.costs import FREE, MIN_DAYS, WAITS_FOR_MACHINES, with_costs

AZURE_APPLICATION_GATEWAY_EMPTY = InventoryCheck(
    name="azure_application_gateway_empty",
    title="Application gateways with nothing behind them",
    clouds=("azure",),
    rule="A running application gateway has no address in any of its pools and redirects nothing, no scale set puts "
    "machines into it, and it has been billed for a week. Those of Kubernetes and protected ones are left out.",
    why="A gateway is billed by the hour from its start, without any traffic.",
    next_step="Stop it, which ends the billing and keeps its settings; delete it when nobody misses it.",
    saving_basis="Its effective cost.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=("https://learn.microsoft.com/azure/application-gateway/understanding-pricing",),
    parameters=(MIN_DAYS,),
    tables=("azure_application_gateways", "azure_scale_sets"),
    evidence=f"""
with found as (
    select
        account_id, region, resource_id, sku, state,
        case when state is null then 'whether it runs is not known' end as unjudged
    from azure_application_gateways
    where {FREE} and not {WAITS_FOR_MACHINES}
        and backends = 0 and redirects = 0 and coalesce(state, 'Running') = 'Running'
){with_costs("azure_application_gateways")}""",
    reason="{resource_id} ({sku}) runs with nothing behind it; it costs {monthly_cost} {currency} in 30 days",
)
