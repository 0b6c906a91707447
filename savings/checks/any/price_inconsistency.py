"""The same thing at different prices in different accounts."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.conditions import is_nonproduction

PRICE_INCONSISTENCY = BillCheck(
    name="price_inconsistency",
    title="The same price sheet entry at different prices",
    clouds=("any",),
    rule="In 30 days the same SkuPriceId (the SKU where that carries the account), region, unit and currency was "
    "billed on demand at a higher contracted unit price than in another account. A price that is not the same on all "
    "days within one account is a tier or a change of price, and is left out. In Azure, prices of development "
    "subscriptions are held against one another alone, for they have an offer of their own; in AWS, those of one "
    "source, for some bills state a discount in the price and others beside it.",
    why="Accounts that are outside the contract, or on an old offer, pay more for the same.",
    next_step="Ask the provider or reseller to bring the account under the contract's price.",
    saving_basis="The price less the lowest of any account, times the quantity of 30 days.",
    lever="rate",
    component="all",
    effort="medium",
    risk_class="none",
    confidence="medium",
    links=("https://focus.finops.org/focus-columns/#contractedunitprice",),
    parameters=(
        Parameter("min_difference", Decimal("0.01"), "Less than 1 % is rounding or exchange rates."),
        Parameter("evenness", Decimal("0.001"), "How far the price by cost and quantity may differ from day to day."),
    ),
    evidence=f"""
with standard as (
    select
        source_name, cloud, account_id, region, currency, pricing_unit, service_name, billing_period, days_ago,
        case
            when sku_price_id is null or contains(sku_price_id, account_id)
                or contains(sku_price_id, billing_account_id) then sku_id
            else sku_price_id
        end as price_id,
        usage_type,
        cloud = 'azure' and {is_nonproduction("usage")} as is_development,
        unit_price,
        -- a contract of Google is in the price; what else comes off the cost is for running long
        case
            when cloud = 'gcp' then cast(unit_price as double)
            else cast(contracted_cost as double) / cast(quantity as double)
        end as paid_price,
        contracted_cost,
        quantity
    from usage_daily as usage
    where charge_category = 'Usage' and days_ago < 30 and pricing_category = 'Standard' and account_id is not null
        and unit_price > 0 and quantity > 0 and contracted_cost > 0
),
account_prices as (
    select
        source_name, cloud, account_id, region, currency, pricing_unit, price_id,
        bool_or(is_development) as is_development,
        max(service_name) as service_name,
        max(usage_type) as usage_type,
        max(billing_period) as billing_period,
        case
            when cloud = 'gcp' then max(paid_price)
            else cast(sum(contracted_cost) as double) / cast(sum(quantity) as double)
        end as price,
        sum(quantity) as quantity,
        sum(contracted_cost) as cost
    from standard
    where price_id is not null
    group by source_name, cloud, account_id, region, currency, pricing_unit, price_id
    having min(unit_price) = max(unit_price) and min(days_ago) <= 2
        and max(paid_price) <= min(paid_price) * (1 + $evenness)
),
compared as (
    select
        *,
        min(price) over same_price as lowest_price
    from account_prices
    window same_price as (
        partition by
            cloud, case when cloud = 'aws' then source_name end, region, currency, pricing_unit, price_id,
            is_development
    )
),
dearer as (
    select
        *,
        cast((price - lowest_price) * cast(quantity as double) as decimal(38, 12)) as saving
    from compared
    where price > lowest_price * (1 + $min_difference)
)
select
    source_name, cloud, account_id, region, currency,
    cast(null as varchar) as resource_id,
    max(billing_period) as billing_period,
    arg_max(service_name, saving) as service_name,
    arg_max(usage_type, saving) as largest_usage_type,
    arg_max(price_id, saving) as largest_price_id,
    cast(arg_max(price, saving) as decimal(38, 12)) as largest_price,
    cast(arg_max(lowest_price, saving) as decimal(38, 12)) as largest_lowest_price,
    count(*) as price_count,
    sum(cost) as monthly_cost,
    sum(saving) as monthly_saving
from dearer
group by source_name, cloud, account_id, region, currency
having sum(saving) > 0
""",
    reason="{account_id} pays more than other accounts for {price_count} entries of the price sheet in {region}, most "
    "for {largest_usage_type}; at the lowest prices {monthly_saving} of {monthly_cost} {currency} in 30 days are saved",
)
