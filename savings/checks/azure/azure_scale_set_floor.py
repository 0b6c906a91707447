"""Scale sets that are kept at more machines than they need."""

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

_COSTS = with_costs(
    "azure_scale_sets",
    saving="share(costs.monthly_cost, 1 - cast(found.needed as double) / found.capacity)",
    rows=COMPUTE_ON_DEMAND,
)

AZURE_SCALE_SET_FLOOR = InventoryCheck(
    name="azure_scale_set_floor",
    title="Scale sets that are kept larger than they need",
    clouds=("azure",),
    rule="A scale set of uniform machines has a fixed number of them, or is at the least that its autoscaling keeps, "
    "and fewer would do: their CPU in 99 of 100 hours at most 60 %, their memory at most 80 %. One for each zone and "
    "two in all are always left. Spot, sets of Kubernetes, Databricks and Batch, sets of flexible machines (which are "
    "judged one by one), young and protected ones are left out.",
    why="Autoscaling goes no lower than its least, and what is fixed does not scale at all.",
    next_step="Lower the least of the autoscale setting, or the capacity, one machine at a time.",
    saving_basis="The effective cost of its hours on demand times the share of machines that are too many. What a "
    "commitment covers counts apart.",
    lever="rightsize",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/azure-monitor/autoscale/autoscale-overview",),
    parameters=(
        MIN_DAYS,
        MIN_AGE_DAYS,
        Parameter("most_cpu", Decimal(60), "Percent that the machines that stay may reach: a third is left for peaks."),
        Parameter("most_memory", Decimal(80), "Percent of the machines that stay."),
        Parameter("base_memory", Decimal(20), "Percent that every machine uses for itself, whatever runs on it."),
        Parameter("least_machines", 2, "One machine alone is a service without a spare."),
    ),
    tables=("azure_scale_sets",),
    metrics=("azure_scale_set_cpu", "azure_scale_set_memory"),
    evidence=f"""
with used as (
    select
        t.*, cpu.p99 as cpu, 100 - memory_free.value as memory, cpu.days as measured_days,
        greatest(
            ceil(capacity * cpu.p99 / $most_cpu),
            ceil(capacity * greatest(100 - memory_free.value - $base_memory, 0) / ($most_memory - $base_memory)),
            zones,
            $least_machines
        ) as needed,
        {too_few_days(("cpu", "its CPU"), ("memory", "its memory"))} as unmeasured
    from azure_scale_sets as t
    {join_metrics(("azure_scale_set_cpu", "cpu"), ("azure_scale_set_memory", "memory"))}
    left join (
        select account_id, region, resource_id, quantile_cont(value, 0.01) as value
        from azure_scale_set_memory_samples
        group by all
    ) as memory_free
        on memory_free.account_id = t.account_id and memory_free.region = t.region
        and memory_free.resource_id = t.resource_id
    where {FREE} and not is_flexible and priority = 'Regular' and {is_old_enough()}
        and capacity > greatest($least_machines, zones)
        -- one that is above its least was scaled out for a reason
        and (not is_autoscaled or capacity <= floor)
),
found as (
    select
        account_id, region, resource_id, size, capacity, floor, cast(needed as bigint) as needed,
        round(cpu, 1) as cpu, round(memory, 1) as memory, measured_days,
        unmeasured as unjudged
    from used
    where needed < capacity or unmeasured is not null
){_COSTS}""",
    reason="{resource_id} ({size}) used at most {cpu} % of the CPU and {memory} % of the memory of its {capacity} "
    "machines in 99 of 100 hours; {needed} do, for {monthly_saving} {currency} less in 30 days",
)
