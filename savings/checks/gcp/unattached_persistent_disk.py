"""Persistent disks that are attached to nothing."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import of_bill

UNATTACHED_PERSISTENT_DISK = InventoryCheck(
    name="unattached_persistent_disk",
    title="Persistent disks that are attached to nothing",
    clouds=("gcp",),
    rule="No VM has the disk, and none had for 15 days; it is older than that. Left out: disks with a protecting "
    "label, "
    "and volumes of Kubernetes, which belong to a claim.",
    why="A disk costs the same whether a VM uses it or not.",
    next_step="Take a snapshot and delete the disk; one that was never attached may be deleted as it is.",
    saving_basis="The effective cost of the disk. A snapshot costs less, by how much data there is; it is not taken "
    "off.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="high",
    links=("https://cloud.google.com/compute/docs/viewing-and-applying-idle-resources-recommendations",),
    tables=("gcp_disks",),
    parameters=(Parameter("min_days", 15, "What Google's own recommender waits for."),),
    evidence=of_bill(
        "gcp_disks",
        """
        select
            account_id, region, resource_id, disk_type, size_gb,
            date_diff('day', cast(coalesce(detached_at, created_at) as date), looked_at.last_day) as unattached_days,
            attached_at is not null as was_attached,
            case when status <> 'READY' then 'its state is ' || status end as unjudged
        from gcp_disks
        cross join looked_at
        where len(users) = 0 and owner is null and not is_protected
            and date_diff('day', cast(created_at as date), looked_at.last_day) >= $min_days
            and unattached_days >= $min_days
        """,
    ),
    reason="{resource_name} ({size_gb} GB of {disk_type}) is attached to nothing for {unattached_days} days and costs "
    "{monthly_cost} {currency} in 30 days",
)
