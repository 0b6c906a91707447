"""Redshift clusters that nobody asks anything."""

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import columns_of, cost_of, is_unmeasured, join_costs, measured, why_kept, why_unmeasured

IDLE_REDSHIFT = InventoryCheck(
    name="idle_redshift",
    title="Redshift clusters that nobody uses",
    clouds=("aws",),
    rule="An available cluster, two weeks old or more, that had no connection in any hour and was busier than 5 % in "
    "no more than one of a hundred, measured on at least 12 days.",
    why="A cluster costs the hours of its nodes whether anybody asks it or not.",
    next_step="Pause it, which keeps its data for the price of storage; after a while without complaint take a "
    "snapshot and delete it.",
    saving_basis="The effective cost of its nodes' hours, of 30 days. What reserved nodes cover is counted apart.",
    lever="delete",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=("https://docs.aws.amazon.com/redshift/latest/mgmt/rs-mgmt-pause-resume-cluster.html",),
    parameters=(
        Parameter("max_cpu", 5, "Percent; AWS Trusted Advisor calls it underused below 5 % nearly always."),
        Parameter("min_days", 12, "Of two weeks; fewer may be those without work."),
        Parameter("min_age_days", 14, "Younger ones may be waiting for their data."),
    ),
    tables=("aws_redshift_clusters",),
    metrics=("aws_redshift_connections", "aws_redshift_cpu"),
    evidence=f"""
with {cost_of("aws_redshift_clusters", "regexp_matches(usage_type, '(^|-)Node:')")}
select
    {columns_of("aws_redshift_clusters")},
    costs.monthly_cost as monthly_saving,
    aws_redshift_clusters.name,
    aws_redshift_clusters.node_type,
    aws_redshift_clusters.nodes,
    cpu.p99 as cpu_p99,
    connections.days as measured_days,
    case
        {why_unmeasured(connections="connections", cpu="its processors")}
        {why_kept("aws_redshift_clusters")}
    end as unjudged
from aws_redshift_clusters
{measured("aws_redshift_clusters", connections="aws_redshift_connections", cpu="aws_redshift_cpu")}
{join_costs("aws_redshift_clusters")}
where aws_redshift_clusters.state = 'available'
    and ({is_unmeasured("connections", "cpu")} or (connections.maximum = 0 and cpu.p99 <= $max_cpu))
""",
    reason="{name} ({nodes} x {node_type}) had no connection on {measured_days} days; its nodes cost {monthly_cost} "
    "{currency} in 30 days",
)
