"""Buckets that nobody reads or writes, at the price of what is read every day."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

STANDARD_ONLY_UNUSED = BillCheck(
    name="standard_only_unused",
    title="Buckets all in S3 Standard that nobody uses",
    clouds=("aws",),
    rule="All that a bucket stores is in S3 Standard, for at least 55 days, and in the last 62 days no object was put, "
    "read or copied.",
    why="What is not read costs about half as much in an infrequent access class.",
    next_step="Give the bucket a lifecycle rule to Standard-IA or Glacier Instant Retrieval, or to Intelligent-Tiering "
    "where it may be read again.",
    saving_basis="Its effective cost of Standard storage less the price of the same in Standard-IA that the customer "
    "pays in the region, or 30 % of it. Transition requests, the least size of 128 KB and later reads are not counted.",
    lever="setting",
    component="storage",
    effort="low",
    risk_class="compensable",
    confidence="medium",
    links=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html",
        "https://aws.amazon.com/s3/pricing/",
    ),
    parameters=(
        Parameter(
            "saved_share", Decimal("0.3"), "What the Cloud Intelligence Dashboards assume; list prices say 46 %."
        ),
        Parameter("days", 62, "Two months; what is read once a quarter still costs less in these classes."),
        Parameter("min_days_seen", 55, "Almost two months, so that a new bucket or a short bill is not judged."),
    ),
    evidence=r"""
with own_prices as (
    select
        source_name, region, currency,
        sum(cost) / nullif(sum(quantity), 0) as ia_price
    from usage_30d
    where cloud = 'aws' and regexp_matches(usage_type, '(^|-)TimedStorage-SIA-ByteHrs$') and cost > 0
    group by all
),
buckets as (
    select
        source_name, account_id, region, resource_id, currency,
        max(days_ago) + 1 as days_seen
    from usage_daily
    where cloud = 'aws'
        and charge_category = 'Usage'
        and days_ago < $days
        and resource_id is not null
        and (service_code = 'AmazonS3' or service_name ilike '%Simple Storage Service%')
    group by all
    having days_seen >= $min_days_seen
        and sum(case when usage_type like '%TimedStorage-%' and not regexp_matches(usage_type,
            '(^|-)TimedStorage-ByteHrs$') then abs(quantity) else 0 end) = 0
        and sum(case when regexp_matches(operation, '^(Put|Get|Copy|Post)Object$|^UploadPart') then abs(quantity)
            else 0 end) = 0
),
stored as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(monthly_cost) as monthly_cost,
        sum(monthly_quantity) as gb_months,
        sum(stored) as stored_gb
    from usage_30d
    where cloud = 'aws'
        and (service_code = 'AmazonS3' or service_name ilike '%Simple Storage Service%')
        and regexp_matches(usage_type, '(^|-)TimedStorage-ByteHrs$')
    group by all
    having sum(monthly_cost) > 0 and min(meter_last_days_ago) <= 2
),
priced as (
    select
        stored.* exclude (gb_months),
        buckets.days_seen,
        own_prices.ia_price is not null as is_own_price,
        case
            when own_prices.ia_price is null then share(monthly_cost, $saved_share)
            else monthly_cost - share(gb_months, own_prices.ia_price)
        end as monthly_saving
    from stored
    inner join buckets
        on stored.source_name = buckets.source_name
        and stored.account_id is not distinct from buckets.account_id
        and stored.region is not distinct from buckets.region
        and stored.resource_id = buckets.resource_id
        and stored.currency = buckets.currency
    left join own_prices
        on stored.source_name = own_prices.source_name
        and stored.region is not distinct from own_prices.region
        and stored.currency = own_prices.currency
)
select * from priced where monthly_saving > 0
""",
    reason="Nothing was read from or written to {resource_id} in {days_seen} days; its {stored_gb} GB in S3 Standard "
    "cost {monthly_cost} {currency} in 30 days, {monthly_saving} more than in a class for that",
)
