"""Snapshots of disks that are gone."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import of_bill

ORPHANED_DISK_SNAPSHOT = InventoryCheck(
    name="orphaned_disk_snapshot",
    title="Old snapshots of disks that are gone",
    clouds=("gcp",),
    rule="A snapshot is older than 90 days and its disk is not in the project any more. Left out: snapshots with a "
    "protecting label. Where disks of the disk's region could not be read, it is not judged.",
    why="A snapshot outlives its disk, and nobody looks after it.",
    next_step="Ask the owner whether the data must be kept: it may be the only copy. What must be kept goes into an "
    "archive snapshot, the rest is deleted, all snapshots of a disk together.",
    saving_basis="The effective cost of the snapshot. Snapshots hold what changed since the one before; where only "
    "some "
    "of a disk's are deleted, what the others need moves to them.",
    lever="delete",
    component="all",
    effort="medium",
    risk_class="one_way",
    confidence="medium",
    links=("https://cloud.google.com/compute/docs/disks/snapshots#deleting_snapshots",),
    tables=("gcp_snapshots",),
    parameters=(Parameter("min_days", 90, "A quarter: what was kept for a change that went wrong is known by then."),),
    evidence=of_bill(
        "gcp_snapshots",
        """
        select
            account_id, region, resource_id, source_disk, is_scheduled,
            date_diff('day', cast(created_at as date), looked_at.last_day) as age_days,
            round(size_bytes / 1024.0 ** 3, 2) as size_gib,
            case
                when is_source_there is null then 'whether its disk is still there is not known'
                when status <> 'READY' then 'its state is ' || status
            end as unjudged
        from gcp_snapshots
        cross join looked_at
        where not is_protected and age_days >= $min_days and is_source_there is distinct from true
        """,
    ),
    reason="{resource_name} is {age_days} days old, its disk {source_disk} is gone, and it costs {monthly_cost} "
    "{currency} in 30 days",
)
