"""ElastiCache nodes that nobody asks anything."""

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import columns_of, cost_of, is_unmeasured, join_costs, measured, why_kept, why_unmeasured

IDLE_CACHE = InventoryCheck(
    name="idle_cache",
    title="Caches that nobody reads or writes",
    clouds=("aws",),
    rule="An available ElastiCache cluster, two weeks old or more, whose nodes had no command that reads or writes in "
    "any hour, measured on at least 12 days. Of a replication group, no node may have had one.",
    why="A node costs its hours whether anybody asks it or not.",
    next_step="Ask its owner. Take a backup if it holds anything that is nowhere else, and delete it.",
    saving_basis="Its effective cost of 30 days. What a reservation covers is counted apart.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="high",
    links=("https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.html",),
    parameters=(
        Parameter("min_days", 12, "Of two weeks; fewer may be those without work."),
        Parameter("min_age_days", 14, "Younger ones may be waiting for their application."),
    ),
    tables=("aws_caches",),
    metrics=("aws_cache_commands",),
    evidence=f"""
with {cost_of("aws_caches")},
groups as (
    select
        aws_caches.account_id, aws_caches.region, coalesce(replication_group, aws_caches.resource_id) as name,
        max(commands.total) as most_commands,
        min(coalesce(commands.days, 0)) as days
    from aws_caches
    {measured("aws_caches", commands="aws_cache_commands")}
    group by all
)
select
    {columns_of("aws_caches")},
    costs.monthly_cost as monthly_saving,
    aws_caches.name,
    aws_caches.node_type,
    aws_caches.engine,
    aws_caches.replication_group,
    groups.days as measured_days,
    case
        {why_unmeasured(groups="what is asked of it and its replicas")}
        {why_kept("aws_caches")}
    end as unjudged
from aws_caches
inner join groups
    on aws_caches.account_id = groups.account_id
    and aws_caches.region = groups.region
    and coalesce(aws_caches.replication_group, aws_caches.resource_id) = groups.name
{join_costs("aws_caches")}
where aws_caches.state = 'available' and ({is_unmeasured("groups")} or groups.most_commands = 0)
""",
    reason="{name} ({node_type}) had no command that reads or writes on {measured_days} days; it costs {monthly_cost} "
    "{currency} in 30 days",
)
