"""Databases that are stopped for good and still stored."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import DATABASE_COMPUTE_METERS, of_bill

STOPPED_CLOUD_SQL = InventoryCheck(
    name="stopped_cloud_sql",
    title="Stopped Cloud SQL instances that are still stored",
    clouds=("gcp",),
    rule="A Cloud SQL instance is stopped (activation policy NEVER), and no vCPU or memory of it was billed in the "
    "last "
    "30 days. Left out: instances with a protecting label, replicas, and those younger than 30 days.",
    why="A stopped instance pays for its storage, its backups and its address.",
    next_step="Export it into a bucket and delete it.",
    saving_basis="Everything that the bill has of it in 30 days. What the export costs is not taken off.",
    lever="delete",
    component="all",
    effort="medium",
    risk_class="restorable",
    confidence="high",
    links=("https://cloud.google.com/sql/docs/postgres/start-stop-restart-instance",),
    tables=("gcp_databases",),
    parameters=(Parameter("min_days", 30, "What runs once a month has run by then."),),
    evidence=of_bill(
        "gcp_databases",
        f"""
        select
            account_id, region, resource_id, engine, tier, disk_gb,
            cast(null as varchar) as unjudged
        from gcp_databases as databases
        cross join looked_at
        where activation_policy = 'NEVER' and instance_type = 'CLOUD_SQL_INSTANCE' and not is_protected
            and date_diff('day', cast(created_at as date), looked_at.last_day) >= $min_days
            and not exists (
                select 1
                from gcp_databases_billed as billed
                where billed.account_id = databases.account_id
                    and billed.inventory_id = databases.resource_id
                    and {DATABASE_COMPUTE_METERS}
            )
        """,
    ),
    reason="{resource_name} ({engine}) has been stopped for at least {min_days} days and costs {monthly_cost} "
    "{currency} "
    "in 30 days for {disk_gb} GB",
)
