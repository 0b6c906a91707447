"""Disks of VMs that are stopped for good."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import of_bill

STOPPED_INSTANCE_DISKS = InventoryCheck(
    name="stopped_instance_disks",
    title="Disks of VMs that stay stopped",
    clouds=("gcp",),
    rule="Every VM that a disk is attached to has been stopped or suspended for at least 30 days. Left out: disks and "
    "VMs with a protecting label, and those that GKE or another service makes.",
    why="A stopped VM costs nothing, its disks cost what they always did.",
    next_step="Take a snapshot of the disk, or an archive snapshot, and delete VM and disk.",
    saving_basis="The effective cost of the disk. A snapshot costs less, by how much data there is; it is not taken "
    "off.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="medium",
    links=("https://cloud.google.com/compute/docs/instances/stop-start-instance#billing",),
    tables=("gcp_disks", "gcp_instances"),
    parameters=(Parameter("min_days", 30, "What runs once a month has run by then."),),
    evidence=of_bill(
        "gcp_disks",
        """
        select
            disks.account_id, disks.region, disks.resource_id, disks.disk_type, disks.size_gb,
            users.vms, users.stopped_days,
            case when not users.is_known then 'since when its VMs are stopped is not known' end as unjudged
        from gcp_disks as disks
        inner join users using (account_id, region, resource_id)
        where disks.owner is null and not disks.is_protected
            and not coalesce(users.is_protected, false) and not coalesce(users.is_owned, false)
            and users.all_stopped and (not users.is_known or users.stopped_days >= $min_days)
        """,
        also="""
        attached as (
            select account_id, region, resource_id, unnest(users) as vm from gcp_disks
        ),
        users as (
            select
                attached.account_id, attached.region, attached.resource_id,
                string_agg(regexp_extract(attached.vm, '[^/]*$'), ', ' order by attached.vm) as vms,
                bool_and(coalesce(vms.status in ('TERMINATED', 'SUSPENDED', 'STOPPED'), true)) as all_stopped,
                bool_and(vms.stopped_at is not null) as is_known,
                bool_or(vms.is_protected) as is_protected,
                bool_or(vms.owner is not null) as is_owned,
                min(date_diff('day', cast(vms.stopped_at as date), looked_at.last_day)) as stopped_days
            from attached
            cross join looked_at
            left join gcp_instances as vms on attached.account_id = vms.account_id and attached.vm = vms.resource_id
            group by all
        ),""",
    ),
    reason="{resource_name} ({size_gb} GB of {disk_type}) belongs to {vms}, stopped for {stopped_days} days, and costs "
    "{monthly_cost} {currency} in 30 days",
)
