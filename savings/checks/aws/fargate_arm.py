"""Containers on Fargate that run on x86."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

FARGATE_ARM = BillCheck(
    name="fargate_arm",
    title="Fargate tasks on x86 that cost less on Arm",
    clouds=("aws",),
    rule="A Fargate task's vCPU and memory are billed on demand for Linux on x86; not Spot, not Windows. Tasks that "
    "lived less than a week are added up by their cluster.",
    why="vCPU and memory on Arm cost a fifth less.",
    next_step="Build the image for Arm too, and let the task definition ask for it.",
    saving_basis="Its effective cost of vCPU and memory on demand, of 30 days, times the share that Arm costs less: by "
    "what the customer pays for vCPU on Arm in the region, or a fifth. What a savings plan covers is counted apart.",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="high",
    links=(
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-arm64.html",
        "https://aws.amazon.com/fargate/pricing/",
    ),
    parameters=(
        Parameter(
            "saved_share", Decimal("0.2"), "vCPU 0.03238 to 0.04048 USD an hour, memory alike (Fargate pricing)."
        ),
        Parameter("min_days", 7, "A task that lived shorter says nothing of a month; its cluster does."),
    ),
    evidence=r"""
with prices as (
    select
        source_name, region, currency,
        sum(cost) filter (is_vcpu and is_arm) / sum(quantity) filter (is_vcpu and is_arm)
            / (sum(cost) filter (is_vcpu and not is_arm) / sum(quantity) filter (is_vcpu and not is_arm)) as vcpu_ratio,
        sum(cost) filter (not is_vcpu and is_arm) / sum(quantity) filter (not is_vcpu and is_arm)
            / (sum(cost) filter (not is_vcpu and not is_arm) / sum(quantity) filter (not is_vcpu and not is_arm))
            as memory_ratio
    from (
        select
            source_name, region, currency, cast(cost as double) as cost, cast(quantity as double) as quantity,
            usage_type like '%vCPU-Hours%' as is_vcpu,
            usage_type like '%-ARM-%' as is_arm
        from usage_30d
        where cloud = 'aws'
            and pricing_category = 'Standard'
            and regexp_matches(usage_type, '(^|-)Fargate-(ARM-)?(vCPU-Hours|GB-Hours)')
            and usage_type not like '%SpotUsage%'
            and cost > 0
            and quantity > 0
    )
    group by all
),
tasks as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        max(days_ago) as first_days_ago,
        min(days_ago) as last_days_ago,
        sum(case when pricing_category = 'Standard' then cost else 0 end) as cost,
        sum(case when pricing_category = 'Standard' and usage_type like '%vCPU-Hours%' then cost else 0 end)
            as vcpu_cost,
        sum(case when pricing_category = 'Committed' then cost else 0 end) as covered
    from usage_daily
    where cloud = 'aws'
        and charge_category = 'Usage'
        and days_ago < 30
        and resource_id is not null
        and pricing_category in ('Standard', 'Committed')
        and regexp_matches(usage_type, '(^|-)Fargate-(vCPU-Hours|GB-Hours)')
        and usage_type not like '%SpotUsage%'
    group by all
),
named as (
    select
        * exclude (resource_id, resource_name),
        case
            when first_days_ago - last_days_ago + 1 >= $min_days then resource_id
            else regexp_replace(resource_id, ':task/([^/]+)/.*$', ':cluster/\1')
        end as resource_id,
        case when first_days_ago - last_days_ago + 1 >= $min_days then resource_name end as resource_name
    from tasks
),
resources as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        count(*) as tasks,
        max(first_days_ago) + 1 as days_seen,
        in_a_month(sum(cost), false, max(first_days_ago) + 1, 1) as monthly_cost,
        in_a_month(sum(vcpu_cost), false, max(first_days_ago) + 1, 1) as monthly_vcpu_cost,
        in_a_month(sum(covered), false, max(first_days_ago) + 1, 1) as covered_cost
    from named
    group by all
    having min(last_days_ago) <= 2 and max(first_days_ago) + 1 >= $min_days
),
priced as (
    select
        resources.*,
        share(monthly_vcpu_cost, coalesce(1 - prices.vcpu_ratio, $saved_share))
        + share(
            monthly_cost - monthly_vcpu_cost, coalesce(1 - prices.memory_ratio, 1 - prices.vcpu_ratio, $saved_share)
        ) as monthly_saving
    from resources
    left join prices
        on resources.source_name = prices.source_name
        and resources.region is not distinct from prices.region
        and resources.currency = prices.currency
)
select * from priced where monthly_saving > 0
""",
    reason="{resource_id} runs on x86 for {monthly_cost} {currency} in 30 days; on Arm as much costs {monthly_saving} "
    "less",
)
