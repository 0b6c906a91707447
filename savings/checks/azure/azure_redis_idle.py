"""Caches that nobody asks."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.azure.costs import FREE, MIN_DAYS, join_metrics, too_few_days, with_costs

AZURE_REDIS_IDLE = InventoryCheck(
    name="azure_redis_idle",
    title="Redis caches that nobody asks",
    clouds=("azure",),
    rule="A cache had neither a get nor a set in any hour of the window, and never more than ten operations a second: "
    "lists, streams and messages are neither, and the service itself asks now and then. Caches that are linked to "
    "another one, the Enterprise tiers and protected ones are left out.",
    why="A cache is billed by the hour by its size.",
    next_step="Ask whoever it belongs to; export it if it is a Premium one, then delete it.",
    saving_basis="Its effective cost. What a commitment covers counts apart.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="one_way",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/azure-cache-for-redis/monitor-cache-reference",),
    parameters=(
        MIN_DAYS,
        Parameter("most_operations", Decimal(10), "A second: what the service asks of a cache without clients."),
    ),
    tables=("azure_redis_caches",),
    metrics=("azure_redis_gets", "azure_redis_sets", "azure_redis_operations"),
    evidence=f"""
with found as (
    select
        t.account_id, t.region, t.resource_id, t.tier, t.size, gets.days as measured_days,
        operations.maximum as most_operations_a_second,
        {too_few_days(("gets", "its gets"), ("sets", "its sets"), ("operations", "its operations"))} as unjudged
    from azure_redis_caches as t
    {join_metrics(("azure_redis_gets", "gets"), ("azure_redis_sets", "sets"), ("azure_redis_operations", "operations"))}
    where {FREE} and linked = 0 and coalesce(gets.total, 0) = 0 and coalesce(sets.total, 0) = 0
        and coalesce(operations.maximum, 0) <= $most_operations
){with_costs("azure_redis_caches")}""",
    reason="{resource_id} ({tier} {size}) had no get and no set on {measured_days} days; it costs {monthly_cost} "
    "{currency} in 30 days",
)
