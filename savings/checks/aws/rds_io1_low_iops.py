"""Databases whose provisioned IOPS gp3 has for nothing."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

RDS_IO1_LOW_IOPS = BillCheck(
    name="rds_io1_low_iops",
    title="Databases on io1 that cost less on gp3",
    clouds=("aws",),
    rule="A database of RDS (not Aurora) on storage with provisioned IOPS (usage types ...PIOPS and ...PIOPS-Storage), "
    "of at most 3,000 IOPS, which gp3 has for nothing at every size.",
    why="io1 charges for every IOPS, and a little more for every GB.",
    next_step="Change the storage type to gp3; the database stays up, and is slower while the volume is optimised. "
    "Keep io2 where its latency is the reason for it.",
    saving_basis="What its IOPS cost, and 8 % of its storage: the gp3 price per GB to that of io1.",
    lever="migrate",
    component="storage",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=(
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html",
        "https://aws.amazon.com/rds/pricing/",
    ),
    parameters=(
        Parameter(
            "max_iops", Decimal(3000), "What gp3 has below 400 GiB; from there on it has 12,000 with most engines."
        ),
        Parameter(
            "price_ratio", Decimal("0.92"), "gp3 0.115 to io1 0.125 USD per GB-month, single zone (RDS pricing)."
        ),
    ),
    evidence=r"""
with meters as (
    select
        *,
        regexp_matches(usage_type, 'RDS:(Multi-AZ-)?PIOPS$') as is_iops
    from usage_30d
    where cloud = 'aws'
        and resource_id is not null
        and regexp_matches(usage_type, '(^|-)RDS:(Multi-AZ-)?PIOPS(-Storage)?$')
),
databases as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(case when is_iops then stored else 0 end) as provisioned_iops,
        sum(case when is_iops then 0 else stored end) as size_gb,
        sum(case when is_iops then monthly_cost else 0 end) as iops_cost,
        sum(case when is_iops then 0 else monthly_cost end) as size_cost
    from meters
    group by all
    having min(meter_last_days_ago) <= 2
)
select
    * exclude (iops_cost, size_cost),
    iops_cost + size_cost as monthly_cost,
    iops_cost + share(size_cost, 1 - $price_ratio) as monthly_saving
from databases
-- of a day's share in a month's quantity a little is lost by rounding
where provisioned_iops > 0 and provisioned_iops <= $max_iops * 1.001 and size_gb > 0 and iops_cost > 0 and size_cost > 0
""",
    reason="{resource_id} has {size_gb} GB and {provisioned_iops} provisioned IOPS for {monthly_cost} {currency} in 30 "
    "days; gp3 has as many for nothing and costs {monthly_saving} {currency} less",
)
