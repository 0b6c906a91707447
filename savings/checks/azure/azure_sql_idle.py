"""Databases of Azure SQL that nobody connects to."""

from savings.check import InventoryCheck
from savings.inventory.azure.costs import (
    FREE,
    MIN_AGE_DAYS,
    MIN_DAYS,
    is_old_enough,
    join_metrics,
    too_few_days,
    with_costs,
)

AZURE_SQL_IDLE = InventoryCheck(
    name="azure_sql_idle",
    title="SQL databases that nobody connects to",
    clouds=("azure",),
    rule="A database that is online had no connection and no open session in any hour of the window. Members of "
    "elastic pools, data warehouses, replicas and members of failover groups, paused, young and protected ones are "
    "left out.",
    why="Its tier is billed by the hour, whether anybody asks it or not.",
    next_step="Ask whoever it belongs to; export it or keep a long-term backup, then delete it. Azure keeps its own "
    "backups of a deleted database for as long as its retention says.",
    saving_basis="Its effective cost, storage and backups included. What a commitment covers counts apart.",
    lever="delete",
    component="all",
    effort="medium",
    risk_class="restorable",
    confidence="medium",
    links=(
        "https://learn.microsoft.com/azure/azure-sql/database/metrics-diagnostic-telemetry-logging-streaming-export-configure",
    ),
    parameters=(MIN_DAYS, MIN_AGE_DAYS),
    tables=("azure_sql_databases",),
    metrics=("azure_sql_connections", "azure_sql_sessions"),
    evidence=f"""
with found as (
    select
        t.account_id, t.region, t.resource_id, t.sku, t.capacity, connections.days as measured_days,
        {too_few_days(("connections", "how often somebody connects"), ("sessions", "its sessions"))} as unjudged
    from azure_sql_databases as t
    {join_metrics(("azure_sql_connections", "connections"), ("azure_sql_sessions", "sessions"))}
    where {FREE} and status = 'Online' and tier <> 'DataWarehouse' and pool_id is null
        and secondary_type is null and failover_group_id is null and {is_old_enough()}
        and coalesce(connections.maximum, 0) = 0 and coalesce(sessions.maximum, 0) = 0
){with_costs("azure_sql_databases")}""",
    reason="{resource_id} ({sku}, {capacity}) had no connection on {measured_days} days; it costs {monthly_cost} "
    "{currency} in 30 days",
)
