"""Development endpoints of AWS Glue that nobody deletes when they go home."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

DEV_ENDPOINT_ALWAYS_ON = BillCheck(
    name="dev_endpoint_always_on",
    title="Development endpoints that are never deleted",
    clouds=("aws",),
    rule="A development endpoint of AWS Glue (usage type ...DEVED-DPU-Hour) that was billed on each of the last 14 "
    "days, weekends too, on the average for two thirds of its busiest day at least: it is left on at night.",
    why="An endpoint is charged for as long as it is provisioned, whoever uses it, and never times out.",
    next_step="Delete it, and make it anew when somebody develops; or move to interactive sessions, which end by "
    "themselves.",
    saving_basis="What its DPU-hours cost, less ten hours on five days a week. Its busiest day is taken for one of 24 "
    "hours.",
    lever="schedule",
    component="compute",
    effort="low",
    risk_class="restorable",
    confidence="medium",
    links=(
        "https://docs.aws.amazon.com/glue/latest/dg/development.html",
        "https://docs.aws.amazon.com/glue/latest/dg/development-migration-checklist.html",
    ),
    parameters=(
        Parameter("days", 14, "Two weeks have two weekends."),
        Parameter("evenness", Decimal("0.66"), "The average day to the busiest: 16 of 24 hours are no working day."),
        Parameter("hours_on", Decimal(50), "Ten hours on five days of a week."),
    ),
    evidence=r"""
with days as (
    select source_name, account_id, region, resource_id, currency, days_ago, sum(quantity) as dpu_hours
    from usage_daily
    where cloud = 'aws' and charge_category = 'Usage' and resource_id is not null
        and regexp_matches(usage_type, '(^|-)DEVED-DPU-Hour$')
        -- the last day may not be complete
        and days_ago between 1 and $days
    group by all
),
always_on as (
    select
        source_name, account_id, region, resource_id, currency,
        cast(avg(dpu_hours) as double) as dpu_hours_a_day,
        168 * avg(dpu_hours) / max(dpu_hours) as hours_a_week
    from days
    group by all
    having count(*) = $days and avg(dpu_hours) >= max(dpu_hours) * $evenness and min(dpu_hours) > 0
)
select
    usage.source_name, usage.cloud, usage.account_id, usage.region, usage.resource_id, usage.currency,
    max(usage.billing_period) as billing_period,
    max(usage.service_name) as service_name,
    max(usage.resource_name) as resource_name,
    max(always_on.dpu_hours_a_day) as dpu_hours_a_day,
    max(always_on.hours_a_week) as hours_a_week,
    sum(usage.monthly_cost) as monthly_cost,
    share(sum(usage.monthly_cost), 1 - $hours_on / max(always_on.hours_a_week)) as monthly_saving
from usage_30d as usage
inner join always_on
    on usage.source_name = always_on.source_name
    and usage.account_id is not distinct from always_on.account_id
    and usage.region is not distinct from always_on.region
    and usage.resource_id = always_on.resource_id
    and usage.currency = always_on.currency
where usage.cloud = 'aws' and regexp_matches(usage.usage_type, '(^|-)DEVED-DPU-Hour$')
group by usage.source_name, usage.cloud, usage.account_id, usage.region, usage.resource_id, usage.currency
having sum(usage.monthly_cost) > 0 and min(usage.meter_last_days_ago) <= 2
""",
    reason="Development endpoint {resource_id} was there for about {hours_a_week} hours a week, {days} days in a row, "
    "and costs {monthly_cost} {currency} in 30 days; ten hours on five days cost {monthly_saving} {currency} less",
)
