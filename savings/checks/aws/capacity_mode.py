"""DynamoDB tables with even traffic that pay for each request."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

CAPACITY_MODE = BillCheck(
    name="capacity_mode",
    title="DynamoDB tables that cost less with provisioned capacity",
    clouds=("aws",),
    rule="A table in on-demand mode whose reads and writes cost at least 50 in 30 days, are about the same on each of "
    "them, and would cost less with provisioned capacity for twice the mean hour of the busiest day, used to 70 %. "
    "Where the bill has hours, it must be in each of them.",
    why="On demand each request costs several times what one of a well used provisioned unit does.",
    next_step="Look at the table's peaks of a minute; if they are no higher, change it to provisioned mode with "
    "auto scaling. The mode can be changed back.",
    saving_basis="None: the bill does not show the peaks within an hour, which decide. The evidence's "
    "`possible_saving` is the cost of requests less that of the capacity: the units of an hour at the price that the "
    "customer pays for them in the region, or 1,040 times the price of a request.",
    lever="none",
    component="requests",
    effort="medium",
    risk_class="reversible",
    confidence="low",
    links=(
        "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-mode.html",
        "https://aws.amazon.com/dynamodb/pricing/",
    ),
    parameters=(
        Parameter("peak_factor", Decimal(2), "A table's busiest hour to the mean hour of the day; an assumption."),
        Parameter("utilisation", Decimal("0.7"), "The target that auto scaling has by default."),
        Parameter(
            "unit_ratio",
            Decimal(1040),
            "An hour of a unit to a request: 0.00065 to 0.000000625 USD writing, 0.00013 to 0.000000125 reading.",
        ),
        Parameter("days", 30, "Every day of the month must be known, or its busiest is not."),
        Parameter("min_cost", Decimal(50), "In the bill's currency; below it nobody looks at a table's peaks."),
        Parameter(
            "evenness", Decimal("0.75"), "The mean day to the busiest: what is busy on some days is so by hours."
        ),
        Parameter("hours", 23, "Of a day, in which a bill by the hour must have requests."),
    ),
    evidence=r"""
with own_prices as (
    select
        source_name, region, currency,
        regexp_extract(usage_type, '(Read|Write)CapacityUnit-Hrs$', 1) as direction,
        sum(cost) / nullif(sum(quantity), 0) as unit_price
    from usage_30d
    where cloud = 'aws'
        and pricing_category = 'Standard'
        and regexp_matches(usage_type, '^([A-Z0-9]+-)?(Read|Write)CapacityUnit-Hrs$')
        and not regexp_matches(usage_type, '^(IA|Repl)')
        and cost > 0
    group by all
),
-- whose export has a charge for every hour
hourly as (
    select distinct source_name
    from usage_daily
    where cloud = 'aws' and charge_category = 'Usage' and days_ago < $days and charge_count >= $hours
        and pricing_unit = 'Hours'
),
days as (
    select
        source_name, cloud, account_id, region, resource_id, currency, days_ago,
        regexp_extract(usage_type, '(Read|Write)RequestUnits$', 1) as direction,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(charge_count) as charges,
        sum(quantity) as units,
        sum(cost) as cost
    from usage_daily
    where cloud = 'aws'
        and charge_category = 'Usage'
        and pricing_category = 'Standard'
        and days_ago < $days
        and resource_id is not null
        and (service_code = 'AmazonDynamoDB' or service_name ilike '%DynamoDB%')
        and regexp_matches(usage_type, '^([A-Z0-9]+-)?(Read|Write)RequestUnits$')
        and not regexp_matches(usage_type, '^IA-')
    group by all
),
directions as (
    select
        source_name, cloud, account_id, region, resource_id, currency, direction,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        count(distinct days_ago) as billed_days,
        min(charges) as fewest_charges,
        max(charges) as most_charges,
        sum(units) as units,
        max(units) as busiest_day_units,
        sum(cost) as cost
    from days
    group by all
    having sum(cost) > 0 and sum(units) > 0
),
priced as (
    select
        directions.*,
        busiest_day_units / 24.0 / 3600 * $peak_factor / $utilisation as provisioned_units,
        coalesce(own_prices.unit_price, cast(cost as double) / cast(units as double) * $unit_ratio) as unit_price
    from directions
    left join own_prices
        on directions.source_name = own_prices.source_name
        and directions.region is not distinct from own_prices.region
        and directions.currency = own_prices.currency
        and directions.direction = own_prices.direction
),
tables as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(cost) as monthly_cost,
        sum(cost) - cast(sum(provisioned_units * unit_price * 24 * 30) as decimal(38, 12)) as possible_saving,
        cast(null as decimal(38, 12)) as monthly_saving,
        sum(case when direction = 'Read' then provisioned_units else 0 end) as read_units,
        sum(case when direction = 'Write' then provisioned_units else 0 end) as write_units
    from priced
    group by all
    having max(billed_days) >= $days
        -- the direction that costs most is the one that must be even
        and arg_max(units, cost) / $days >= arg_max(busiest_day_units, cost) * $evenness
        and (
            arg_max(fewest_charges, cost) >= $hours
            or (max(most_charges) = 1 and source_name not in (select source_name from hourly))
        )
)
select * from tables where possible_saving > 0 and monthly_cost >= $min_cost
""",
    reason="{resource_id} paid {monthly_cost} {currency} for requests in 30 days, about as much on each; if its hours "
    "are as even, {read_units} units of reading and {write_units} of writing cost {possible_saving} less",
)
