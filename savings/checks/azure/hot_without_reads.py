"""Storage accounts whose hot data is hardly read."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

HOT_WITHOUT_READS = BillCheck(
    name="hot_without_reads",
    title="Hot blobs that are hardly read",
    clouds=("azure",),
    rule="An account has stored at least 100 GB of hot blobs for 60 days and read each GB less than ten times, on a "
    "bill that has reads of some account.",
    why="The cool tier costs a third to a half less per GB; reading is dearer there.",
    next_step="Add a lifecycle rule that moves what was not read for 30 days to the cool tier. What is deleted from it "
    "within 30 days is charged for 30.",
    saving_basis="Effective cost of the hot data less the same at the price of the cool tier (the source's own in the "
    "region, else 73 % of hot), less dearer operations (reads 2.5 times, writes twice the hot price) and retrieval of "
    "at most 4 MiB a read.",
    lever="migrate",
    component="storage",
    effort="low",
    risk_class="compensable",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview",),
    parameters=(
        Parameter("days", 60, "Twice a month's work, so that what is read monthly counts as read."),
        Parameter("min_gb", 100, "Less saves cents."),
        Parameter("max_reads_per_gb", 10, "Ten reads of 4 MiB are 4 % of a GB in 60 days."),
        Parameter("cool_ratio", Decimal("0.731"), "0.0152 to 0.0208 USD per GB-month; in most regions it is less."),
        Parameter("read_ratio", Decimal("2.5"), "0.010 to 0.004 USD for 10,000 reads (Azure list, 2026-11)."),
        Parameter("write_ratio", Decimal(2), "0.10 to 0.05 USD for 10,000 writes (Azure list, 2026-11)."),
        Parameter("retrieval_ratio", Decimal("0.55"), "0.01 USD a GB retrieved to 0.0184 a GB-month of hot data."),
        Parameter("gb_per_read", Decimal("0.00390625"), "4 MiB: the piece in which the storage clients download."),
    ),
    evidence="""
with blobs as (
    select
        source_name, cloud, account_id, region, resource_id, currency, usage_type, quantity, consumed_quantity, cost,
        billing_period, resource_name, service_name, days_ago, pricing_category,
        regexp_extract(usage_type, '^(Hot|Cool) ([A-Z-]+) Data Stored$', 2) as redundancy
    from usage_daily
    where cloud = 'azure'
        and charge_category = 'Usage'
        and meter_category = 'Storage'
        and coalesce(meter_subcategory, '') not ilike '%Files%'
        and regexp_matches(usage_type, '^(Hot|Cool) ')
        and resource_id is not null
),
reporting_sources as (
    -- where no read is billed to any account, none is no sign of rest
    select distinct source_name
    from blobs
    where usage_type like '%Read Operations' and quantity > 0
),
cool_prices as (
    select
        source_name, region, currency, redundancy,
        sum(cast(cost as double)) / sum(cast(quantity as double)) as cool_price
    from blobs
    where usage_type like 'Cool % Data Stored' and cost > 0 and quantity > 0
    group by all
),
accounts as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(days_ago) filter (where usage_type like '% Data Stored') as stored_since,
        sum(consumed_quantity) filter (where usage_type like '%Read Operations' and days_ago < $days) as reads,
        sum(consumed_quantity) filter (where usage_type like '%Read Operations' and days_ago < 30) as monthly_reads,
        sum(cost) filter (where usage_type like '%Read Operations' and days_ago < 30) as read_cost,
        sum(cost) filter (where usage_type like '%Write Operations' and days_ago < 30) as write_cost
    from blobs
    where usage_type like 'Hot %'
    group by all
),
stored as (
    select
        usage.source_name, usage.account_id, usage.region, usage.resource_id, usage.currency,
        max(usage.service_name) as service_name,
        sum(stored) as stored_gb,
        sum(monthly_cost) as monthly_cost,
        sum(cast(monthly_cost as double) - cast(monthly_quantity as double) * coalesce(
            cool_price, $cool_ratio * cast(monthly_cost as double) / cast(monthly_quantity as double)
        )) as saved,
        sum(cast(monthly_cost as double)) / sum(cast(monthly_quantity as double)) as hot_price
    from usage_30d as usage
    left join cool_prices
        on usage.source_name = cool_prices.source_name
        and usage.region is not distinct from cool_prices.region
        and usage.currency = cool_prices.currency
        and regexp_extract(usage.usage_type, '^Hot ([A-Z-]+) Data Stored$', 1) = cool_prices.redundancy
    where usage.cloud = 'azure'
        and usage.meter_category = 'Storage'
        and coalesce(usage.meter_subcategory, '') not ilike '%Files%'
        and regexp_matches(usage.usage_type, '^Hot [A-Z-]+ Data Stored$')
        and usage.pricing_category = 'Standard'
        and monthly_quantity > 0 and monthly_cost > 0
    group by all
),
compared as (
    select
        accounts.* exclude (stored_since),
        stored.service_name, stored_gb, monthly_cost,
        saved
        - ($read_ratio - 1) * coalesce(cast(read_cost as double), 0)
        - ($write_ratio - 1) * coalesce(cast(write_cost as double), 0)
        - $retrieval_ratio * hot_price * $gb_per_read * coalesce(cast(monthly_reads as double), 0) as saved
    from accounts
    semi join reporting_sources using (source_name)
    inner join stored using (source_name, resource_id, currency)
    where accounts.account_id is not distinct from stored.account_id
        and accounts.region is not distinct from stored.region
        and stored_since >= $days - 1
        and stored_gb >= $min_gb
        and coalesce(cast(reads as double), 0) < $max_reads_per_gb * stored_gb
)
select
    * exclude (saved, reads),
    coalesce(reads, 0) as reads,
    cast(saved as decimal(38, 12)) as monthly_saving
from compared
where saved > 0
""",
    reason="{resource_name} has {stored_gb} GB of hot blobs for {monthly_cost} {currency} in 30 days and read them "
    "{reads} times in {days} days; cool they cost {monthly_saving} {currency} less",
)
