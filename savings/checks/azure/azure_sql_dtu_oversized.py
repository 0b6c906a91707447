"""Databases of Azure SQL with more DTUs than they use."""

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
    saving="share(costs.monthly_cost, 1 - cast(found.target_dtus as double) / found.dtus)",
    rows="regexp_matches(usage_type, '(?i)DTU')",
)

AZURE_SQL_DTU_OVERSIZED = InventoryCheck(
    name="azure_sql_dtu_oversized",
    title="SQL databases with more DTUs than they use",
    clouds=("azure",),
    rule="A Standard or Premium database whose busiest minutes, in 99 of 100 hours, take at most 60 % of the DTUs of a "
    "lower level of the same tier, which also holds its size. Members of elastic pools, replicas, members of failover "
    "groups, young and protected ones are left out.",
    why="A level is billed by its DTUs, used or not.",
    next_step="Change the level; open connections end for a moment. Below S3 there are no columnstore indexes.",
    saving_basis="The effective cost of its DTUs times the share that is less: within a tier a DTU costs the same at "
    "every level (price list of November 2026 from memory, not verified; the two largest of Premium cost more).",
    lever="rightsize",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/azure-sql/database/resource-limits-dtu-single-databases",),
    parameters=(
        MIN_DAYS,
        MIN_AGE_DAYS,
        Parameter("most_use", Decimal(60), "Percent of the lower level: AOE finds those that use less than 40 of all."),
    ),
    tables=("azure_sql_databases",),
    metrics=("azure_sql_dtu",),
    evidence=f"""
with levels (tier, level, dtus, most_gib) as (
    values
        ('Standard', 'S0', 10, 250), ('Standard', 'S1', 20, 250), ('Standard', 'S2', 50, 250),
        ('Standard', 'S3', 100, 1024), ('Standard', 'S4', 200, 1024), ('Standard', 'S6', 400, 1024),
        ('Standard', 'S7', 800, 1024), ('Standard', 'S9', 1600, 1024),
        ('Premium', 'P1', 125, 1024), ('Premium', 'P2', 250, 1024), ('Premium', 'P4', 500, 1024),
        ('Premium', 'P6', 1000, 1024)
),
found as (
    select
        t.account_id, t.region, t.resource_id, t.tier, t.capacity as dtus,
        levels.level as target, levels.dtus as target_dtus,
        round(used.p99, 1) as used_percent, used.days as measured_days,
        {too_few_days(("used", "how many of its DTUs it uses"))} as unjudged
    from azure_sql_databases as t
    {join_metrics(("azure_sql_dtu", "used"))}
    inner join levels
        on levels.tier = t.tier and levels.dtus < t.capacity
        and coalesce(t.max_size_bytes, 0) <= levels.most_gib * 1024.0 ** 3
    where {FREE} and status = 'Online' and pool_id is null and secondary_type is null and failover_group_id is null
        and {is_old_enough()}
        and (used.days is null or used.p99 * t.capacity / levels.dtus <= $most_use)
    qualify row_number() over (partition by t.account_id, t.region, t.resource_id order by levels.dtus) = 1
){_COSTS}""",
    reason="{resource_id} used at most {used_percent} % of its {dtus} DTUs in 99 of 100 hours; as {target} it costs "
    "{monthly_saving} {currency} less in 30 days",
)
