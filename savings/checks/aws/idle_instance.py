"""EC2 instances that run and do nothing."""

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import columns_of, cost_of, is_unmeasured, join_costs, measured, why_kept, why_unmeasured

IDLE_INSTANCE = InventoryCheck(
    name="idle_instance",
    title="EC2 instances that do nothing",
    clouds=("aws",),
    rule="A running instance, launched two weeks ago or earlier, whose processor was never busier than 5 % in any "
    "minute that was measured and that moved less than 5 MB on each day, measured on at least 12 days.",
    why="An instance costs its hours whether it works or not.",
    next_step="Ask its owner, stop it, and after a while without complaint keep an image and terminate it.",
    saving_basis="Its effective cost of 30 days; its volumes go on until they are deleted too. What a commitment "
    "covers is counted apart.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=("https://docs.aws.amazon.com/compute-optimizer/latest/ug/view-idle-recommendations.html",),
    parameters=(
        Parameter("max_cpu", 5, "Percent in the busiest minutes; AWS' own advice calls it idle below 5 %."),
        Parameter("max_mb_a_day", 5, "Megabytes in and out; AWS' own advice has the same bound."),
        Parameter("min_days", 12, "Of two weeks; fewer may be those without work."),
        Parameter("min_age_days", 14, "Younger ones may be waiting for their work."),
    ),
    tables=("aws_instances",),
    metrics=("aws_instance_cpu", "aws_instance_network"),
    evidence=f"""
with {cost_of("aws_instances")},
busiest as (
    select account_id, region, resource_id, count(*) as days, max(bytes) / 1e6 as busiest_day_mb
    from (
        select account_id, region, resource_id, cast("at" as date) as day, sum("value") as bytes
        from aws_instance_network_samples
        group by all
    )
    group by all
)
select
    {columns_of("aws_instances")},
    costs.monthly_cost as monthly_saving,
    aws_instances.instance_type,
    aws_instances.launched_at,
    cpu.maximum as most_cpu,
    cpu.days as measured_days,
    busiest.busiest_day_mb,
    case
        {why_unmeasured(cpu="its processor", busiest="its network")}
        {why_kept("aws_instances", "launched_at")}
    end as unjudged
from aws_instances
{measured("aws_instances", cpu="aws_instance_cpu", busiest="busiest")}
{join_costs("aws_instances")}
where aws_instances.state = 'running'
    and (
        {is_unmeasured("cpu", "busiest")}
        or (cpu.maximum <= $max_cpu and busiest.busiest_day_mb <= $max_mb_a_day)
    )
""",
    reason="{resource_id} ({instance_type}) was never busier than {most_cpu} % and moved at most {busiest_day_mb} MB a "
    "day; it costs {monthly_cost} {currency} in 30 days",
)
