"""Functions that run on x86."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

LAMBDA_ARM = BillCheck(
    name="lambda_arm",
    title="Lambda functions on x86 that cost less on Arm",
    clouds=("aws",),
    rule="A function's duration, with or without provisioned concurrency, is billed on x86. Functions at the edge are "
    "left out: they have no Arm.",
    why="A GB-second on Arm costs a fifth less, and often fewer of them are needed.",
    next_step="See that the function's layers and native libraries exist for Arm, change its architecture behind an "
    "alias, and compare.",
    saving_basis="Its effective cost of duration on demand less what the customer pays for as many GB-seconds on Arm "
    "in the region, or a fifth of it. What a savings plan covers is counted apart.",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="high",
    links=(
        "https://docs.aws.amazon.com/lambda/latest/dg/foundation-arch.html",
        "https://aws.amazon.com/lambda/pricing/",
    ),
    parameters=(
        Parameter("saved_share", Decimal("0.2"), "0.0000133334 to 0.0000166667 USD a GB-second (AWS Lambda pricing)."),
    ),
    evidence=r"""
with own_prices as (
    select
        source_name, region, currency,
        sum(cost) / nullif(sum(quantity), 0) as arm_price
    from usage_30d
    where cloud = 'aws'
        and pricing_category = 'Standard'
        and regexp_matches(usage_type, '(^|-)Lambda-GB-Second-ARM$')
        and cost > 0
    group by all
),
meters as (
    select
        *,
        pricing_category = 'Standard' as is_on_demand,
        regexp_matches(usage_type, '(^|-)Lambda-GB-Second$') as is_duration
    from usage_30d
    where cloud = 'aws'
        and resource_id is not null
        and pricing_category in ('Standard', 'Committed')
        and regexp_matches(usage_type, '(^|-)Lambda-(GB-Second|Provisioned-GB-Second|Provisioned-Concurrency)$')
),
functions as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(case when is_on_demand then monthly_cost else 0 end) as monthly_cost,
        sum(case when is_on_demand then 0 else monthly_cost end) as covered_cost,
        sum(case when is_on_demand and is_duration then monthly_cost else 0 end) as duration_cost,
        sum(case when is_on_demand and is_duration then monthly_quantity else 0 end) as gb_seconds
    from meters
    group by all
    having min(meter_last_days_ago) <= 2
),
priced as (
    select
        functions.* exclude (duration_cost),
        share(monthly_cost - duration_cost, $saved_share) + case
            when own_prices.arm_price is null then share(duration_cost, $saved_share)
            else duration_cost - share(gb_seconds, own_prices.arm_price)
        end as monthly_saving
    from functions
    left join own_prices
        on functions.source_name = own_prices.source_name
        and functions.region is not distinct from own_prices.region
        and functions.currency = own_prices.currency
)
select * from priced where monthly_saving > 0
""",
    reason="{resource_id} ran on x86 for {monthly_cost} {currency} in 30 days; on Arm as much costs {monthly_saving} "
    "less",
)
