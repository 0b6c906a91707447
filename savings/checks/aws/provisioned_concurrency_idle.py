"""Functions that are kept warm and not called."""

from savings.check import BillCheck, Parameter

PROVISIONED_CONCURRENCY_IDLE = BillCheck(
    name="provisioned_concurrency_idle",
    title="Provisioned concurrency that no call has used",
    clouds=("aws",),
    rule="A function's provisioned concurrency was billed in the last 30 days, for at least 7, and no duration in it.",
    why="Provisioned concurrency costs its GB-seconds also when no call comes, or when calls go to another version.",
    next_step="See which version or alias callers use, and take provisioned concurrency off the other.",
    saving_basis="The effective cost of provisioned concurrency on demand, of 30 days. What a savings plan covers is "
    "counted apart.",
    lever="setting",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=("https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html",),
    parameters=(Parameter("min_days", 7, "A week; a version that was just rolled out gets its calls by then."),),
    evidence=r"""
with meters as (
    select
        *,
        regexp_matches(usage_type, 'Provisioned-Concurrency') as is_kept
    from usage_30d
    where cloud = 'aws'
        and resource_id is not null
        and regexp_matches(usage_type, '(^|-)Lambda-Provisioned-(Concurrency|GB-Second)(-ARM)?$')
),
functions as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        max(billed_days) as billed_days,
        sum(case when is_kept and pricing_category = 'Standard' then monthly_cost else 0 end) as monthly_cost,
        sum(case when is_kept and pricing_category = 'Committed' then monthly_cost else 0 end) as covered_cost,
        sum(case when is_kept then 0 else abs(quantity) end) as used_gb_seconds
    from meters
    group by all
    having min(case when is_kept then meter_last_days_ago end) <= 2
)
select
    * exclude (used_gb_seconds),
    monthly_cost as monthly_saving
from functions
where used_gb_seconds = 0 and monthly_cost > 0 and billed_days >= $min_days
""",
    reason="{resource_id} is kept warm for {monthly_cost} {currency} in 30 days, and no call has used it",
)
