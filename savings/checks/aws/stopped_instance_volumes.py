"""Volumes of instances that were stopped long ago."""

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import columns_of, cost_of, join_costs, why_hands_off

STOPPED_INSTANCE_VOLUMES = InventoryCheck(
    name="stopped_instance_volumes",
    title="Volumes of instances that were stopped long ago",
    clouds=("aws",),
    rule="Every instance that the volume is attached to is stopped, and has been for at least 30 days.",
    why="A stopped instance costs nothing, its volumes cost what they always did.",
    next_step="Ask the owner of the instance; keep an image or snapshots, then terminate it with its volumes.",
    saving_basis="The volume's effective cost of 30 days. Snapshots of it cost about half per GB that is really used.",
    lever="delete",
    component="all",
    effort="medium",
    risk_class="restorable",
    confidence="medium",
    links=("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Stop_Start.html",),
    parameters=(Parameter("min_stopped_days", 30, "As AWS Trusted Advisor has it; some machines run once a month."),),
    tables=("aws_volumes", "aws_instances"),
    evidence=f"""
with {cost_of("aws_volumes")},
attachments as (
    select
        volumes.account_id, volumes.region, volumes.resource_id,
        list_sort(list(volumes.instance)) as instances,
        bool_and(coalesce(aws_instances.state = 'stopped', false)) as are_all_stopped,
        count(*) = count(aws_instances.stopped_at) as are_known,
        bool_or(coalesce(aws_instances.is_protected, false)) as is_instance_protected,
        min(date_diff('day', cast(aws_instances.stopped_at as date), (select last_day + 1 from looked_at)))
            as stopped_days
    from (select account_id, region, resource_id, unnest(attached_to) as instance from aws_volumes) as volumes
    left join aws_instances
        on volumes.account_id = aws_instances.account_id
        and volumes.region = aws_instances.region
        and volumes.instance = aws_instances.resource_id
    group by all
)
select
    {columns_of("aws_volumes")},
    costs.monthly_cost as monthly_saving,
    attachments.instances,
    attachments.stopped_days,
    aws_volumes.size_gb,
    aws_volumes.volume_type,
    case
        when not attachments.are_known then 'since when its instance is stopped is not known'
        when costs.source_name is null then 'the bill has no cost of it in the last days'
        when attachments.is_instance_protected then 'its instance is protected by a tag'
        {why_hands_off("aws_volumes")}
    end as unjudged
from aws_volumes
inner join attachments
    on aws_volumes.account_id = attachments.account_id
    and aws_volumes.region = attachments.region
    and aws_volumes.resource_id = attachments.resource_id
{join_costs("aws_volumes")}
where attachments.are_all_stopped
    and (not attachments.are_known or attachments.stopped_days >= $min_stopped_days)
""",
    reason="{resource_id} belongs to an instance that was stopped {stopped_days} days ago; it costs {monthly_cost} "
    "{currency} in 30 days",
)
