"""Managed disks that no machine has."""

from savings.check import InventoryCheck
from savings.inventory.azure.costs import FREE, MIN_AGE_DAYS, MIN_DAYS, is_old_enough, with_costs

AZURE_DISK_UNATTACHED = InventoryCheck(
    name="azure_disk_unattached",
    title="Managed disks that no VM has",
    clouds=("azure",),
    rule="The subscription says that a managed disk is unattached and names no VM that has it, and it has been so for "
    "two weeks. Disks of Kubernetes' volumes, of Site Recovery and of Databricks, those that are being uploaded or "
    "read from outside, and protected ones are left out.",
    why="A managed disk is billed by its size, whether a VM has it or not.",
    next_step="Take a snapshot, then delete the disk; the snapshot makes it again.",
    saving_basis="Its effective cost; a snapshot of it costs a part of that.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="high",
    links=("https://learn.microsoft.com/azure/virtual-machines/windows/find-unattached-disks",),
    parameters=(MIN_DAYS, MIN_AGE_DAYS),
    tables=("azure_disks",),
    evidence=f"""
with found as (
    select
        account_id, region, resource_id, sku, size_gib, state,
        cast(coalesce(detached_at, created_at) as varchar) as unattached_since,
        case
            when state is null then 'its state is not known'
            when len(attached_to) > 0 then 'its state is Unattached, yet it names a VM'
            when created_at is null then 'when it was made is not known'
        end as unjudged
    from azure_disks
    where {FREE} and coalesce(state, 'Unattached') = 'Unattached'
        and {is_old_enough("coalesce(detached_at, created_at)")}
){with_costs("azure_disks")}""",
    reason="{resource_id} ({sku}, {size_gib} GiB) is attached to nothing since {unattached_since}; it costs "
    "{monthly_cost} {currency} in 30 days",
)
