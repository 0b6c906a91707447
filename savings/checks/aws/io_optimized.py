"""Aurora clusters that pay more for I/O requests than I/O-Optimized adds to everything else."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.conditions import is_still_billed

IO_OPTIMIZED = BillCheck(
    name="io_optimized",
    title="Aurora clusters that cost less as I/O-Optimized",
    clouds=("aws",),
    rule="An Aurora Standard cluster whose I/O requests cost more than I/O-Optimized would add to storage and to "
    "instances. The bill does not say which instances are the cluster's, so all of Aurora in the account and region "
    "count as its own: what is found holds, some is not found. Clusters that are I/O-Optimized already show no I/O.",
    why="I/O-Optimized charges nothing for requests, more for storage and instances.",
    next_step="Modify the cluster's storage type to I/O-Optimized; it stays in use. It can go back at any time, and be "
    "changed again after 30 days.",
    saving_basis="The cost of its I/O requests, less 125 % of its storage and 30 % of the instances (34 % of "
    "Serverless v2), at what they cost on demand. Where no instance is on the bill there is no amount.",
    lever="setting",
    component="storage",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=(
        "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.StorageReliability.html",
        "https://aws.amazon.com/rds/aurora/pricing/",
    ),
    parameters=(
        Parameter("storage_premium", Decimal("1.25"), "0.10 to 0.225 USD a GB-month (Aurora pricing, 2026-09)."),
        Parameter("instance_premium", Decimal("0.30"), "db.r6g.large 0.26 to 0.338 USD an hour (AWS Price List)."),
        Parameter("serverless_premium", Decimal("0.34"), "0.12 to 0.16 USD an ACU-hour (AWS Price List, 2026-09)."),
    ),
    evidence=f"""
with aurora as (
    select usage.*
    from usage_30d as usage
    where cloud = 'aws' and service_code = 'AmazonRDS'
        and (
            regexp_matches(usage_type, '(^|-)Aurora:(StorageIOUsage|StorageUsage|ServerlessV2Usage)$')
            or (
                regexp_matches(usage_type, '(^|-)InstanceUsage:db\\.')
                and operation in ('CreateDBInstance:0016', 'CreateDBInstance:0021')
            )
        )
),
-- hours that a reservation covers need 30 % more of it: at what they cost on demand
compute as (
    select
        source_name, account_id, region, currency,
        sum(
            greatest(monthly_cost, monthly_contracted_cost)
            * case when usage_type like '%ServerlessV2Usage' then $serverless_premium else $instance_premium end
        ) as premium
    from aurora
    where not regexp_matches(usage_type, 'Aurora:Storage')
    group by all
),
clusters as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(case when usage_type like '%StorageIOUsage' then monthly_cost else 0 end) as io_cost,
        sum(case when usage_type like '%StorageUsage' then monthly_cost else 0 end) as storage_cost
    from aurora
    where regexp_matches(usage_type, 'Aurora:Storage') and resource_id is not null and {is_still_billed("aurora")}
    group by all
)
select
    clusters.*,
    cast(coalesce(compute.premium, 0) as decimal(38, 12)) as instance_premium,
    io_cost + storage_cost as monthly_cost,
    io_cost - storage_cost * $storage_premium - coalesce(compute.premium, 0) as largest_saving,
    -- a cluster has instances; where the bill has none, what they would add is not known
    case when compute.premium is not null then cast(largest_saving as decimal(38, 12)) end as monthly_saving,
    coalesce('at least ' || round(monthly_saving, 2) || ' ' || clusters.currency || ' less', 'less, if its instances '
        || 'cost less than ' || round(largest_saving / $instance_premium, 2) || ' ' || clusters.currency) as difference
from clusters
left join compute
    on clusters.source_name = compute.source_name
    and clusters.account_id is not distinct from compute.account_id
    and clusters.region is not distinct from compute.region
    and clusters.currency = compute.currency
where largest_saving > 0 and storage_cost > 0
""",
    reason="{resource_id} pays {io_cost} {currency} in 30 days for I/O requests and {storage_cost} {currency} for "
    "storage; as I/O-Optimized it costs {difference}",
)
