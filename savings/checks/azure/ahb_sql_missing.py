"""SQL Server licences that are paid by the hour and may be owned already."""

from savings.check import BillCheck, Parameter

#: Rows that are nothing but a SQL Server licence which the Hybrid Benefit takes away.
SQL_LICENCES = """
sql_licences as (
    select *
    from usage_30d
    where cloud = 'azure'
        and resource_id is not null
        and pricing_category = 'Standard'
        and monthly_cost > 0
        and (
            (meter_category in ('SQL Database', 'SQL Managed Instance') and meter_subcategory ilike '%- SQL License')
            or (
                meter_category ilike 'Virtual Machine% Licenses'
                and regexp_matches(meter_subcategory, '^SQL Server (Standard|Enterprise)$')
            )
        )
)
"""

AHB_SQL_MISSING = BillCheck(
    name="ahb_sql_missing",
    title="SQL Server without Azure Hybrid Benefit",
    clouds=("azure",),
    rule="A database, managed instance or VM has a row for a SQL Server licence. Web and Developer editions, and "
    "databases billed by DTU or serverless, have none that could go.",
    why="Who owns SQL Server cores with Software Assurance pays for them twice.",
    next_step="Count the cores that are free, then set the licence type to Azure Hybrid Benefit (BasePrice, or AHUB "
    "for a SQL virtual machine).",
    saving_basis="The effective cost of the licence rows, of 30 days.",
    lever="setting",
    component="licence",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/azure-sql/azure-hybrid-benefit",),
    parameters=(Parameter("min_monthly_saving", 1, "Less than one unit of currency a month is not worth a look."),),
    evidence=f"""
with {SQL_LICENCES}
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(resource_name) as resource_name,
    max(service_name) as service_name,
    sum(monthly_cost) as monthly_cost,
    sum(monthly_cost) as monthly_saving,
    string_agg(distinct meter_subcategory, ', ') as licences,
    max(environment) as environment
from sql_licences
group by source_name, cloud, account_id, region, resource_id, currency
having sum(monthly_cost) >= $min_monthly_saving
""",
    reason="{resource_id} pays {monthly_cost} {currency} in 30 days for {licences}",
)
