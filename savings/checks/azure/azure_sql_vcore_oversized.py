"""Databases of Azure SQL with more vCores than they use."""

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

_COSTS = with_costs(
    "azure_sql_databases",
    saving="share(costs.monthly_cost, 1 - cast(found.target_vcores as double) / found.vcores)",
    rows="regexp_matches(usage_type, '(?i)vCore')",
)

AZURE_SQL_VCORE_OVERSIZED = InventoryCheck(
    name="azure_sql_vcore_oversized",
    title="SQL databases with more vCores than they use",
    clouds=("azure",),
    rule="A provisioned General Purpose or Business Critical database whose CPU, data IO and log IO in the busiest "
    "minutes of 99 of 100 hours take at most 60 % of what fewer vCores have. One that may grow beyond 1 TB is not "
    "judged, as fewer vCores hold less. Serverless and Hyperscale databases, members of elastic pools, replicas, "
    "members of failover groups, young and protected ones are left out.",
    why="vCores, and the licence with them, are billed by the hour, used or not.",
    next_step="Change the number of vCores; open connections end for a moment.",
    saving_basis="The effective cost of its vCores and licences times the share that is less; storage and backups "
    "stay. What a commitment covers counts apart.",
    lever="rightsize",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/azure-sql/database/resource-limits-vcore-single-databases",),
    parameters=(
        MIN_DAYS,
        MIN_AGE_DAYS,
        Parameter("most_use", Decimal(60), "Percent of what fewer vCores have: limits of IO shrink with them."),
    ),
    tables=("azure_sql_databases",),
    metrics=("azure_sql_cpu", "azure_sql_data_io", "azure_sql_log_io"),
    evidence=f"""
with numbers as (select unnest([2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 32, 40]) as vcores),
found as (
    select
        t.account_id, t.region, t.resource_id, t.tier, t.sku, t.capacity as vcores, numbers.vcores as target_vcores,
        round(cpu.p99, 1) as cpu_percent, round(greatest(data_io.p99, log_io.p99), 1) as io_percent,
        cpu.days as measured_days,
        coalesce(
            {too_few_days(("cpu", "its CPU"), ("data_io", "its data IO"), ("log_io", "its log IO"))},
            case when coalesce(t.max_size_bytes, 0) > 1024.0 ** 4 then 'it may grow beyond what fewer vCores hold' end
        ) as unjudged
    from azure_sql_databases as t
    {join_metrics(("azure_sql_cpu", "cpu"), ("azure_sql_data_io", "data_io"), ("azure_sql_log_io", "log_io"))}
    inner join numbers on numbers.vcores < t.capacity
    where {FREE} and status = 'Online' and tier in ('GeneralPurpose', 'BusinessCritical')
        and not contains(coalesce(sku, ''), '_S_')
        and pool_id is null and secondary_type is null and failover_group_id is null and {is_old_enough()}
        and greatest(coalesce(cpu.p99, 0), coalesce(data_io.p99, 0), coalesce(log_io.p99, 0))
            * t.capacity / numbers.vcores <= $most_use
    qualify row_number() over (partition by t.account_id, t.region, t.resource_id order by numbers.vcores) = 1
){_COSTS}""",
    reason="{resource_id} used at most {cpu_percent} % of its CPU and {io_percent} % of its IO in 99 of 100 hours; "
    "with {target_vcores} in place of {vcores} vCores it costs {monthly_saving} {currency} less in 30 days",
)
