"""Fast disks of machines that have been off for long."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.azure.costs import FREE, MIN_DAYS, with_costs

_COSTS = with_costs(
    "azure_disks",
    saving="share(costs.monthly_cost, 1 - found.price_ratio)",
    rows="regexp_matches(usage_type, '^[PE][0-9]+ (LRS )?Disks?$')",
)

AZURE_DISK_PARKED = InventoryCheck(
    name="azure_disk_parked",
    title="Fast disks of VMs that have been off for long",
    clouds=("azure",),
    rule="A premium or standard SSD (locally redundant) of a VM that is deallocated has been so for 30 days. Shared "
    "disks, those of Kubernetes, Site Recovery and Databricks, and protected ones are left out.",
    why="Nothing reads or writes the disks of a VM that is off, and they are paid for their speed.",
    next_step="Change the disk's type to Standard HDD now, and back before the VM is started; or take a snapshot and "
    "delete the VM with its disks.",
    saving_basis="Its effective cost, less what Standard HDD of the same tier costs on this bill in the region; where "
    "there is none, 60 % of a premium disk's and a third of a standard SSD's.",
    lever="migrate",
    component="storage",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/virtual-machines/disks-convert-types",),
    parameters=(
        MIN_DAYS,
        Parameter("min_off_days", 30, "Days off: Microsoft's optimisation engine goes by as many."),
        Parameter(
            "premium_ratio",
            Decimal("0.4"),
            "Standard HDD to premium SSD: list prices of East US, P4 to P40, are near 0.3 (from memory, November 2026, "
            "not verified).",
        ),
        Parameter(
            "standard_ratio",
            Decimal("0.67"),
            "Standard HDD to standard SSD: list prices of East US, E10 to E40, are between 0.5 and 0.65 (from memory, "
            "November 2026, not verified).",
        ),
    ),
    tables=("azure_disks",),
    evidence=f"""
with prices as (
    select
        source_name, region, currency, pricing_unit, regexp_extract(usage_type, '^S([0-9]+) (LRS )?Disks?$', 1) as tier,
        sum(cast(cost as double)) / sum(cast(quantity as double)) as price
    from usage_30d
    where cloud = 'azure' and meter_category = 'Storage' and regexp_matches(usage_type, '^S[0-9]+ (LRS )?Disks?$')
        and cost > 0 and quantity > 0
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
        and prices.tier = regexp_extract(billed.usage_type, '^[PE]([0-9]+) (LRS )?Disks?$', 1)
    where billed.cost > 0 and billed.quantity > 0
    group by all
),
found as (
    select
        t.account_id, t.region, t.resource_id, t.sku, t.size_gib, cast(t.detached_at as date) as off_since,
        own.price_ratio is not null as at_own_price,
        cast(
            coalesce(own.price_ratio, case when t.sku = 'Premium_LRS' then $premium_ratio else $standard_ratio end)
            as double
        ) as price_ratio,
        case when t.detached_at is null then 'since when its VM is off is not known' end as unjudged
    from azure_disks as t
    left join own
        on own.account_id = t.account_id and own.region = t.region and own.inventory_id = t.resource_id
    where {FREE} and t.state = 'Reserved' and t.sku in ('Premium_LRS', 'StandardSSD_LRS') and len(t.attached_to) <= 1
        and (
            t.detached_at is null
            or t.detached_at <= (select last_day + 1 from looked_at) - to_days(cast($min_off_days as integer))
        )
        and coalesce(own.price_ratio, 0) < 1
){_COSTS}""",
    reason="{resource_id} ({sku}, {size_gib} GiB) is of a VM that is off since {off_since}; as Standard HDD it costs "
    "{monthly_saving} {currency} less in 30 days",
)
