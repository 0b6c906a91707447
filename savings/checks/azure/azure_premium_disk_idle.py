"""Premium disks that a standard SSD would do for."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.azure.costs import (
    FREE,
    MIN_AGE_DAYS,
    MIN_DAYS,
    is_old_enough,
    join_metrics,
    too_few_days,
    with_costs,
)

_UNMEASURED = too_few_days(
    ("reads", "its reads"),
    ("writes", "its writes"),
    ("read_bytes", "what is read of it"),
    ("written_bytes", "what is written to it"),
)
_METRICS = join_metrics(
    ("azure_disk_reads", "reads"),
    ("azure_disk_writes", "writes"),
    ("azure_disk_read_bytes", "read_bytes"),
    ("azure_disk_written_bytes", "written_bytes"),
)
_COSTS = with_costs(
    "azure_disks",
    saving="share(costs.monthly_cost, 1 - found.price_ratio)",
    rows="regexp_matches(usage_type, '^P[0-9]+ (LRS )?Disks?$')",
)

AZURE_PREMIUM_DISK_IDLE = InventoryCheck(
    name="azure_premium_disk_idle",
    title="Premium disks that hardly work",
    clouds=("azure",),
    rule="A premium SSD (first version, locally redundant) of an attached disk used in its busiest minute at most 5 % "
    "of the operations and of the throughput that it is given, in every hour of the window, and no more operations "
    "than a standard SSD of any size has (500 a second, 100 MB a second). Shared disks, system disks that burst on "
    "demand, disks of Kubernetes, Site Recovery and Databricks, young and protected ones are left out.",
    why="A premium disk is paid for its operations; a standard SSD of the same size costs about half.",
    next_step="Change its type to Standard SSD while its VM is deallocated; twice a day is the most that Azure lets "
    "it. A VM whose disks are not all premium has another guarantee of service (99.5 %).",
    saving_basis="Its effective cost, less what standard SSDs of the same tier cost on this bill in the region; where "
    "there are none, 40 % of it. Standard SSDs bill their operations as well, up to a limit an hour.",
    lever="migrate",
    component="storage",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/virtual-machines/disks-convert-types",),
    parameters=(
        MIN_DAYS,
        MIN_AGE_DAYS,
        Parameter("most_share", Decimal("0.05"), "Of what it is given: Microsoft's optimisation engine goes by 5 %."),
        Parameter("most_iops", 500, "What the smallest standard SSDs have."),
        Parameter("most_megabytes", 100, "A second: what the smallest standard SSDs have."),
        Parameter(
            "price_ratio",
            Decimal("0.6"),
            "Standard to premium SSD: list prices of East US of P4 to P40 and E4 to E40 are between 0.45 and 0.6 (from "
            "memory, November 2026, not verified); Microsoft's optimisation engine assumes 0.5.",
        ),
    ),
    tables=("azure_disks",),
    metrics=("azure_disk_reads", "azure_disk_writes", "azure_disk_read_bytes", "azure_disk_written_bytes"),
    evidence=f"""
with busy as (
    select
        t.*,
        coalesce(reads.maximum, 0) + coalesce(writes.maximum, 0) as most_iops,
        (coalesce(read_bytes.maximum, 0) + coalesce(written_bytes.maximum, 0)) / 1e6 as most_megabytes,
        reads.days as measured_days,
        {_UNMEASURED} as unmeasured
    from azure_disks as t
    {_METRICS}
    where {FREE} and sku = 'Premium_LRS' and state = 'Attached' and len(attached_to) = 1 and not is_bursting
        and {is_old_enough()}
),
prices as (
    -- `E10 LRS Disk` takes the place of `P10 LRS Disk`
    select
        source_name, region, currency, pricing_unit, regexp_extract(usage_type, '^E([0-9]+) (LRS )?Disks?$', 1) as tier,
        sum(cast(cost as double)) / sum(cast(quantity as double)) as price
    from usage_30d
    where cloud = 'azure' and meter_subcategory ilike '%Standard SSD%'
        and regexp_matches(usage_type, '^E[0-9]+ (LRS )?Disks?$') and cost > 0 and quantity > 0
    group by all
),
own as (
    select
        billed.account_id, billed.region, billed.inventory_id,
        max(prices.price) / (sum(cast(billed.cost as double)) / sum(cast(billed.quantity as double))) as price_ratio
    from azure_disks_billed as billed
    inner join prices
        on prices.source_name = billed.source_name
        and prices.region is not distinct from billed.billed_region
        and prices.currency = billed.currency
        and prices.pricing_unit = billed.pricing_unit
        and prices.tier = regexp_extract(billed.usage_type, '^P([0-9]+) (LRS )?Disks?$', 1)
    where billed.cost > 0 and billed.quantity > 0
    group by all
),
found as (
    select
        t.account_id, t.region, t.resource_id, t.tier, t.size_gib, t.iops,
        round(most_iops, 1) as most_iops, round(most_megabytes, 1) as most_megabytes, measured_days,
        own.price_ratio is not null as at_own_price,
        cast(coalesce(own.price_ratio, $price_ratio) as double) as price_ratio,
        case
            when t.iops is null or t.megabytes_per_second is null then 'what it is given is not known'
            else unmeasured
        end as unjudged
    from busy as t
    left join own
        on own.account_id = t.account_id and own.region = t.region and own.inventory_id = t.resource_id
    where most_iops <= least(coalesce(t.iops, 0) * $most_share, $most_iops)
        and most_megabytes <= least(coalesce(t.megabytes_per_second, 0) * $most_share, $most_megabytes)
        and coalesce(own.price_ratio, $price_ratio) < 1
){_COSTS}""",
    reason="{resource_id} ({tier}, {size_gib} GiB) did at most {most_iops} of its {iops} operations a second on "
    "{measured_days} days; as Standard SSD it costs {monthly_saving} {currency} less in 30 days",
)
