"""S3 buckets in which unfinished uploads stay for ever."""

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import columns_of, cost_of, join_costs

UPLOADS_WITHOUT_LIFECYCLE = InventoryCheck(
    name="uploads_without_lifecycle",
    title="Buckets that keep unfinished uploads for ever",
    clouds=("aws",),
    rule="In the last 30 days more uploads in parts were begun in a bucket than were completed or aborted, and no rule "
    "of its lifecycle aborts unfinished uploads of the whole bucket.",
    why="The parts of an unfinished upload are stored and paid for, and no list of the bucket's objects shows them.",
    next_step="Give the bucket a lifecycle rule that aborts unfinished uploads after seven days.",
    saving_basis="Not known: the bill has no size of unfinished parts. monthly_cost is what the bucket stores.",
    lever="setting",
    component="storage",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html",),
    parameters=(Parameter("min_uploads", 1, "One unfinished upload may be of any size, up to 5 TB."),),
    tables=("aws_buckets",),
    evidence=f"""
with {cost_of("aws_buckets", "usage_type like '%TimedStorage-%'")},
uploads as (
    select
        account_id, region, inventory_id,
        sum(case when operation = 'InitiateMultipartUpload' then quantity else 0 end) as begun_uploads,
        sum(case when operation in ('CompleteMultipartUpload', 'AbortMultipartUpload') then quantity else 0 end)
            as ended_uploads
    from aws_buckets_billed
    -- bytes of a request carry its operation too
    where usage_type like '%Requests-%'
    group by all
    having begun_uploads - ended_uploads >= $min_uploads
)
select
    {columns_of("aws_buckets")},
    cast(null as decimal(38, 12)) as monthly_saving,
    uploads.begun_uploads,
    uploads.begun_uploads - uploads.ended_uploads as unfinished_uploads,
    case
        when aws_buckets.aborts_uploads is null then 'its lifecycle may not be seen'
        when costs.source_name is null then 'the bill has nothing that it stores'
    end as unjudged
from aws_buckets
inner join uploads
    on aws_buckets.account_id = uploads.account_id
    and aws_buckets.region = uploads.region
    and aws_buckets.resource_id = uploads.inventory_id
{join_costs("aws_buckets")}
where aws_buckets.aborts_uploads is not true
""",
    reason="{unfinished_uploads} of {begun_uploads} uploads in parts to {resource_id} did not end in 30 days, and "
    "nothing aborts them; the bucket stores for {monthly_cost} {currency}",
)
