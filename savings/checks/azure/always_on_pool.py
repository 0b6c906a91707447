"""Analytics pools of non-production that are never paused."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

ALWAYS_ON_POOL = BillCheck(
    name="always_on_pool",
    title="Analytics pools of non-production that never pause",
    clouds=("azure",),
    rule="A Synapse dedicated SQL pool or Data Explorer cluster of a development, test or staging environment was "
    "billed on every one of the last 28 days for about as many hours as on its busiest, and that day for 24 hours: its "
    "units are a whole multiple of them.",
    why="Both are billed by the hour until somebody pauses them, and nobody works there at night and on weekends.",
    next_step="Pause or stop it outside working hours by a schedule; its data stays.",
    saving_basis="Its effective on-demand cost of 30 days for 118 of a week's 168 hours. "
    "Storage goes on and is not counted.",
    lever="schedule",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=(
        "https://learn.microsoft.com/azure/synapse-analytics/sql-data-warehouse/pause-and-resume-compute-portal",
        "https://learn.microsoft.com/azure/data-explorer/auto-stop-clusters",
    ),
    parameters=(
        Parameter("days", 28, "Four weeks, so that four weekends are among them."),
        Parameter("steadiness", Decimal("0.95"), "An hour a day for a restart is no pause."),
        Parameter("working_hours", 50, "Ten hours on five days of a week's 168, as for machines."),
        Parameter(
            "environments",
            "(?i)^(dev|development|test|testing|tst|qa|uat|stage|staging|stg|sandbox|sbx|non-?prod|demo)([-_ /].*)?$",
            "Names of environments that are not production, as tags and accounts use them.",
        ),
    ),
    evidence="""
with hours as (
    select
        source_name, cloud, account_id, region, resource_id, currency, days_ago,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        max(environment) as environment,
        sum(quantity) as quantity,
        sum(case when pricing_category = 'Standard' then cost else 0 end) as cost,
        sum(case when pricing_category = 'Committed' then cost else 0 end) as covered_cost
    from usage_daily
    where cloud = 'azure'
        and charge_category = 'Usage'
        and coalesce(commitment_status, '') <> 'Unused'
        and resource_id is not null
        and days_ago < $days
        and regexp_matches(environment, $environments)
        and (
            (
                meter_category in ('Azure Synapse Analytics', 'SQL Data Warehouse')
                and usage_type = '100 DWUs'
            )
            or (meter_category = 'Azure Data Explorer' and pricing_unit ilike '%hour%')
        )
    group by all
),
pools as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        max(environment) as environment,
        min(quantity) as least_quantity_a_day,
        max(quantity) as most_quantity_a_day,
        in_a_month(sum(cost), false, $days, 1) as monthly_cost,
        in_a_month(sum(covered_cost), false, $days, 1) as covered_cost
    from hours
    group by all
    having count(*) = $days
        and cast(min(quantity) as double) >= $steadiness * cast(max(quantity) as double)
        -- a pool that ran ten hours of each day is steady too
        and max(quantity) >= 23.9
        and abs(max(quantity) / 24 - round(max(quantity) / 24)) < 0.01
)
select
    *,
    share(monthly_cost, 1 - $working_hours / 168) as monthly_saving
from pools
where monthly_cost > 0
""",
    reason="{resource_id} ({environment}) was never paused in {days} days; outside {working_hours} hours a week it "
    "costs {monthly_saving} {currency} in 30 days",
)
