"""Volumes that pay for operations and throughput that they never had."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.questions import (
    columns_of,
    is_unmeasured,
    join_costs,
    measured,
    why_hands_off,
    why_unmeasured,
)

UNUSED_PROVISIONED_IOPS = InventoryCheck(
    name="unused_provisioned_iops",
    title="Provisioned IOPS and throughput that were never used",
    clouds=("aws",),
    rule="An attached gp3 volume with more than 3,000 IOPS or 125 MiB/s, or an io1 or io2 volume, whose busiest hour, "
    "five times over, needs less than is provisioned; measured on at least 10 days.",
    why="What is provisioned above the baseline costs the same whether it is used or not.",
    next_step="Lower IOPS and throughput to what the evidence says is needed; the volume stays attached, and can be "
    "changed again after six hours.",
    saving_basis="Of what its provisioned IOPS and throughput cost, the part above what is needed: five times the mean "
    "of its busiest hour, but gp3's 3,000 IOPS and 125 MiB/s, or 100 IOPS of io1 and io2, at least.",
    lever="setting",
    component="requests",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modify-volume.html",),
    parameters=(
        Parameter("peak_factor", 5, "The busiest second to the mean of the busiest hour; an assumption."),
        Parameter("min_days", 10, "Of two weeks, so that two weekends and one Monday at least are seen."),
        Parameter("least_io_iops", 100, "io1 and io2 have no fewer."),
        Parameter("baseline_iops", 3000, "gp3 has them for nothing."),
        Parameter("baseline_mib", 125, "gp3 has them for nothing."),
    ),
    tables=("aws_volumes",),
    metrics=("aws_volume_operations", "aws_volume_bytes"),
    evidence=f"""
with parts as (
    select
        *,
        case
            when regexp_matches(usage_type, 'EBS:VolumeP-IOPS') then 'iops'
            when regexp_matches(usage_type, 'EBS:VolumeP-Throughput') then 'throughput'
        end as part
    from aws_volumes_billed
),
costs as (
    select
        account_id, region, inventory_id, source_name, currency,
        min(resource_id) as billed_as,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        cast(0 as decimal(38, 12)) as covered_cost,
        sum(monthly_cost) as monthly_cost,
        coalesce(sum(monthly_cost) filter (part = 'iops'), 0) as iops_cost,
        coalesce(sum(monthly_cost) filter (part = 'throughput'), 0) as throughput_cost
    from parts
    where part is not null
    group by all
    having sum(monthly_cost) > 0
),
needs as (
    select
        aws_volumes.*,
        operations.days as operations_days,
        bytes.days as bytes_days,
        operations.maximum / 3600 as busiest_iops,
        bytes.maximum / 3600 / 1048576 as busiest_mib,
        case when volume_type = 'gp3' then $baseline_iops else 0 end as free_iops,
        greatest(
            case when volume_type = 'gp3' then $baseline_iops else $least_io_iops end,
            ceil(operations.maximum / 3600 * $peak_factor)
        ) as needed_iops,
        greatest($baseline_mib, ceil(bytes.maximum / 3600 / 1048576 * $peak_factor)) as needed_mib
    from aws_volumes
    {measured("aws_volumes", operations="aws_volume_operations", bytes="aws_volume_bytes")}
    where state = 'in-use' and volume_type in ('gp3', 'io1', 'io2')
),
shares as (
    select
        *,
        case
            when iops > free_iops then greatest(0, iops - needed_iops) / (iops - free_iops) else 0
        end as unused_iops_share,
        case
            when volume_type = 'gp3' and throughput > $baseline_mib
                then greatest(0, throughput - needed_mib) / (throughput - $baseline_mib)
            else 0
        end as unused_throughput_share
    from needs
)
select
    {columns_of("shares")},
    share(costs.iops_cost, least(1, shares.unused_iops_share))
        + share(costs.throughput_cost, least(1, shares.unused_throughput_share)) as monthly_saving,
    shares.volume_type,
    shares.iops,
    shares.throughput,
    shares.busiest_iops,
    shares.busiest_mib,
    shares.needed_iops,
    shares.needed_mib,
    case
        {why_unmeasured(operations="what it does", bytes="what it moves")}
        {why_hands_off("shares")}
    end as unjudged
from shares
{measured("shares", operations="aws_volume_operations", bytes="aws_volume_bytes")}
inner {join_costs("shares").removeprefix("left ")}
where {is_unmeasured("operations", "bytes")}
    or (costs.iops_cost > 0 and shares.unused_iops_share > 0)
    or (costs.throughput_cost > 0 and shares.unused_throughput_share > 0)
""",
    reason="{resource_id} ({volume_type}) has {iops} IOPS and {throughput} MiB/s and had {busiest_iops} and "
    "{busiest_mib} in its busiest hour; what it does not need costs {monthly_saving} {currency} in 30 days",
)
