"""Snapshots whose volume is gone and that no image is made of."""

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import columns_of, cost_of, join_costs, why_kept

ORPHAN_SNAPSHOT = InventoryCheck(
    name="orphan_snapshot",
    title="Snapshots of volumes that are gone",
    clouds=("aws",),
    rule="A complete snapshot, 90 days old or more, whose volume the account has no more and that is part of no image. "
    "What AWS Backup or a lifecycle policy keeps, expires by itself and is left alone.",
    why="Snapshots outlive their volumes until somebody deletes them.",
    next_step="Ask its owner; delete it with a recycle bin rule in place.",
    saving_basis="Its effective cost of 30 days. Of a chain of snapshots, the next one takes over what both need.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="medium",
    links=("https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin.html",),
    parameters=(Parameter("min_age_days", 90, "A quarter: what was kept for the last one is over."),),
    tables=("aws_snapshots", "aws_volumes", "aws_images"),
    evidence=f"""
with {cost_of("aws_snapshots")},
snapshots as (
    select
        *,
        list_filter(map_keys(tags), tag -> tag like 'aws:dlm:%' or tag like 'aws:backup:%')[1] as kept_by
    from aws_snapshots
    where state = 'completed'
),
of_images as (
    select distinct account_id, region, unnest(snapshots) as resource_id from aws_images
)
select
    {columns_of("snapshots")},
    costs.monthly_cost as monthly_saving,
    snapshots.volume_id,
    snapshots.created_at,
    snapshots.size_gb,
    snapshots.tier,
    snapshots.description,
    case
        when snapshots.volume_id is null or snapshots.volume_id = 'vol-ffffffff'
            then 'it is a copy, and of which volume is not known'
        {why_kept("snapshots")}
    end as unjudged
from snapshots
left join aws_volumes
    on snapshots.account_id = aws_volumes.account_id
    and snapshots.region = aws_volumes.region
    and snapshots.volume_id = aws_volumes.resource_id
left join of_images
    on snapshots.account_id = of_images.account_id
    and snapshots.region = of_images.region
    and snapshots.resource_id = of_images.resource_id
{join_costs("snapshots")}
where aws_volumes.resource_id is null and of_images.resource_id is null and snapshots.kept_by is null
    -- one that the bill does not name costs nothing that could be saved
    and (costs.source_name is not null or snapshots.created_at is null)
""",
    reason="The volume {volume_id} of snapshot {resource_id} is gone, and no image is made of it; it costs "
    "{monthly_cost} {currency} in 30 days",
)
