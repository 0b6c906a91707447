"""Changes of resources that AWS Config could record once a day."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

CONFIG_PERIODIC = BillCheck(
    name="config_periodic",
    title="Configuration items that cost less when recorded daily",
    clouds=("aws",),
    rule="An account's continuously recorded configuration items of a region cost at least 10 in 30 days. Where the "
    "bill says which resources they are of, one daily item for each resource and day with a change must cost less.",
    why="A continuous item is paid for every change, a daily one once a day at four times the price: it is cheaper for "
    "what changes more than four times a day.",
    next_step="Record the types of resources that change often daily; rules that must see each change need the "
    "continuous mode.",
    saving_basis="The effective cost of the items less the price of one daily item for every resource and day with "
    "changes, at four times the price of a continuous one. Without resources in the bill it is not known.",
    lever="setting",
    component="requests",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://aws.amazon.com/config/pricing/",),
    parameters=(
        Parameter("price_ratio", Decimal(4), "A daily item 0.012 to a continuous one 0.003 USD (AWS Config pricing)."),
        Parameter("min_monthly_cost", Decimal(10), "Below, looking at the types of resources costs more."),
    ),
    evidence=r"""
with items as (
    select
        source_name, cloud, account_id, region, currency, resource_id, days_ago,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        sum(quantity) as items,
        sum(cost) as cost
    from usage_daily
    where cloud = 'aws'
        and charge_category = 'Usage'
        and days_ago < 30
        and regexp_matches(usage_type, '(^|-)ConfigurationItemRecorded$')
    group by all
    having sum(cost) > 0
),
scopes as (
    select
        source_name, cloud, account_id, region, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        in_a_month(sum(cost), false, max(days_ago) + 1, 1) as monthly_cost,
        in_a_month(sum(items), false, max(days_ago) + 1, 1) as monthly_items,
        -- what all items of a scope are charged to is the recorder, not what changed
        count(distinct resource_id) > 1
            and not bool_or(contains(coalesce(resource_id, ''), ':config-recorder/'))
            and count(*) = count(resource_id) as is_by_resource,
        count(*) * $price_ratio / sum(items) as daily_share,
        min(days_ago) as last_days_ago
    from items
    group by all
)
select
    * exclude (is_by_resource, daily_share, last_days_ago),
    null as resource_id,
    case when is_by_resource then monthly_cost - share(monthly_cost, daily_share) end as monthly_saving
from scopes
where monthly_cost >= $min_monthly_cost and last_days_ago <= 2 and (not is_by_resource or daily_share < 1)
""",
    reason="{account_id} recorded {monthly_items} configuration items in {region} for {monthly_cost} {currency} in 30 "
    "days; recorded daily they may cost less",
)
