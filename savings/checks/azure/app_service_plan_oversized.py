"""App Service plans with more workers than their apps need."""

from decimal import Decimal

from savings.check import InventoryCheck, Parameter
from savings.inventory.azure.costs import FREE, MIN_DAYS, join_metrics, too_few_days, with_costs

_COSTS = with_costs(
    "azure_app_service_plans",
    saving="share(costs.monthly_cost, 1 - cast(found.needed as double) / found.workers)",
)

APP_SERVICE_PLAN_OVERSIZED = InventoryCheck(
    name="app_service_plan_oversized",
    title="App Service plans with more workers than they need",
    clouds=("azure",),
    rule="A plan of two workers or more whose CPU and memory in 99 of 100 hours would still leave a third free with "
    "fewer of them. Two are always left, three where the plan is zone-redundant. Plans that scale by themselves "
    "(elastic premium), plans without an app and protected ones are left out.",
    why="Every worker is billed, however little it does.",
    next_step="Scale in by one worker at a time. Where a rule of autoscaling keeps the number, lower its minimum.",
    saving_basis="Its effective cost times the share of workers that are too many. What a commitment covers counts "
    "apart.",
    lever="rightsize",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/app-service/manage-scale-up",),
    parameters=(
        MIN_DAYS,
        Parameter("most_cpu", Decimal(65), "Percent that the workers that stay may reach: a third is left for peaks."),
        Parameter("most_memory", Decimal(80), "Percent of the workers that stay: memory peaks less than CPU."),
        Parameter("base_memory", Decimal(25), "Percent that every worker uses for itself, whatever runs on it."),
        Parameter("least_workers", 2, "One worker alone is an app without a spare."),
    ),
    tables=("azure_app_service_plans",),
    metrics=("azure_plan_cpu", "azure_plan_memory"),
    evidence=f"""
with used as (
    select
        t.*, cpu.p99 as cpu, memory.p99 as memory, cpu.days as measured_days,
        greatest(
            ceil(workers * cpu.p99 / $most_cpu),
            ceil(workers * greatest(memory.p99 - $base_memory, 0) / ($most_memory - $base_memory)),
            case when is_zone_redundant then 3 else 0 end,
            $least_workers
        ) as needed,
        {too_few_days(("cpu", "its CPU"), ("memory", "its memory"))} as unmeasured
    from azure_app_service_plans as t
    {join_metrics(("azure_plan_cpu", "cpu"), ("azure_plan_memory", "memory"))}
    where {FREE} and not is_elastic and apps > 0
        and workers > greatest($least_workers, case when is_zone_redundant then 3 else 0 end)
        and regexp_matches(lower(tier), '^(basic|standard|premium|isolated)')
),
found as (
    select
        account_id, region, resource_id, size, workers, cast(needed as bigint) as needed,
        round(cpu, 1) as cpu, round(memory, 1) as memory, measured_days,
        unmeasured as unjudged
    from used
    where needed < workers or unmeasured is not null
){_COSTS}""",
    reason="{resource_id} ({size}) used at most {cpu} % of the CPU and {memory} % of the memory of its {workers} "
    "workers in 99 of 100 hours; {needed} do, for {monthly_saving} {currency} less in 30 days",
)
