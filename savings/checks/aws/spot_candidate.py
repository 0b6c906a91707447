"""Fleets of instances that live for hours and are paid on demand."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

SPOT_CANDIDATE = BillCheck(
    name="spot_candidate",
    title="Fleets of short-lived instances on demand",
    clouds=("aws",),
    rule="At least 20 instances of an account and region that were started and gone again within two days and 24 "
    "hours, on at least 10 of the last 30 days, on demand. Instances of the last two days are not counted: they may "
    "live on.",
    why="What starts and ends within hours has to bear an end anyway, and the same capacity costs less as Spot.",
    next_step="Let the fleet, group or runner ask for Spot, with several instance types and on-demand as the way out.",
    saving_basis="Their cost on demand, 30 days for the 28 that are counted, less the same hours as Spot: at the "
    "price the account pays for Spot of the type in the region, or 55 % of the cost, as the Cloud Intelligence "
    "Dashboards take it.",
    lever="rate",
    component="compute",
    effort="medium",
    risk_class="none",
    confidence="low",
    links=("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-best-practices.html",),
    parameters=(
        Parameter("min_instances", 20, "Fewer are somebody's tests."),
        Parameter("min_days", 10, "A fleet comes back; a migration does not."),
        Parameter("max_hours", Decimal(24), "Of life, as far as days show it."),
        Parameter("saved_share", Decimal("0.55"), "CID kpi_instance_all (cid-cmd 4.4.18) takes 55 % for Spot."),
    ),
    evidence="""
with boxes as (
    select *, regexp_extract(usage_type, '(BoxUsage|SpotUsage):(.+)$', 2) as instance_kind
    from usage_daily
    where cloud = 'aws' and charge_category = 'Usage' and days_ago < 62
        and regexp_matches(usage_type, '(^|-)(BoxUsage|SpotUsage):')
),
lives as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(instance_kind) as instance_kind,
        max(operation) as operation,
        max(usage_date) as last_date,
        sum(consumed_quantity) as hours,
        sum(cost) as cost
    from boxes
    where resource_id is not null
    group by source_name, cloud, account_id, region, resource_id, currency
    having sum(consumed_quantity) <= $max_hours and count(distinct usage_date) <= 2
        and max(days_ago) < 30 and min(days_ago) >= 2
        and bool_and(pricing_category is not distinct from 'Standard') and sum(cost) > 0 and sum(consumed_quantity) > 0
),
spot_prices as (
    select
        source_name, region, currency, operation, instance_kind,
        sum(cost) / nullif(sum(consumed_quantity), 0) as price
    from boxes
    where pricing_category = 'Dynamic'
    group by all
    having price > 0
),
priced as (
    select
        lives.*,
        case
            when spot_prices.price is null then cast(lives.cost as double) * $saved_share
            else greatest(lives.cost - spot_prices.price * lives.hours, 0)
        end as saving
    from lives
    left join spot_prices
        on lives.source_name = spot_prices.source_name
        and lives.region is not distinct from spot_prices.region
        and lives.currency = spot_prices.currency
        and lives.operation is not distinct from spot_prices.operation
        and lives.instance_kind = spot_prices.instance_kind
)
select
    source_name, cloud, account_id, region, currency,
    cast(null as varchar) as resource_id,
    max(billing_period) as billing_period,
    max(service_name) as service_name,
    count(*) as instance_count,
    count(distinct last_date) as days,
    avg(hours) as average_hours,
    arg_max(instance_kind, cost) as largest_instance_type,
    -- of the 30 days the last two are not counted
    share(sum(cost), 30 / 28.0) as monthly_cost,
    share(cast(sum(saving) as decimal(38, 12)), 30 / 28.0) as monthly_saving
from priced
group by source_name, cloud, account_id, region, currency
having count(*) >= $min_instances and count(distinct last_date) >= $min_days and monthly_saving > 0
""",
    reason="{instance_count} instances of {account_id} in {region} lived for {average_hours} hours on average, on "
    "{days} days, for {monthly_cost} {currency} on demand in 30 days; as Spot they cost about {monthly_saving} "
    "{currency} less",
)
