"""Volumes of the first generation, which pay for every request."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

MAGNETIC_STANDARD = BillCheck(
    name="magnetic_standard",
    title="Magnetic volumes that cost less as gp3",
    clouds=("aws",),
    rule="A magnetic volume (type standard) whose size and requests together cost more than the same size as gp3.",
    why="A magnetic GB is cheaper than one of gp3, but each million of its requests is paid; gp3's are free and "
    "faster.",
    next_step="Change the volume's type to gp3; where that is refused, make a gp3 volume of a snapshot.",
    saving_basis="Its effective cost of size and requests less the price of the same size as gp3: what the customer "
    "pays for gp3 in the region, or 1.6 times the magnetic price per GB.",
    lever="migrate",
    component="storage",
    effort="medium",
    risk_class="restorable",
    confidence="high",
    links=(
        "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html",
        "https://aws.amazon.com/ebs/previous-generation/",
    ),
    parameters=(
        Parameter("price_ratio", Decimal("1.6"), "gp3 0.08 to magnetic 0.05 USD per GB-month (AWS EBS pricing)."),
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
volumes as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        sum(monthly_cost) as monthly_cost,
        sum(case when usage_type like '%VolumeUsage' then monthly_cost else 0 end) as size_cost,
        sum(case when usage_type like '%VolumeUsage' then stored else 0 end) as size_gb,
        cast(sum(case when usage_type like '%VolumeUsage' then monthly_quantity else 0 end) as double) as gb_months,
        sum(case when usage_type like '%VolumeIOUsage' then monthly_quantity else 0 end) as requests
    from usage_30d
    where cloud = 'aws'
        and resource_id is not null
        and regexp_matches(usage_type, '(^|-)EBS:Volume(IO)?Usage$')
    group by all
    having min(case when usage_type like '%VolumeUsage' then meter_last_days_ago end) <= 2
),
priced as (
    select
        volumes.* exclude (size_cost, gb_months),
        monthly_cost - cast(
            gb_months * coalesce(own_prices.gp3_price, cast(size_cost as double) / gb_months * $price_ratio)
            as decimal(38, 12)
        ) as monthly_saving
    from volumes
    left join own_prices using (source_name, region, currency)
    where gb_months > 0 and size_cost > 0
)
select * from priced where monthly_saving > 0
""",
    reason="{resource_id} is a magnetic volume of {size_gb} GB that with its requests costs {monthly_cost} {currency} "
    "in 30 days; as gp3 it costs {monthly_saving} {currency} less",
)
