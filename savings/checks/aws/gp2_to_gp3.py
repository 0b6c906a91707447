"""gp2 volumes that cost less as gp3 with the same performance."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

GP2_TO_GP3 = BillCheck(
    name="gp2_to_gp3",
    title="gp2 volumes that cost less as gp3",
    clouds=("aws",),
    rule="A gp2 volume whose size as gp3, with the IOPS and throughput that gp2 gives it, costs less. Between 150 and "
    "about 250 GB equal throughput costs more, so those stay.",
    why="gp3 costs a fifth less per GB, and its first 3,000 IOPS and 125 MiB/s nothing.",
    next_step="Change the volume's type; it stays attached and in use.",
    saving_basis="Its effective cost less the price of the same size as gp3: 80 % of the gp2 price per GB, or what the "
    "account pays for gp3 in the region; 6 % of a gp3 GB for each of the IOPS over 3,000 that gp2 gives (3 per GB, at "
    "most 16,000); for volumes over 170 GiB 50 % of a gp3 GB for each MiB/s over 125 (gp2 gives 250 there).",
    lever="migrate",
    component="storage",
    effort="low",
    risk_class="reversible",
    confidence="high",
    links=(
        "https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html",
        "https://aws.amazon.com/ebs/pricing/",
    ),
    parameters=(
        Parameter("price_ratio", Decimal("0.8"), "gp3 0.08 to gp2 0.10 USD per GB-month (AWS EBS pricing)."),
        Parameter("iops_ratio", Decimal("0.0625"), "0.005 to 0.08 USD: an IOPS-month to a GB-month of gp3."),
        Parameter("throughput_ratio", Decimal("0.5"), "0.04 to 0.08 USD: a MiB/s-month to a GB-month of gp3."),
    ),
    evidence="""
with own_prices as (
    select
        source_name, region, currency,
        sum(cost) / nullif(sum(quantity), 0) as gp3_price
    from usage_30d
    where cloud = 'aws' and usage_type like '%EBS:VolumeUsage.gp3' and pricing_unit ilike '%month%' and cost > 0
    group by all
),
volumes as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        sum(monthly_cost) as monthly_cost,
        sum(stored) as size_gb,
        cast(sum(monthly_quantity) as double) as gb_months
    from usage_30d
    where cloud = 'aws' and usage_type like '%EBS:VolumeUsage.gp2' and resource_id is not null
    group by all
    having sum(monthly_quantity) > 0 and sum(monthly_cost) > 0 and min(meter_last_days_ago) <= 2
),
priced as (
    select
        volumes.*,
        coalesce(own_prices.gp3_price, cast(monthly_cost as double) / gb_months * $price_ratio) as gp3_price,
        greatest(least(size_gb * 3, 16000) - 3000, 0) as extra_iops,
        case when size_gb > 170 then 125 else 0 end as extra_throughput
    from volumes
    left join own_prices using (source_name, region, currency)
),
compared as (
    select
        *,
        monthly_cost - cast(
            gp3_price * (size_gb + extra_iops * $iops_ratio + extra_throughput * $throughput_ratio)
            * gb_months / size_gb
            as decimal(38, 12)
        ) as monthly_saving
    from priced
)
select * from compared where monthly_saving > 0
""",
    reason="{resource_id} has {size_gb} GB as gp2 for {monthly_cost} {currency} in 30 days; as gp3 with the same "
    "performance it costs {monthly_saving} {currency} less",
)
