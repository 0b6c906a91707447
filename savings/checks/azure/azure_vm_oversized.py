"""Machines that a smaller size of the same family would do for."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.azure.costs import (
    COMPUTE_ON_DEMAND,
    FREE,
    MIN_AGE_DAYS,
    MIN_DAYS,
    is_old_enough,
    join_metrics,
    too_few_days,
    with_costs,
)

#: A size as the meter of its hours is called: `Standard_D4s_v5` is billed as `D4s v5`.
_METER = "upper(replace(regexp_replace({size}, '^(Standard|Basic)_', ''), '_', ' '))"

_UNMEASURED = too_few_days(
    ("cpu", "its CPU"), ("memory", "its memory"), ("received", "what it receives"), ("sent", "what it sends")
)
_METRICS = join_metrics(
    ("azure_vm_cpu", "cpu"),
    ("azure_vm_memory", "memory"),
    ("azure_vm_network_in", "received"),
    ("azure_vm_network_out", "sent"),
)
_COSTS = with_costs(
    "azure_virtual_machines", saving="share(costs.monthly_cost, 1 - found.price_ratio)", rows=COMPUTE_ON_DEMAND
)

AZURE_VM_OVERSIZED = InventoryCheck(
    name="azure_vm_oversized",
    title="VMs that a smaller size would do for",
    clouds=("azure",),
    rule="A running VM for which a smaller size of its family would still have headroom: what its CPU did in 99 of 100 "
    "hours is at most 60 % of the smaller one's and at most 90 % in any hour, the most memory that it had in use at "
    "most 80 %, and it moved at most 750 Mbit/s. The smaller size is offered there, takes its data disks, takes "
    "premium disks where the present one does, and has a temporary disk where the present one has. Burstable sizes, "
    "Spot, ephemeral system disks, VMs of scale sets, Kubernetes, Databricks and dedicated hosts, young and protected "
    "ones are left out.",
    why="Half of the size costs half, in every family but few.",
    next_step="Resize it in a maintenance window: it restarts, and what is on a temporary disk is lost.",
    saving_basis="Its effective cost on demand, less what the smaller size costs on this bill in the region under the "
    "same system; where it is nowhere on the bill, the share of vCPUs that are less. What a commitment covers counts "
    "apart.",
    lever="rightsize",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=(
        "https://learn.microsoft.com/azure/virtual-machines/sizes/resize-vm",
        "https://learn.microsoft.com/azure/advisor/advisor-cost-recommendations",
    ),
    parameters=(
        MIN_DAYS,
        MIN_AGE_DAYS,
        Parameter("most_cpu", Decimal(60), "Percent of the smaller size in 99 of 100 hours: a third is left."),
        Parameter("most_cpu_ever", Decimal(90), "Percent of the smaller size in its busiest hour."),
        Parameter("most_memory", Decimal(80), "Percent of the smaller size's: what a system caches is free memory."),
        Parameter("most_megabits", Decimal(750), "A second, both ways: what Microsoft's optimisation engine goes by."),
    ),
    tables=("azure_virtual_machines", "azure_vm_sizes"),
    metrics=("azure_vm_cpu", "azure_vm_memory", "azure_vm_network_in", "azure_vm_network_out"),
    evidence=f"""
with machines as (
    select
        t.*,
        cpu.p99 as cpu_p99, cpu.maximum as cpu_maximum, cpu.days as measured_days,
        -- the least that was free of it, but for one of a hundred hours
        memory_free.value as free_bytes,
        (received.p99 + sent.p99) * 8 / 3600 / 1e6 as megabits,
        {_UNMEASURED} as unmeasured
    from azure_virtual_machines as t
    {_METRICS}
    left join (
        select account_id, region, resource_id, quantile_cont(value, 0.01) as value
        from azure_vm_memory_samples
        group by all
    ) as memory_free
        on memory_free.account_id = t.account_id and memory_free.region = t.region
        and memory_free.resource_id = t.resource_id
    where {FREE} and not is_on_host and not has_ephemeral_disk and priority = 'Regular' and power_state = 'running'
        and {is_old_enough()}
),
present as (
    select machines.*, sizes.family, sizes.vcpus, sizes.memory_gib, sizes.local_disk_mib, sizes.takes_premium_disks,
        sizes.memory_gib - free_bytes / 1024 ** 3 as used_gib
    from machines
    left join azure_vm_sizes as sizes
        on sizes.account_id = machines.account_id
        and sizes.region = machines.region
        and lower(sizes.resource_id) = lower(machines.size)
    -- credits of a burstable size are not seen
    where coalesce(sizes.family, '') not ilike 'standardB%'
),
smaller as (
    select
        present.account_id, present.region, present.resource_id,
        targets.resource_id as target, targets.vcpus as target_vcpus, targets.memory_gib as target_gib
    from present
    inner join azure_vm_sizes as targets
        on targets.account_id = present.account_id
        and targets.region = present.region
        and targets.family = present.family
        and targets.vcpus < present.vcpus
        and targets.memory_gib <= present.memory_gib
        and targets.is_offered and not targets.is_constrained
        and targets.most_data_disks >= present.data_disks
        and (targets.takes_premium_disks or not coalesce(present.takes_premium_disks, true))
        and (coalesce(targets.local_disk_mib, 0) > 0) = (coalesce(present.local_disk_mib, 0) > 0)
    where present.unmeasured is not null or (
        cpu_p99 * present.vcpus / targets.vcpus <= $most_cpu
        and cpu_maximum * present.vcpus / targets.vcpus <= $most_cpu_ever
        and used_gib <= targets.memory_gib * $most_memory / 100
        and megabits <= $most_megabits
    )
    qualify row_number() over (
        partition by present.account_id, present.region, present.resource_id
        order by targets.vcpus, targets.memory_gib, targets.resource_id
    ) = 1
),
prices as (
    select source_name, region, currency, pricing_unit, is_windows, trim(meter) as meter, price
    from (
        select
            source_name, region, currency, pricing_unit, meter_subcategory ilike '%Windows%' as is_windows,
            -- one meter may be of two sizes, `D4 v3/D4s v3`
            string_split(upper(usage_type), '/') as meters,
            sum(cast(cost as double)) / sum(cast(quantity as double)) as price
        from usage_30d
        where cloud = 'azure' and meter_category = 'Virtual Machines' and pricing_category = 'Standard'
            and not regexp_matches(usage_type, '(?i)\\b(spot|low priority)\\b') and cost > 0 and quantity > 0
        group by all
    )
    cross join unnest(meters) as names (meter)
),
own as (
    select
        billed.account_id, billed.region, billed.inventory_id,
        -- one price where all of it is billed at one
        max(prices.price) / (sum(cast(billed.cost as double)) / sum(cast(billed.quantity as double))) as price_ratio
    from azure_virtual_machines_billed as billed
    inner join smaller
        on smaller.account_id = billed.account_id and smaller.region = billed.region
        and smaller.resource_id = billed.inventory_id
    inner join prices
        on prices.source_name = billed.source_name
        and prices.region is not distinct from billed.billed_region
        and prices.currency = billed.currency
        and prices.pricing_unit = billed.pricing_unit
        and prices.is_windows = (billed.meter_subcategory ilike '%Windows%')
        and prices.meter = {_METER.format(size="smaller.target")}
    where billed.meter_category = 'Virtual Machines' and billed.pricing_category = 'Standard'
        and billed.cost > 0 and billed.quantity > 0
    group by all
),
found as (
    select
        present.account_id, present.region, present.resource_id,
        present.size, smaller.target, present.vcpus, smaller.target_vcpus,
        present.memory_gib, smaller.target_gib, round(present.used_gib, 1) as used_gib,
        round(cpu_p99, 1) as cpu, round(megabits, 1) as megabits, measured_days,
        own.price_ratio is not null as at_own_price,
        cast(coalesce(own.price_ratio, smaller.target_vcpus / present.vcpus) as double) as price_ratio,
        case
            when present.vcpus is null then 'its size is not among those that the region offers'
            else unmeasured
        end as unjudged
    from present
    left join smaller using (account_id, region, resource_id)
    left join own
        on own.account_id = present.account_id and own.region = present.region
        and own.inventory_id = present.resource_id
    where (present.vcpus is null or smaller.target is not null) and coalesce(own.price_ratio, 0) < 1
){_COSTS}""",
    reason="{resource_id} ({size}, {vcpus} vCPUs) used at most {cpu} % of its CPU in 99 of 100 hours and {used_gib} of "
    "{memory_gib} GiB; as {target} it costs {monthly_saving} {currency} less in 30 days",
)
