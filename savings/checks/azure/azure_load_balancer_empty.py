"""Load balancers with nothing behind them."""

from savings.check import InventoryCheck
from savings.inventory.azure.costs import FREE, MIN_DAYS, WAITS_FOR_MACHINES, with_costs

AZURE_LOAD_BALANCER_EMPTY = InventoryCheck(
    name="azure_load_balancer_empty",
    title="Load balancers with nothing behind them",
    clouds=("azure",),
    rule="A load balancer has no address in any of its pools and no rule that goes to a machine, no scale set puts "
    "machines into it, and it has been billed for a week. Basic ones cost nothing; those of Kubernetes and Databricks "
    "and protected ones are left out.",
    why="A standard load balancer is billed by the hour for its rules, whether anything answers or not.",
    next_step="Delete it, and the public address with it; a template makes it again.",
    saving_basis="Its effective cost; its public address is a finding of its own once it is free.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://learn.microsoft.com/azure/load-balancer/load-balancer-overview",),
    parameters=(MIN_DAYS,),
    tables=("azure_load_balancers", "azure_scale_sets"),
    evidence=f"""
with found as (
    select account_id, region, resource_id, sku, rules, cast(null as varchar) as unjudged
    from azure_load_balancers
    where {FREE} and not {WAITS_FOR_MACHINES}
        and backends = 0
){with_costs("azure_load_balancers", says_unbilled=False)}""",
    reason="{resource_id} has {rules} rules and nothing behind them; it costs {monthly_cost} {currency} in 30 days",
)
