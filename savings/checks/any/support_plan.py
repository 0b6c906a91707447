"""Support plans that are a large part of the bill."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

SUPPORT_PLAN = BillCheck(
    name="support_plan",
    title="Support that is a large part of the bill",
    clouds=("any",),
    rule="The provider's support plan cost more than 7 % of everything else of its source in 30 days.",
    why="Support plans cost a share of the spend or a minimum, also for accounts that never open a case.",
    next_step="Count the cases of the last year and how quickly they had to be answered; choose the plan by that, and "
    "only for the accounts that need it.",
    saving_basis="None: the bill does not say how much support is used.",
    lever="none",
    component="fee",
    effort="medium",
    risk_class="reversible",
    confidence="low",
    links=("https://aws.amazon.com/premiumsupport/pricing/",),
    parameters=(
        Parameter("min_share", Decimal("0.07"), "AWS Business Support above 10,000 USD a month is 7 % of it and less."),
    ),
    evidence="""
with charges as (
    select
        *,
        coalesce(service_code, '') ilike 'AWSSupport%'
        or regexp_matches(
            coalesce(service_name, ''), '^(Azure |AWS |AWS Premium )?Support( \\([A-Za-z +]+\\))?$'
        ) as is_support,
        least(days_ago + 1, greatest(period_days, 1)) as covered_days
    from usage_daily
    where charge_category in ('Usage', 'Purchase')
),
spread as (
    select
        *,
        share(cost, greatest(least(days_ago, 29) - greatest(days_ago - covered_days + 1, 0) + 1, 0) / covered_days)
            as last_cost
    from charges
),
sources as (
    select
        source_name, currency,
        sum(last_cost) filter (where not is_support) as other_cost,
        count(distinct account_id) as accounts
    from spread
    group by all
),
plans as (
    select
        source_name, cloud, account_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        sum(last_cost) as monthly_cost
    from spread
    where is_support
    group by all
),
compared as (
    select
        plans.*,
        sum(monthly_cost) over (partition by source_name, currency) as all_support,
        other_cost,
        accounts
    from plans
    inner join sources using (source_name, currency)
    where monthly_cost > 0 and other_cost > 0
)
select
    * exclude (all_support, other_cost, accounts),
    cast(null as varchar) as region,
    cast(null as varchar) as resource_id,
    cast(null as decimal(38, 12)) as monthly_saving,
    -- who sees this account alone learns nothing of what the others cost
    case
        when accounts > 1 then format('more than {:g} %', cast(100 * $min_share as double))
        else format('{:g} %', round(100 * cast(all_support as double) / cast(other_cost as double), 1))
    end as share
from compared
where cast(all_support as double) > $min_share * cast(other_cost as double)
""",
    reason="{service_name} costs {monthly_cost} {currency} in 30 days; all support is {share} of "
    "everything else on this bill",
)
