"""Auto Scaling groups that always run more than their work needs, because their minimum says so."""

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import cost_of, is_unmeasured, measured, why_hands_off, why_unmeasured

SCALING_FLOOR = InventoryCheck(
    name="scaling_floor",
    title="Auto Scaling groups with too high a minimum",
    clouds=("aws",),
    rule="A group that had its minimum of instances in every hour and no more, and whose processors' 99th percentile "
    "of the hours' mean would stay at 60 % with fewer. At least two instances stay, and one in each zone. Found is "
    "each instance that would not run. Groups must publish their metrics.",
    why="A group does not scale in below its minimum, however little there is to do.",
    next_step="Lower the group's minimum and desired capacity by one at a time, and watch it.",
    saving_basis="What the instance's hours cost on demand; what a commitment covers is counted apart.",
    lever="delete",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-capacity-limits.html",),
    parameters=(
        Parameter("target_cpu", 60, "Percent that the processors may reach; minutes are busier than their hour."),
        Parameter("least", 2, "Instances that stay, so that one may fail."),
        Parameter("min_days", 10, "Of two weeks, so that two weekends and one Monday at least are seen."),
    ),
    tables=("aws_scaling_groups", "aws_instances"),
    metrics=("aws_scaling_group_cpu", "aws_scaling_group_size"),
    evidence=f"""
with {cost_of("aws_instances", "regexp_matches(usage_type, '(^|-)(BoxUsage|SpotUsage)')")},
floors as (
    select
        aws_scaling_groups.*,
        cpu.p99 as cpu_p99,
        least(
            min_size,
            greatest($least, zones, cast(ceil(min_size * coalesce(cpu.p99, 0) / $target_cpu) as bigint))
        ) as needed
    from aws_scaling_groups
    {measured("aws_scaling_groups", cpu="aws_scaling_group_cpu", size="aws_scaling_group_size")}
    where desired = min_size and len(instances) = min_size
        and ({is_unmeasured("cpu", "size")} or size.maximum <= min_size)
),
surplus as (
    select * from (
        select
            floors.account_id, floors.region, floors.resource_id as group_name, floors.cpu_p99, floors.min_size,
            floors.needed, floors.tags, floors.is_protected, floors.protected_by,
            unnest(list_sort(floors.instances)) as resource_id,
            generate_subscripts(floors.instances, 1) as place
        from floors
    )
    where place > needed
)
select
    costs.source_name,
    costs.billing_period,
    'aws' as cloud,
    surplus.account_id,
    surplus.region,
    costs.billed_as as resource_id,
    costs.currency,
    costs.service_name,
    surplus.group_name as resource_name,
    costs.monthly_cost,
    costs.covered_cost,
    costs.monthly_cost as monthly_saving,
    surplus.group_name,
    surplus.min_size,
    surplus.needed,
    surplus.cpu_p99,
    -- which instance it is changes; that the group has one too many does not
    surplus.group_name || '/' || surplus.place || ' ' || costs.currency as finding_key,
    case
        {why_unmeasured(cpu="the processor of its group", size="the size of its group")}
        {why_hands_off("surplus")}
    end as unjudged
from surplus
inner join costs
    on surplus.account_id = costs.account_id
    and surplus.region = costs.region
    and surplus.resource_id = costs.inventory_id
left join aws_scaling_group_cpu as cpu
    on surplus.account_id = cpu.account_id and surplus.region = cpu.region and surplus.group_name = cpu.resource_id
left join aws_scaling_group_size as size
    on surplus.account_id = size.account_id and surplus.region = size.region and surplus.group_name = size.resource_id
""",
    reason="{group_name} never has more than its minimum of {min_size} instances, busy to {cpu_p99} %; {needed} would "
    "do, and {resource_id} costs {monthly_cost} {currency} in 30 days",
)
