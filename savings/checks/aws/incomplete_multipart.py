"""Uploads to S3 that were begun and never finished."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

INCOMPLETE_MULTIPART = BillCheck(
    name="incomplete_multipart",
    title="Uploads in parts that were never finished",
    clouds=("aws",),
    rule="In the last 30 days more uploads in parts were begun in a bucket than were completed or aborted.",
    why="The parts of an unfinished upload are stored and paid for, and no list of the bucket's objects shows them.",
    next_step="Give the bucket a lifecycle rule that aborts unfinished uploads after seven days.",
    saving_basis="Not known: the bill has no size of unfinished parts. monthly_cost is what the bucket stores.",
    lever="setting",
    component="storage",
    effort="low",
    risk_class="reversible",
    confidence="low",
    links=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html",),
    parameters=(Parameter("min_uploads", Decimal(1), "One unfinished upload may be of any size, up to 5 TB."),),
    evidence=r"""
with uploads as (
    select
        source_name, account_id, region, resource_id,
        sum(case when operation = 'InitiateMultipartUpload' then quantity else 0 end) as begun_uploads,
        sum(case when operation = 'CompleteMultipartUpload' then quantity else 0 end) as completed_uploads,
        sum(case when operation = 'AbortMultipartUpload' then quantity else 0 end) as aborted_uploads
    from usage_daily
    where cloud = 'aws'
        and charge_category = 'Usage'
        and days_ago < 30
        and resource_id is not null
        and operation in ('InitiateMultipartUpload', 'CompleteMultipartUpload', 'AbortMultipartUpload')
        -- bytes of a request carry its operation too
        and usage_type like '%Requests-%'
    group by all
    having begun_uploads - completed_uploads - aborted_uploads >= $min_uploads
),
buckets as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(case when usage_type like '%TimedStorage-%' then monthly_cost else 0 end) as monthly_cost
    from usage_30d
    where cloud = 'aws' and (service_code = 'AmazonS3' or service_name ilike '%Simple Storage Service%')
    group by all
)
select
    buckets.*,
    cast(null as decimal(38, 12)) as monthly_saving,
    uploads.begun_uploads,
    uploads.completed_uploads,
    uploads.aborted_uploads,
    uploads.begun_uploads - uploads.completed_uploads - uploads.aborted_uploads as unfinished_uploads
from buckets
inner join uploads
    on buckets.source_name = uploads.source_name
    and buckets.account_id is not distinct from uploads.account_id
    and buckets.region is not distinct from uploads.region
    and buckets.resource_id = uploads.resource_id
""",
    reason="{unfinished_uploads} of {begun_uploads} uploads in parts to {resource_id} were neither completed nor "
    "aborted in 30 days; the bucket stores for {monthly_cost} {currency}",
)
