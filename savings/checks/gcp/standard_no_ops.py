"""Buckets of the standard class that nobody reads or writes."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

STANDARD_NO_OPS = BillCheck(
    name="standard_no_ops",
    title="Standard buckets that nobody reads or writes",
    clouds=("gcp",),
    rule="A bucket has stored at least 100 GiB in the standard class for 60 days without a single class A or class B "
    "operation, on a bill that has operations of other buckets.",
    why="Standard storage costs about twice as much as nearline, whose reading is dearer, and here nobody reads.",
    next_step="Add a lifecycle rule to nearline or a colder class, or turn on Autoclass; ask the owner whether the "
    "data is needed at all. What is deleted from nearline within 30 days is charged for 30.",
    saving_basis="Effective cost less the same GiB as nearline, at the source's own price in that place or else half "
    "of standard in Iowa, South Carolina and Belgium, and 58 % elsewhere. Coldline and archive save more, and cost "
    "more to read.",
    lever="migrate",
    component="storage",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://cloud.google.com/storage/docs/storage-classes",),
    parameters=(
        Parameter("days", 60, "Twice a month's work, so that what is used monthly counts as used."),
        Parameter("min_gib", 100, "Less saves cents."),
        Parameter(
            "price_ratio",
            Decimal("0.58"),
            "Nearline to standard, USD per GiB-month (2026-11): Iowa 0.010 to 0.020, London 0.013 to 0.023, "
            "multi-region 0.015 to 0.026; the highest of them.",
        ),
        Parameter(
            "half_price_places",
            " (Iowa|South Carolina|Belgium)$",
            "Where nearline is listed at half of standard, 0.010 to 0.020 USD per GiB-month (2026-11).",
        ),
    ),
    evidence="""
with reporting_sources as (
    -- where no operation is billed to any bucket, none is no sign of rest
    select distinct source_name
    from usage_daily
    where cloud = 'gcp' and usage_type like '%Class _ Operations%' and resource_id is not null and quantity > 0
),
quiet_buckets as (
    select source_name, account_id, resource_id
    from usage_daily
    semi join reporting_sources using (source_name)
    where cloud = 'gcp'
        and charge_category = 'Usage'
        and resource_id is not null
        and days_ago < $days
        and regexp_matches(usage_type, '^Standard Storage |Class (A|B) Operations')
    group by all
    having max(days_ago) filter (where usage_type like 'Standard Storage %') = $days - 1
        and coalesce(sum(abs(quantity)) filter (where usage_type like '%Operations%'), 0) = 0
),
prices as (
    select
        source_name, currency, replace(usage_type, 'Nearline', 'Standard') as usage_type,
        sum(cast(cost as double)) / sum(cast(quantity as double)) as price
    from usage_30d
    where cloud = 'gcp' and usage_type like 'Nearline Storage %' and pricing_unit ilike '%month%'
        and usage_type not like '%Early Delete%' and cost > 0 and quantity > 0
    group by all
),
stored_data as (
    select
        usage.*,
        cast(monthly_cost as double) - cast(monthly_quantity as double) * coalesce(
            price,
            case when regexp_matches(usage.usage_type, $half_price_places) then 0.5 else $price_ratio end
            * cast(monthly_cost as double) / cast(monthly_quantity as double)
        ) as saved
    from usage_30d as usage
    semi join quiet_buckets
        on usage.source_name = quiet_buckets.source_name
        and usage.account_id is not distinct from quiet_buckets.account_id
        and usage.resource_id = quiet_buckets.resource_id
    left join prices
        on usage.source_name = prices.source_name
        and usage.currency = prices.currency
        and usage.usage_type = prices.usage_type
    where usage.cloud = 'gcp'
        and usage.usage_type like 'Standard Storage %'
        and pricing_unit ilike '%month%'
        and monthly_cost > 0 and monthly_quantity > 0
)
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(resource_name) as resource_name,
    max(service_name) as service_name,
    sum(monthly_cost) as monthly_cost,
    cast(sum(saved) as decimal(38, 12)) as monthly_saving,
    sum(stored) as stored_gib
from stored_data
group by source_name, cloud, account_id, region, resource_id, currency
having sum(saved) > 0 and sum(stored) >= $min_gib
""",
    reason="Bucket {resource_id} has {stored_gib} GiB in the standard class for {monthly_cost} {currency} in 30 days "
    "and no operation in {days} days; as nearline it costs {monthly_saving} {currency} less",
)
