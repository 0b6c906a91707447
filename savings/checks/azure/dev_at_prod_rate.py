"""Non-production that pays production prices for Windows and SQL Server."""

from savings.check import BillCheck, Parameter
from savings.checks.azure.ahb_sql_missing import SQL_LICENCES
from savings.checks.azure.ahb_windows_missing import USD_PER_VCPU_HOUR, WINDOWS_LICENCES

DEV_AT_PROD_RATE = BillCheck(
    name="dev_at_prod_rate",
    title="Development at production prices",
    clouds=("azure",),
    rule="A resource whose environment is development, test or staging is billed by a Windows meter or has a row for a "
    "Windows or SQL Server licence, which subscriptions under a Dev/Test offer do not have.",
    why="Under a Dev/Test offer Windows and SQL Server cost nothing; users need a Visual Studio subscription.",
    next_step="Move the subscription to the Dev/Test offer of your agreement, if everybody who works there has a "
    "Visual Studio subscription.",
    saving_basis="The licences alone: licence rows, and Windows meters less the same size without Windows. Instead of "
    "the Azure Hybrid Benefit, not on top of it.",
    lever="setting",
    component="licence",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://azure.microsoft.com/pricing/offers/dev-test/",),
    parameters=(
        USD_PER_VCPU_HOUR,
        Parameter(
            "environments",
            "(?i)^(dev|development|test|testing|tst|qa|uat|stage|staging|stg|sandbox|sbx|non-?prod|demo)([-_ /].*)?$",
            "Names of environments that are not production, as tags and accounts use them.",
        ),
        Parameter("min_monthly_saving", 1, "Less than one unit of currency a month is not worth a look."),
    ),
    evidence=f"""
with {WINDOWS_LICENCES}, {SQL_LICENCES},
licences as (
    select
        source_name, cloud, account_id, region, resource_id, currency, billing_period, resource_name, service_name,
        environment, monthly_cost, licence_cost, 'Windows' as product
    from windows_licences
    where licence_cost > 0
    union all
    select
        source_name, cloud, account_id, region, resource_id, currency, billing_period, resource_name, service_name,
        environment, monthly_cost, monthly_cost as licence_cost, 'SQL Server' as product
    from sql_licences
)
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(resource_name) as resource_name,
    max(service_name) as service_name,
    sum(monthly_cost) as monthly_cost,
    sum(licence_cost) as monthly_saving,
    max(environment) as environment,
    string_agg(distinct product, ' and ' order by product) as products
from licences
where regexp_matches(environment, $environments)
group by source_name, cloud, account_id, region, resource_id, currency
having sum(licence_cost) >= $min_monthly_saving
""",
    reason="{resource_id} is {environment} and pays {monthly_saving} {currency} in 30 days for {products}, which cost "
    "nothing under a Dev/Test offer",
)
