"""Old snapshots of disks that are gone."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.azure.costs import FREE, MIN_DAYS, is_old_enough, with_costs

AZURE_SNAPSHOT_ORPHANED = InventoryCheck(
    name="azure_snapshot_orphaned",
    title="Old snapshots of disks that are gone",
    clouds=("azure",),
    rule="A snapshot is older than 90 days, and the disk that it was taken of is not there any more. Snapshots of "
    "Backup and Site Recovery and protected ones are left out; of a disk in a subscription whose disks are not read "
    "nobody here knows.",
    why="It is billed by its size for as long as it is kept, and mostly nobody knows what it was for.",
    next_step="Ask whoever it belongs to; keep what has to be kept in a vault with a date, and delete the others, "
    "which cannot be brought back.",
    saving_basis="Its effective cost.",
    lever="delete",
    component="all",
    effort="medium",
    risk_class="one_way",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/virtual-machines/disks-incremental-snapshots",),
    parameters=(
        MIN_DAYS,
        Parameter("min_age_days", 90, "A quarter: what nobody restored by then was not the copy before a change."),
    ),
    tables=("azure_snapshots", "azure_disks"),
    evidence=f"""
with found as (
    select
        account_id, region, resource_id, sku, size_gib, is_incremental, source_id,
        cast(created_at as date) as taken_on,
        case
            when created_at is null then 'when it was taken is not known'
            when source_id is null then 'what it was taken of is not known'
            when source_subscription <> lower(regexp_extract(account_id, '[^/]*$'))
                and source_subscription not in (select lower(account_id) from azure_disks)
                then 'it was taken of a disk in another subscription'
        end as unjudged
    from azure_snapshots
    where {FREE} and {is_old_enough()}
        and not exists (
            select 1 from azure_disks as disks
            where lower(disks.resource_id) = azure_snapshots.source_id
        )
        -- a copy of a snapshot, or of a point of restoring, has no disk by its nature
        and coalesce(source_id, '/disks/') like '%/disks/%'
){with_costs("azure_snapshots")}""",
    reason="{resource_id} ({size_gib} GiB) was taken on {taken_on} of a disk that is gone; it costs {monthly_cost} "
    "{currency} in 30 days",
)
