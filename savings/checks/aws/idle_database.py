"""RDS instances that nobody connects to."""

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import columns_of, cost_of, is_unmeasured, join_costs, measured, why_kept, why_unmeasured

IDLE_DATABASE = InventoryCheck(
    name="idle_database",
    title="Databases that nobody connects to",
    clouds=("aws",),
    rule="An available RDS instance, two weeks old or more, that had no connection in any hour, measured on at least "
    "12 days. Replicas, what is replicated and members of clusters are left out: they stand by, or the whole counts.",
    why="A database costs its hours and its storage whether anybody asks it or not.",
    next_step="Ask its owner. Take a final snapshot and delete it; one that is only stopped starts by itself after "
    "seven days.",
    saving_basis="Its effective cost of 30 days, storage too; a final snapshot costs its size. What a reservation "
    "covers is counted apart.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="high",
    links=("https://docs.aws.amazon.com/awssupport/latest/user/cost-optimization-checks.html",),
    parameters=(
        Parameter("max_connections", 0, "Monitoring of AWS' own is not counted; whoever connects, uses it."),
        Parameter("min_days", 12, "Of two weeks; AWS Trusted Advisor takes seven days."),
        Parameter("min_age_days", 14, "Younger ones may be waiting for their application."),
    ),
    tables=("aws_databases",),
    metrics=("aws_database_connections",),
    evidence=f"""
with {cost_of("aws_databases")}
select
    {columns_of("aws_databases")},
    costs.monthly_cost as monthly_saving,
    aws_databases.name,
    aws_databases.instance_class,
    aws_databases.engine,
    connections.days as measured_days,
    case
        {why_unmeasured(connections="connections")}
        {why_kept("aws_databases")}
    end as unjudged
from aws_databases
{measured("aws_databases", connections="aws_database_connections")}
{join_costs("aws_databases")}
where aws_databases.state = 'available'
    and aws_databases.cluster is null
    and aws_databases.replica_of is null
    and len(coalesce(aws_databases.replicas, [])) = 0
    and ({is_unmeasured("connections")} or connections.maximum <= $max_connections)
""",
    reason="{name} ({instance_class}) had no connection on {measured_days} days; it costs {monthly_cost} {currency} in "
    "30 days",
)
