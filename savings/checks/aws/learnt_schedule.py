"""EC2 instances that do nothing in the same hours of every week."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import (
    columns_of,
    cost_of,
    is_unmeasured,
    join_costs,
    measured,
    why_hands_off,
    why_unmeasured,
)

LEARNT_SCHEDULE = InventoryCheck(
    name="learnt_schedule",
    title="EC2 instances that rest in the same hours of every week",
    clouds=("aws",),
    rule="A running instance on demand that did nothing in the same hours of every week looked at: its processor was "
    "not busier than 5 % in any minute and it moved less than 5 MB in the hour. Only six such hours in a row count, at "
    "least 40 of 168, and it must work in some others.",
    why="What rests at night and on weekends could be off then.",
    next_step="Stop and start it on the schedule in the evidence (UTC), after asking whether anything must reach it "
    "then; a tag says so where it must.",
    saving_basis="The share of those hours in what its hours cost on demand; volumes and what a commitment covers "
    "stay.",
    lever="schedule",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://docs.aws.amazon.com/solutions/latest/instance-scheduler-on-aws/solution-overview.html",),
    parameters=(
        Parameter("max_cpu", 5, "Percent in the busiest minutes of an hour: what a machine takes for itself."),
        Parameter("max_mb", 5, "Megabytes in and out in an hour: agents report that much."),
        Parameter("min_run", 6, "Hours in a row; for less nobody stops a machine."),
        Parameter("min_hours", 40, "Of a week's 168; for less a schedule is not worth its risk."),
        Parameter("min_weeks", 2, "In which an hour must have been one of rest: once is chance."),
        Parameter("min_days", 14, "Two weeks."),
        Parameter("max_share", Decimal("0.95"), "What always rests is idle, which is another finding."),
    ),
    tables=("aws_instances",),
    metrics=("aws_instance_cpu", "aws_instance_network"),
    evidence=f"""
with {cost_of("aws_instances", "regexp_matches(usage_type, '(^|-)BoxUsage')")},
hours as (
    select
        cpu.account_id, cpu.region, cpu.resource_id,
        (isodow(cpu."at") - 1) * 24 + hour(cpu."at") as hour_of_week,
        count(*) as weeks,
        bool_and(cpu."value" <= $max_cpu and network."value" <= $max_mb * 1e6) as is_rest
    from aws_instance_cpu_samples as cpu
    inner join aws_instance_network_samples as network
        on cpu.account_id = network.account_id
        and cpu.region = network.region
        and cpu.resource_id = network.resource_id
        and cpu."at" = network."at"
    group by all
),
runs as (
    select
        account_id, region, resource_id, run, min(hour_of_week) as first_hour, count(*) as run_hours
    from (
        select
            *,
            hour_of_week - row_number() over (partition by account_id, region, resource_id order by hour_of_week) as run
        from hours
        where is_rest and weeks >= $min_weeks
    )
    group by all
    having count(*) >= $min_run
),
rests as (
    select
        account_id, region, resource_id,
        sum(run_hours) as rest_hours,
        list(
            ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][first_hour // 24 + 1] || ' '
            || lpad(cast(first_hour % 24 as varchar), 2, '0') || ':00 UTC for ' || run_hours || ' h' order by first_hour
        ) as rests
    from runs
    group by all
),
seen as (
    select account_id, region, resource_id, count(*) as seen_hours from hours group by all
)
select
    {columns_of("aws_instances")},
    share(costs.monthly_cost, rests.rest_hours / seen.seen_hours) as monthly_saving,
    aws_instances.instance_type,
    rests.rest_hours,
    seen.seen_hours,
    rests.rests,
    case
        {why_unmeasured(cpu="its processor", network="its network")}
        when costs.source_name is null then 'the bill has no hours of it in the last days'
        {why_hands_off("aws_instances")}
    end as unjudged
from aws_instances
{measured("aws_instances", cpu="aws_instance_cpu", network="aws_instance_network", rests="rests", seen="seen")}
{join_costs("aws_instances")}
where aws_instances.state = 'running'
    and aws_instances.lifecycle = 'on-demand'
    and (
        {is_unmeasured("cpu", "network")}
        or (rests.rest_hours >= $min_hours and rests.rest_hours <= seen.seen_hours * $max_share)
    )
    and (costs.source_name is null or costs.monthly_cost > 0)
""",
    reason="{resource_id} ({instance_type}) rests in {rest_hours} of {seen_hours} hours of every week; off in those it "
    "costs {monthly_saving} {currency} less than the {monthly_cost} of 30 days",
)
