"""SSD disks that do no more than balanced ones can."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import of_bill, too_few_days

PD_SSD_LOW_USE = InventoryCheck(
    name="pd_ssd_low_use",
    title="SSD disks that balanced ones could stand in for",
    clouds=("gcp",),
    rule="In its busiest hour of the look-back window an attached pd-ssd did at most half of the operations and of the "
    "throughput that a pd-balanced of its size does. Left out: disks younger than the window, with a protecting label, "
    "or made by GKE or another service.",
    why="pd-ssd costs 1.7 times as much as pd-balanced, for performance that this disk does not use.",
    next_step="Take a snapshot, make a pd-balanced of it, and attach that in the disk's place; the VM stops for it.",
    saving_basis="Effective cost less the same size as pd-balanced, at the customer's own price in that place or else "
    "59 % of what is paid.",
    lever="migrate",
    component="storage",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=(
        "https://cloud.google.com/compute/docs/disks/performance",
        "https://cloud.google.com/compute/disks-image-pricing",
    ),
    tables=("gcp_disks",),
    metrics=("gcp_disk_operations", "gcp_disk_throughput"),
    parameters=(
        Parameter("base_operations", 3000, "pd-balanced of any size; its page on performance (2026-11)."),
        Parameter("operations_a_gib", 6, "pd-balanced; its page on performance (2026-11)."),
        Parameter(
            "base_throughput", 140, "MiB a second of pd-balanced of any size; its page on performance (2026-11)."
        ),
        Parameter(
            "throughput_a_gib", Decimal("0.28"), "MiB a second of pd-balanced; its page on performance (2026-11)."
        ),
        Parameter("use", Decimal("0.5"), "An hour's average hides minutes that are twice as busy."),
        Parameter(
            "price_ratio", Decimal("0.589"), "pd-balanced 0.100 to pd-ssd 0.170 USD per GiB-month, Iowa (2026-11)."
        ),
        Parameter("min_days", 10, "Of the 14 that are looked at; fewer may be a holiday."),
    ),
    evidence=of_bill(
        "gcp_disks",
        f"""
        select
            disks.account_id, disks.region, disks.resource_id, disks.size_gb,
            round(operations.maximum, 1) as operations_a_second,
            round(throughput.maximum, 2) as mib_a_second,
            coalesce(
                {too_few_days("operations", "how much it reads and writes")},
                {too_few_days("throughput", "its throughput")}
            ) as unjudged
        from gcp_disks as disks
        left join gcp_disk_operations as operations using (account_id, region, resource_id)
        left join gcp_disk_throughput as throughput using (account_id, region, resource_id)
        where disks.disk_type = 'pd-ssd' and len(disks.users) > 0 and disks.owner is null and not disks.is_protected
            and disks.created_at < (select first_day from looked_at)
            and (
                unjudged is not null
                or (
                    operations.maximum <= $use * ($base_operations + $operations_a_gib * disks.size_gb)
                    and throughput.maximum <= $use * ($base_throughput + $throughput_a_gib * disks.size_gb)
                )
            )
        """,
        meters="usage_type like '%SSD backed PD Capacity%'",
        saving="cast(cast(billed.monthly_cost as double) - billed.balanced_cost as decimal(38, 12))",
        sums=", sum(balanced_cost) as balanced_cost",
        source="priced",
        also="""
        prices as (
            select
                source_name, currency, replace(usage_type, 'Balanced', 'SSD backed') as usage_type,
                sum(cast(cost as double)) / sum(cast(quantity as double)) as price
            from usage_30d
            where cloud = 'gcp' and usage_type like '%Balanced PD Capacity%' and cost > 0 and quantity > 0
            group by all
        ),
        priced as (
            select
                rows.*,
                coalesce(
                    cast(monthly_quantity as double) * price, cast(monthly_cost as double) * $price_ratio
                ) as balanced_cost
            from gcp_disks_billed as rows
            left join prices using (source_name, currency, usage_type)
        ),""",
    ),
    reason="{resource_name} ({size_gb} GB of pd-ssd) did at most {operations_a_second} operations and {mib_a_second} "
    "MiB a second; as pd-balanced it costs {monthly_saving} of {monthly_cost} {currency} less in 30 days",
)
