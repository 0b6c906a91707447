"""Snapshots of machine images that nothing is launched from."""

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import columns_of, cost_of, why_hands_off

UNUSED_IMAGE = InventoryCheck(
    name="unused_image",
    title="Machine images that nothing is launched from",
    clouds=("aws",),
    rule="An image of the account's own, not public, made 90 days ago or earlier and not launched from since, that no "
    "instance, newest or default launch template or launch configuration names. Found is each of its snapshots that no "
    "other image shares.",
    why="An image costs what its snapshots cost until somebody deregisters it.",
    next_step="Ask its owner, deregister the image and delete its snapshots, with recycle bin rules for both in place.",
    saving_basis="The snapshot's effective cost of 30 days.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="medium",
    links=("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-last-launched-time.html",),
    parameters=(Parameter("min_age_days", 90, "A quarter: releases of before are not rolled out any more."),),
    tables=("aws_images", "aws_instances", "aws_launch_templates", "aws_snapshots"),
    evidence=f"""
with {cost_of("aws_snapshots")},
named as (
    select account_id, region, image_id from aws_instances
    union
    select account_id, region, image_id from aws_launch_templates
),
parts as (
    select
        images.*,
        unnest(snapshots) as snapshot_id,
        date_diff('day', cast(greatest(created_at, last_launched_at) as date), (select last_day + 1 from looked_at))
            as unused_days
    from aws_images as images
),
unused as (
    select
        parts.* exclude (resource_id),
        parts.resource_id as image_id,
        parts.snapshot_id as resource_id,
        count(*) over (partition by parts.account_id, parts.region, parts.snapshot_id) as images_of_it
    from parts
)
select
    {columns_of("unused").replace("costs.resource_name", "unused.image_id as resource_name")},
    costs.monthly_cost as monthly_saving,
    unused.image_id,
    unused.name as image_name,
    unused.created_at,
    unused.last_launched_at,
    unused.unused_days,
    case
        when unused.created_at is null then 'how old its image is, is not known'
        {why_hands_off("unused")}
        when snapshots.is_protected then 'protected by its tag ' || snapshots.protected_by
    end as unjudged
from unused
inner join costs
    on unused.account_id = costs.account_id
    and unused.region = costs.region
    and unused.resource_id = costs.inventory_id
inner join aws_snapshots as snapshots
    on unused.account_id = snapshots.account_id
    and unused.region = snapshots.region
    and unused.resource_id = snapshots.resource_id
left join named
    on unused.account_id = named.account_id and unused.region = named.region and unused.image_id = named.image_id
where named.image_id is null
    and unused.images_of_it = 1
    and unused.is_public is false
    and coalesce(unused.unused_days, $min_age_days) >= $min_age_days
""",
    reason="Nothing has been launched from image {image_id} for {unused_days} days, and nothing names it; its snapshot "
    "{resource_id} costs {monthly_cost} {currency} in 30 days",
)
