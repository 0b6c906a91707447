"""Machines and databases outside production that also run at night and on weekends."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.conditions import is_nonproduction, is_still_billed

NONPROD_ALWAYS_ON = BillCheck(
    name="nonprod_always_on",
    title="Running day and night outside production",
    clouds=("any",),
    rule="A machine or database, in an environment of development, test or staging by its tag or, without one, by the "
    "name of its account, that was billed on demand for at least 160 of 168 hours in each of the last four weeks: EC2 "
    "and RDS instances, Azure virtual machines, Compute Engine instances. Google bills vCPU-hours, so there every day "
    "must have as many of them as the others, a whole number of vCPUs for 24 hours, and, where the export has hours, a "
    "charge for each. Sets of machines that share one resource are left out.",
    why="Ten hours on five days are 50 of a week's 168.",
    next_step="Stop it on a schedule outside working hours; what must run through gets a tag that says so. A database "
    "that is stopped starts by itself after seven days, and so needs the schedule too.",
    saving_basis="118 of 168 of what its hours cost on demand; storage and what a commitment covers stay.",
    lever="schedule",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="high",
    links=(
        "https://docs.aws.amazon.com/solutions/latest/instance-scheduler-on-aws/solution-overview.html",
        "https://cloud.google.com/compute/docs/instances/schedule-instance-start-stop",
        "https://learn.microsoft.com/azure/azure-functions/start-stop-vms/overview",
    ),
    parameters=(
        Parameter("min_hours", Decimal(160), "Of a week's 168: a restart or a patch is not a schedule."),
        Parameter("hours_off", Decimal(118), "A week less 10 hours on 5 days."),
        Parameter("evenness", Decimal("0.05"), "How far a day of vCPU-hours may be from the most of any day."),
    ),
    evidence=f"""
with hours as (
    select
        usage.*,
        case when cloud = 'gcp' then quantity else consumed_quantity end as billed_hours
    from usage_daily as usage
    where charge_category = 'Usage' and days_ago < 28 and resource_id is not null
        and pricing_category = 'Standard' and coalesce(consumed_quantity, 0) > 0
        and (
            (cloud = 'aws' and regexp_matches(
                usage_type, '(^|-)(BoxUsage:|InstanceUsage(IOOptimized)?:db\\.|Multi-AZUsage(IOOptimized)?:db\\.)'
            ))
            or (cloud = 'azure' and meter_category = 'Virtual Machines' and consumed_unit ilike 'hours')
            or (cloud = 'gcp' and regexp_matches(usage_type, 'Instance (Core|Ram) running in'))
        )
        and {is_nonproduction("usage")}
),
by_day as (
    select
        source_name, cloud, account_id, region, resource_id, currency, days_ago,
        sum(billed_hours) filter (cloud <> 'gcp' or usage_type like '%Core running%') as day_hours,
        sum(charge_count) filter (usage_type like '%Core running%') as day_charges
    from hours
    group by all
    having day_hours > 0
),
by_week as (
    select
        * exclude (days_ago, day_hours, day_charges),
        days_ago // 7 as week,
        count(*) as days,
        sum(day_hours) as week_hours,
        max(day_hours) as most,
        min(day_hours) as least,
        min(day_charges) as fewest_charges,
        max(day_charges) as most_charges
    from by_day
    group by all
),
always_on as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        min(case when cloud = 'gcp' then days * 24 else week_hours end) as least_week_hours,
        max(most) as most_hours
    from by_week
    group by all
    having count(*) = 4
        and case
            when cloud = 'gcp' then
                min(days) = 7
                and min(least) >= max(most) * (1 - $evenness)
                -- an export by the hour has a charge for each of them
                and (max(most_charges) = 1 or min(fewest_charges) >= 23)
                -- vCPUs of a machine: one, or an even number
                and abs(max(most) / 24 - round(max(most) / 24)) < 0.01
                and (round(max(most) / 24) = 1 or round(max(most) / 24) % 2 = 0)
            -- more than a day in a day: several machines under one name
            else min(week_hours) >= $min_hours and max(most) <= 25
        end
)
select
    usage.source_name, usage.cloud, usage.account_id, usage.region, usage.resource_id, usage.currency,
    max(usage.billing_period) as billing_period,
    max(usage.service_name) as service_name,
    max(usage.resource_name) as resource_name,
    coalesce(max(usage.environment), max(usage.account_name)) as environment,
    max(coalesce(usage.instance_type, usage.usage_type)) as instance_type,
    max(always_on.least_week_hours) as least_week_hours,
    coalesce(sum(usage.monthly_cost) filter (usage.pricing_category = 'Standard'), 0) as monthly_cost,
    coalesce(sum(usage.monthly_cost) filter (usage.pricing_category = 'Committed'), 0) as covered_cost,
    share(
        coalesce(sum(usage.monthly_cost) filter (usage.pricing_category = 'Standard'), 0), $hours_off / 168.0
    ) as monthly_saving
from usage_30d as usage
inner join always_on
    on usage.source_name = always_on.source_name
    and usage.cloud = always_on.cloud
    and usage.account_id is not distinct from always_on.account_id
    and usage.region is not distinct from always_on.region
    and usage.resource_id = always_on.resource_id
    and usage.currency = always_on.currency
where (
        (usage.cloud = 'aws' and regexp_matches(
            usage.usage_type, '(^|-)(BoxUsage:|InstanceUsage(IOOptimized)?:db\\.|Multi-AZUsage(IOOptimized)?:db\\.)'
        ))
        or (
            usage.cloud = 'azure' and usage.meter_category = 'Virtual Machines' and usage.consumed_unit ilike 'hours'
        )
        or (usage.cloud = 'gcp' and regexp_matches(usage.usage_type, 'Instance (Core|Ram) running in'))
    )
    and {is_nonproduction("usage")}
    and {is_still_billed("usage")}
group by usage.source_name, usage.cloud, usage.account_id, usage.region, usage.resource_id, usage.currency
having monthly_saving > 0
""",
    reason="{resource_id} of {environment} ran at least {least_week_hours} of 168 hours in each of four weeks for "
    "{monthly_cost} {currency} in 30 days; ten hours on five days cost {monthly_saving} {currency} less",
)
