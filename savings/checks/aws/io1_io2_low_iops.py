"""Volumes with provisioned IOPS that gp3 has as well."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

IO1_IO2_LOW_IOPS = BillCheck(
    name="io1_io2_low_iops",
    title="io1 and io2 volumes that cost less as gp3",
    clouds=("aws",),
    rule="An io1 or io2 volume of at most 16,000 provisioned IOPS (and 500 per GB, and 16 TiB), which gp3 offers too, "
    "whose size and IOPS cost less as gp3.",
    why="io1 and io2 charge for every IOPS; gp3 has 3,000 for nothing and the others at a thirteenth of the price.",
    next_step="Change the volume's type to gp3 with the same IOPS, and more throughput than 125 MiB/s where it needs "
    "that; it stays attached. Keep io2 where its durability or its latency is the reason for it.",
    saving_basis="Its effective cost of size and IOPS less that of the same size and IOPS as gp3: 64 % of the io price "
    "per GB, or what the customer pays for gp3 in the region, and 6.25 % of a gp3 GB for each of the IOPS over 3,000. "
    "Throughput over 125 MiB/s is not counted.",
    lever="migrate",
    component="storage",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=(
        "https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html",
        "https://aws.amazon.com/ebs/pricing/",
    ),
    parameters=(
        Parameter("max_iops", Decimal(16000), "What gp3 reaches in every region and on every machine."),
        Parameter("max_gb", Decimal(16384), "The size that gp3 reaches in every region."),
        Parameter("price_ratio", Decimal("0.64"), "gp3 0.08 to io1 and io2 0.125 USD per GB-month (AWS EBS pricing)."),
        Parameter("iops_ratio", Decimal("0.0625"), "0.005 to 0.08 USD: an IOPS-month to a GB-month of gp3."),
    ),
    evidence=r"""
with own_prices as (
    select
        source_name, region, currency,
        sum(cost) / nullif(sum(quantity), 0) as gp3_price
    from usage_30d
    where cloud = 'aws' and usage_type like '%EBS:VolumeUsage.gp3' and pricing_unit ilike '%month%' and cost > 0
    group by all
),
meters as (
    select
        *,
        regexp_matches(usage_type, 'EBS:VolumeP-IOPS\.') as is_iops
    from usage_30d
    where cloud = 'aws'
        and resource_id is not null
        and regexp_matches(usage_type, 'EBS:(VolumeUsage|VolumeP-IOPS)\.(piops|io2(\.tier[23])?)$')
),
volumes as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(monthly_cost) as monthly_cost,
        sum(case when is_iops then 0 else monthly_cost end) as size_cost,
        sum(case when is_iops then stored else 0 end) as provisioned_iops,
        sum(case when is_iops then 0 else stored end) as size_gb,
        cast(sum(case when is_iops then 0 else monthly_quantity end) as double) as gb_months
    from meters
    group by all
    having min(meter_last_days_ago) <= 2
),
priced as (
    select
        volumes.*,
        coalesce(own_prices.gp3_price, cast(size_cost as double) / gb_months * $price_ratio) as gp3_price
    from volumes
    left join own_prices using (source_name, region, currency)
    where gb_months > 0
        and size_cost > 0
        and provisioned_iops > 0
        and size_gb <= $max_gb
        -- of a day's share in a month's quantity a little is lost by rounding
        and provisioned_iops <= $max_iops * 1.001
        and provisioned_iops <= greatest(size_gb * 500, 3000) * 1.001
),
compared as (
    select
        * exclude (size_cost, gb_months),
        monthly_cost - cast(
            gp3_price * (size_gb + greatest(provisioned_iops - 3000, 0) * $iops_ratio) * gb_months / size_gb
            as decimal(38, 12)
        ) as monthly_saving
    from priced
)
select * from compared where monthly_saving > 0
""",
    reason="{resource_id} has {size_gb} GB and {provisioned_iops} provisioned IOPS for {monthly_cost} {currency} in 30 "
    "days; as gp3 with as many it costs {monthly_saving} {currency} less",
)
