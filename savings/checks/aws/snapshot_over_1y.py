"""Snapshots of volumes that have been kept for more than a year."""

from savings.check import BillCheck, Parameter

SNAPSHOT_OVER_1Y = BillCheck(
    name="snapshot_over_1y",
    title="Snapshots older than a year",
    clouds=("aws",),
    rule="A snapshot of a volume that was billed 365 days ago and still is, outside the archive tier. A source that "
    "holds less than a year of bills has none.",
    why="Snapshots of machines long gone stay until somebody deletes them.",
    next_step="Ask its owner; delete it with a recycle bin rule in place, or move it to the archive tier if it must be "
    "kept.",
    saving_basis="Its effective cost of 30 days, all of which its deletion saves. The archive tier costs about a "
    "quarter per GB, for the full size of the volume and for 90 days at least.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="medium",
    links=(
        "https://docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive.html",
        "https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin.html",
    ),
    parameters=(
        Parameter("min_age_days", 365, "A year; what laws ask to be kept longer belongs in the archive tier."),
    ),
    evidence=r"""
with old as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(first_days_ago) as age_days,
        min(first_day) as first_billed
    from storage_monthly
    where cloud = 'aws' and regexp_matches(usage_type, '(^|-)EBS:SnapshotUsage$')
    group by all
    having max(first_days_ago) >= $min_age_days
),
snapshots as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(monthly_cost) as monthly_cost,
        sum(stored) as stored_gb
    from usage_30d
    where cloud = 'aws' and resource_id is not null and regexp_matches(usage_type, '(^|-)EBS:SnapshotUsage$')
    group by all
    having min(meter_last_days_ago) <= 2
)
select
    snapshots.*,
    snapshots.monthly_cost as monthly_saving,
    old.age_days,
    old.first_billed
from snapshots
inner join old
    on snapshots.source_name = old.source_name
    and snapshots.account_id is not distinct from old.account_id
    and snapshots.region is not distinct from old.region
    and snapshots.resource_id = old.resource_id
    and snapshots.currency = old.currency
where snapshots.monthly_cost > 0
""",
    reason="Snapshot {resource_id} has been billed for {age_days} days; its {stored_gb} GB cost {monthly_cost} "
    "{currency} in 30 days",
)
