"""Databases that nobody connects to."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import DATABASE_COMPUTE_METERS, of_bill, too_few_days

IDLE_CLOUD_SQL = InventoryCheck(
    name="idle_cloud_sql",
    title="Cloud SQL instances that nobody connects to",
    clouds=("gcp",),
    rule="A running Cloud SQL instance had no connection in any hour of the look-back window; of PostgreSQL, those of "
    "the service itself are not counted. Left out: instances younger than the window, replicas and what has replicas, "
    "and those with a protecting label.",
    why="A database server is paid for by the second, whether anybody asks it or not.",
    next_step="Stop it (activation policy NEVER), which keeps its data; export and delete it when nobody missed it.",
    saving_basis="The effective cost of its vCPUs and memory; storage, backups and addresses stay.",
    lever="delete",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=("https://cloud.google.com/sql/docs/postgres/recommender-sql-idle",),
    tables=("gcp_databases",),
    metrics=("gcp_database_connections",),
    parameters=(
        Parameter("max_connections", 0, "One connection may be the application's pool, however quiet."),
        Parameter("min_days", 10, "Of the 14 that are looked at; fewer may be a holiday."),
    ),
    evidence=of_bill(
        "gcp_databases",
        f"""
        select
            databases.account_id, databases.region, databases.resource_id, databases.engine, databases.tier,
            connections.maximum as most_connections, connections.days as measured_days,
            {too_few_days("connections", "who connects to it")} as unjudged
        from gcp_databases as databases
        left join gcp_database_connections as connections using (account_id, region, resource_id)
        where databases.state = 'RUNNABLE' and databases.activation_policy = 'ALWAYS'
            and databases.instance_type = 'CLOUD_SQL_INSTANCE' and len(databases.replicas) = 0
            and not databases.is_protected
            and databases.created_at < (select first_day from looked_at)
            and (unjudged is not null or connections.maximum <= $max_connections)
        """,
        meters=DATABASE_COMPUTE_METERS,
    ),
    reason="{resource_name} ({engine}, {tier}) had no connection on {measured_days} days; its vCPUs and memory cost "
    "{monthly_cost} {currency} in 30 days",
)
