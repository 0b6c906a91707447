"""Elastic pools without a database."""

from savings.check import InventoryCheck
from savings.inventory.azure.costs import FREE, MIN_AGE_DAYS, MIN_DAYS, is_old_enough, with_costs

AZURE_SQL_POOL_EMPTY = InventoryCheck(
    name="azure_sql_pool_empty",
    title="SQL elastic pools without a database",
    clouds=("azure",),
    rule="An elastic pool is two weeks old and no database of the subscription is in it. Protected ones are left out.",
    why="A pool is billed for its DTUs or vCores, not for the databases in it.",
    next_step="Delete the pool; a template makes it again.",
    saving_basis="Its effective cost. What a commitment covers counts apart.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://learn.microsoft.com/azure/azure-sql/database/elastic-pool-overview",),
    parameters=(MIN_DAYS, MIN_AGE_DAYS),
    tables=("azure_sql_pools", "azure_sql_databases"),
    evidence=f"""
with found as (
    select account_id, region, resource_id, tier, capacity, cast(null as varchar) as unjudged
    from azure_sql_pools
    where {FREE} and {is_old_enough()}
        and not exists (
            select 1 from azure_sql_databases as databases
            where databases.account_id = azure_sql_pools.account_id
                and lower(databases.pool_id) = lower(azure_sql_pools.resource_id)
        )
){with_costs("azure_sql_pools")}""",
    reason="{resource_id} ({tier}, {capacity}) has no database; it costs {monthly_cost} {currency} in 30 days",
)
