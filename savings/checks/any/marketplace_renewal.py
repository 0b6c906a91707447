"""What is bought from other sellers on the provider's marketplace, and renews."""

from savings.check import BillCheck, Parameter

MARKETPLACE_RENEWAL = BillCheck(
    name="marketplace_renewal",
    title="Marketplace purchases that renew",
    clouds=("any",),
    rule="A product of another seller was charged as a purchase in two billing periods, or under a contract of more "
    "than a month that ends within 120 days.",
    why="Subscriptions renew by themselves, also when nobody uses the product any more or it could be had for less.",
    next_step="Ask its users whether they need it, and for how many; cancel or negotiate before it renews.",
    saving_basis="None: the bill does not say whether the product is used.",
    lever="none",
    component="fee",
    effort="low",
    risk_class="reversible",
    confidence="low",
    links=("https://docs.aws.amazon.com/marketplace/latest/buyerguide/cancel-subscription.html",),
    parameters=(
        Parameter("days", 120, "Contracts of a year often have to be cancelled 60 or 90 days before they renew."),
    ),
    evidence="""
with purchases as (
    select
        *,
        usage_date + cast(period_days as integer) as ends_on,
        usage_date + cast(days_ago as integer) as last_day,
        dense_rank() over (
            partition by source_name, account_id, region, resource_id, currency, publisher_name, service_name
            order by billing_period desc
        ) as age
    from usage_daily
    where charge_category = 'Purchase'
        and commitment_discount_id is null
        and publisher_name is not null
        and not regexp_matches(publisher_name, '^(Amazon|AWS|Microsoft|Google)')
),
products as (
    select
        source_name, cloud, account_id, region, resource_id, currency, publisher_name, service_name,
        max(billing_period) as billing_period,
        count(distinct billing_period) as charged_periods,
        max(ends_on) as ends_on,
        max(last_day) as last_day,
        max(period_days) as period_days,
        min(days_ago) as last_days_ago,
        sum(case when period_days > 31 then in_a_month(cost, true, 30, period_days) else cost end)
            filter (where age = 1) as monthly_cost
    from purchases
    group by all
),
renewing as (
    select *
    from products
    where monthly_cost > 0
        and (
            (charged_periods >= 2 and last_days_ago < 32)
            or (period_days > 31 and ends_on between last_day and last_day + $days)
        )
)
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    sum(monthly_cost) as monthly_cost,
    cast(null as decimal(38, 12)) as monthly_saving,
    string_agg(distinct service_name, ', ') as service_name,
    string_agg(distinct publisher_name, ', ') as sellers,
    string_agg(distinct coalesce(service_name, 'a product'), ', ') as products,
    min(case when period_days > 31 then ends_on end) as contract_ends_on
from renewing
group by all
""",
    reason="{products} of {sellers} costs {monthly_cost} {currency} in 30 days and renews",
)
