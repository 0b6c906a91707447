"""Scheduled work on interactive Databricks clusters."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

DATABRICKS_ALL_PURPOSE = BillCheck(
    name="databricks_all_purpose",
    title="Scheduled work on all-purpose Databricks clusters",
    clouds=("azure",),
    rule="A workspace used all-purpose DBUs on every one of the last 28 days, weekends included. What it uses on its "
    "quietest day is taken for scheduled work.",
    why="Jobs on an all-purpose cluster cost about twice the DBU price of the same jobs on a job cluster.",
    next_step="Let the scheduled notebooks run on job clusters; leave all-purpose clusters to people.",
    saving_basis="DBUs of the quietest day, 30 days long, at the difference of the effective price to that of the jobs "
    "DBU: the workspace's source's own in the region, or else the list's (0.30 to 0.55 premium, 0.15 to 0.40 "
    "standard).",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://azure.microsoft.com/pricing/details/databricks/",),
    parameters=(
        Parameter("days", 28, "Four weeks have four weekends; interactive work leaves some of them out."),
        Parameter(
            "premium_ratio", Decimal("0.55"), "0.30 to 0.55 USD a DBU is 0.545 (Azure list, 2026-11), rounded up."
        ),
        Parameter("standard_ratio", Decimal("0.375"), "0.15 to 0.40 USD a DBU (Azure list, 2026-11)."),
    ),
    evidence="""
with dbus as (
    select
        *,
        usage_type ilike '%All-Purpose%' as is_all_purpose,
        case when usage_type ilike 'Standard%' then 'standard' else 'premium' end as tier,
        usage_type ilike '%Photon%' as is_photon
    from usage_daily
    where cloud = 'azure'
        and charge_category = 'Usage'
        and meter_category = 'Azure Databricks'
        and regexp_matches(
            usage_type, '(?i)^(Premium|Standard) (All-purpose|Jobs) (Compute|Compute Photon|Photon) DBU$'
        )
        and pricing_category = 'Standard'
        and days_ago < $days
        and cost > 0 and quantity > 0
),
jobs_prices as (
    select
        source_name, region, currency, tier, is_photon,
        sum(cast(cost as double)) / sum(cast(quantity as double)) as jobs_price
    from dbus
    where not is_all_purpose
    group by all
),
days_used as (
    select
        source_name, cloud, account_id, region, resource_id, currency, tier, is_photon, days_ago,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        sum(quantity) as quantity,
        sum(cost) as cost
    from dbus
    where is_all_purpose and resource_id is not null
    group by all
),
meters as (
    select
        source_name, cloud, account_id, region, resource_id, currency, tier, is_photon,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        min(quantity) as quietest_day,
        in_a_month(sum(cost), false, $days, 1) as monthly_cost,
        sum(cast(cost as double)) / sum(cast(quantity as double)) as price
    from days_used
    group by all
    having count(*) = $days
),
compared as (
    select
        meters.*,
        30 * cast(quietest_day as double) * (price - coalesce(
            jobs_price,
            price * case when meters.tier = 'standard' then $standard_ratio else $premium_ratio end
        )) as saved
    from meters
    left join jobs_prices
        on meters.source_name = jobs_prices.source_name
        and meters.region is not distinct from jobs_prices.region
        and meters.currency = jobs_prices.currency
        and meters.tier = jobs_prices.tier
        and meters.is_photon = jobs_prices.is_photon
)
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(resource_name) as resource_name,
    max(service_name) as service_name,
    sum(monthly_cost) as monthly_cost,
    cast(sum(saved) as decimal(38, 12)) as monthly_saving,
    sum(quietest_day) as dbus_of_quietest_day
from compared
where saved > 0
group by source_name, cloud, account_id, region, resource_id, currency
""",
    reason="{resource_id} uses at least {dbus_of_quietest_day} all-purpose DBUs on every day of the week, as scheduled "
    "work does; as jobs they cost {monthly_saving} {currency} less in 30 days",
)
