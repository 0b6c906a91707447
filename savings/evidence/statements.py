"""The statements behind `savings.evidence`: those of the warehouse run on every engine, the derived ones on DuckDB."""

#: The last day of usage of each source, among the days that may be judged.
SOURCE_DAYS = """
select source_name, max(charge_date) as last_day
from marts.fct_cost_daily
where charge_category = 'Usage' and {condition}
group by source_name
order by source_name
"""

#: One row per source, day, resource, meter and price. `{source_days}` lists the sources with their last days, `{since}`
#: is true for the billing periods that can hold a charge of the window.
USAGE_DAILY = """
with source_days as ({source_days})
select
    charges.source_name,
    case
        when charges.provider_name in ('AWS', 'Amazon Web Services') then 'aws'
        when charges.provider_name like 'Microsoft%' then 'azure'
        when charges.provider_name like 'Google%' then 'gcp'
        else coalesce(charges.provider_name, charges.service_provider_name)
    end as cloud,
    charges.billing_account_id,
    charges.sub_account_id as account_id,
    charges.region_id as region,
    charges.service_name,
    charges.x_service_code as service_code,
    charges.resource_id,
    charges.charge_category,
    charges.x_line_item_type as line_item_type,
    coalesce(charges.x_usage_type, charges.sku_meter, charges.sku_id) as usage_type,
    charges.x_operation as operation,
    charges.x_instance_type as instance_type,
    charges.x_sku_meter_category as meter_category,
    charges.x_sku_meter_subcategory as meter_subcategory,
    charges.sku_id,
    charges.sku_price_id,
    charges.pricing_category,
    charges.pricing_unit,
    charges.consumed_unit,
    charges.commitment_discount_id,
    charges.commitment_discount_type,
    charges.commitment_discount_status as commitment_status,
    charges.capacity_reservation_status,
    charges.x_environment as environment,
    charges.billing_currency as currency,
    charges.billing_period,
    cast(charges.charge_period_start as date) as usage_date,
    source_days.last_day - cast(charges.charge_period_start as date) as days_ago,
    max(cast(charges.charge_period_end as date) - cast(charges.charge_period_start as date)) as period_days,
    max(charges.resource_name) as resource_name,
    max(charges.resource_type) as resource_type,
    max(charges.sub_account_name) as account_name,
    max(charges.x_team) as team,
    -- where it differs from the last, the cost is of several teams, or in part of none
    min(coalesce(charges.x_team, '')) as first_team,
    max(charges.charge_description) as description,
    max(charges.x_sku_details) as sku_details,
    max(charges.sku_price_details) as sku_price_details,
    max(charges.publisher_name) as publisher_name,
    max(charges.x_commitment_end_at) as commitment_end_at,
    max(charges.contracted_unit_price) as unit_price,
    -- a discount's line repeats the quantity that it is on
    cast(
        sum(case when charges.x_line_item_type like '%Discount' then 0 else charges.pricing_quantity end)
        as numeric(38, 12)
    ) as quantity,
    cast(
        sum(case when charges.x_line_item_type like '%Discount' then 0 else charges.consumed_quantity end)
        as numeric(38, 12)
    ) as consumed_quantity,
    cast(sum(charges.commitment_discount_quantity) as numeric(38, 12)) as commitment_quantity,
    cast(sum(charges.billed_cost) as numeric(38, 12)) as billed_cost,
    cast(sum(charges.effective_cost) as numeric(38, 12)) as cost,
    cast(sum(charges.contracted_cost) as numeric(38, 12)) as contracted_cost,
    cast(sum(charges.list_cost) as numeric(38, 12)) as list_cost,
    count(*) as charge_count
from marts.fct_charges as charges
inner join source_days on charges.source_name = source_days.source_name
where ({since})
    and cast(charges.charge_period_start as date) > source_days.last_day - {days}
    and cast(charges.charge_period_start as date) <= source_days.last_day
group by
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
"""

#: One row per source, resource, meter and month of what is stored: whatever is priced by the month.
STORAGE_MONTHLY = """
with source_days as ({source_days})
select
    charges.source_name,
    case
        when charges.provider_name in ('AWS', 'Amazon Web Services') then 'aws'
        when charges.provider_name like 'Microsoft%' then 'azure'
        when charges.provider_name like 'Google%' then 'gcp'
        else coalesce(charges.provider_name, charges.service_provider_name)
    end as cloud,
    charges.sub_account_id as account_id,
    charges.region_id as region,
    charges.service_name,
    charges.x_service_code as service_code,
    charges.resource_id,
    coalesce(charges.x_usage_type, charges.sku_meter, charges.sku_id) as usage_type,
    charges.x_operation as operation,
    charges.pricing_unit,
    charges.billing_currency as currency,
    charges.billing_period,
    max(charges.resource_name) as resource_name,
    max(charges.resource_type) as resource_type,
    min(cast(charges.charge_period_start as date)) as first_day,
    max(cast(charges.charge_period_start as date)) as last_day,
    max(source_days.last_day - cast(charges.charge_period_start as date)) as first_days_ago,
    min(source_days.last_day - cast(charges.charge_period_start as date)) as last_days_ago,
    count(distinct cast(charges.charge_period_start as date)) as days_seen,
    cast(
        sum(case when charges.x_line_item_type like '%Discount' then 0 else charges.pricing_quantity end)
        as numeric(38, 12)
    ) as quantity,
    cast(sum(charges.effective_cost) as numeric(38, 12)) as cost
from marts.fct_charges as charges
inner join source_days on charges.source_name = source_days.source_name
where ({since})
    and charges.charge_category = 'Usage'
    and charges.resource_id is not null
    and lower(charges.pricing_unit) like '%month%'
    and cast(charges.charge_period_start as date) <= source_days.last_day
group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
"""

#: 30 days of each resource's meters. What is billed by the month says what a month costs; the rest is scaled from the
#: days since the resource was first seen in the window: a resource of ten days costs three times as much in a month,
#: and a meter that ran on three days of thirty does not cost ten times as much.
#:
#: A row of a month (its period has 27 days or more, or it is all that its resource is billed, a day of every month)
#: is about the days up to the next one. It counts until that is due, and 8 days longer, since fees are billed late;
#: with the two that any row has, until ten days after its month.
USAGE_30D = """
create temp table usage_30d as
with once_a_month as (
    select source_name, cloud, account_id, region, resource_id, currency
    from usage_read
    where charge_category = 'Usage' and resource_id is not null
    group by all
    having max(coalesce(period_days, 1)) <= 1
        and count(distinct usage_date) >= 2
        and count(distinct usage_date) = count(distinct date_trunc('month', usage_date))
        and date_diff('day', min(usage_date), max(usage_date))
        between 28 * (count(distinct usage_date) - 1) and 31 * (count(distinct usage_date) - 1)
),
charged as (
    select
        usage_read.* replace (
            case
                when once_a_month.resource_id is not null then day(last_day(usage_read.usage_date))
                else coalesce(usage_read.period_days, 1)
            end as period_days
        )
    from usage_read
    left join once_a_month
        on usage_read.source_name = once_a_month.source_name
        and usage_read.cloud = once_a_month.cloud
        and usage_read.account_id is not distinct from once_a_month.account_id
        and usage_read.region is not distinct from once_a_month.region
        and usage_read.resource_id = once_a_month.resource_id
        and usage_read.currency = once_a_month.currency
    where usage_read.charge_category = 'Usage'
),
recent as (
    select *, days_ago as ended_days_ago
    from charged
    where period_days < 27 and days_ago < 30

    union all

    select *, greatest(days_ago - period_days + 1 - 8, 0) as ended_days_ago
    from charged
    where period_days >= 27
    -- a whole month's row begins with its month, which may have 31 days; of those before them the last counts
    qualify days_ago < 31
        or (
            ended_days_ago <= 2
            and days_ago = min(days_ago) over (
                partition by source_name, cloud, account_id, region, resource_id, usage_type, pricing_category, currency
            )
        )
),
resources as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        least(max(days_ago) + 1, 30) as days_seen,
        min(ended_days_ago) as last_days_ago
    from recent
    group by all
),
meters as (
    select
        source_name, cloud, billing_account_id, account_id, region, service_name, service_code, resource_id,
        usage_type, operation, instance_type, meter_category, meter_subcategory, sku_id, sku_price_id,
        pricing_category, pricing_unit, consumed_unit, commitment_discount_id, commitment_discount_type,
        commitment_status, capacity_reservation_status,
        environment, currency, period_days >= 27 as is_monthly,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(resource_type) as resource_type,
        max(account_name) as account_name,
        max(team) as team,
        max(description) as description,
        max(sku_details) as sku_details,
        max(sku_price_details) as sku_price_details,
        max(unit_price) as unit_price,
        count(distinct usage_date) as billed_days,
        sum(quantity) as quantity,
        sum(consumed_quantity) as consumed_quantity,
        sum(cost) as cost,
        sum(contracted_cost) as contracted_cost,
        sum(list_cost) as list_cost,
        -- two months that follow one another may both begin in the window
        count(distinct billing_period) as months,
        avg(period_days) * count(distinct billing_period) as period_days,
        min(ended_days_ago) as meter_last_days_ago,
        -- a day's share of a GB-month is a GB by the days of its month
        sum(cast(quantity as double) * day(last_day(usage_date))) as gb_days
    from recent
    where coalesce(commitment_status, '') <> 'Unused'
    group by all
)
select
    meters.* exclude (months, period_days, gb_days),
    resources.days_seen,
    resources.last_days_ago,
    in_a_month(meters.cost, is_monthly, resources.days_seen, period_days) as monthly_cost,
    in_a_month(meters.contracted_cost, is_monthly, resources.days_seen, period_days) as monthly_contracted_cost,
    in_a_month(meters.list_cost, is_monthly, resources.days_seen, period_days) as monthly_list_cost,
    in_a_month(meters.quantity, is_monthly, resources.days_seen, period_days) as monthly_quantity,
    case
        when pricing_unit ilike '%month%' and is_monthly then cast(meters.quantity as double) / months
        when pricing_unit ilike '%month%' then gb_days / resources.days_seen
    end as stored
from meters
inner join resources
    on meters.source_name = resources.source_name
    and meters.cloud = resources.cloud
    and meters.account_id is not distinct from resources.account_id
    and meters.region is not distinct from resources.region
    and meters.resource_id is not distinct from resources.resource_id
    and meters.currency = resources.currency
where resources.last_days_ago <= 2
"""

DERIVED = (
    "create temp view usage_daily as select * from usage_read where days_ago < 62",
    """
create temp macro in_a_month(amount, is_monthly, days_seen, period_days) as
    case
        when (case when is_monthly then period_days else days_seen end) = 30 then cast(amount as decimal(38, 12))
        else cast(amount * 30 / (case when is_monthly then period_days else days_seen end) as decimal(38, 12))
    end
""",
    """
create temp macro share(amount, fraction) as cast(cast(amount as double) * fraction as decimal(38, 12))
""",
    USAGE_30D,
)
