"""Cosmos DB accounts that autoscale and never scale."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

COSMOS_CAPACITY_MODE = BillCheck(
    name="cosmos_capacity_mode",
    title="Cosmos DB that autoscales and never scales",
    clouds=("azure",),
    rule="An account was billed the same autoscale throughput, within half a percent, on each of the last 30 days.",
    why="Autoscale costs half as much again per request unit as standard throughput, for scaling that does not happen.",
    next_step="See in the metrics that the throughput in use stays below what is billed, then change the containers to "
    "manual throughput of that size.",
    saving_basis="A third of the effective on-demand cost of autoscale throughput: 100 RU/s cost 0.012 USD an hour, "
    "and 0.008 as standard throughput.",
    lever="setting",
    component="compute",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://learn.microsoft.com/azure/cosmos-db/how-to-choose-offer",),
    parameters=(
        Parameter("days", 30, "A month, so that month's ends are among them."),
        Parameter("steadiness", Decimal("0.995"), "Hours that scale on one day and not on another differ by more."),
        Parameter("saved_share", Decimal("0.333333333333"), "0.004 of 0.012 USD for 100 RU/s an hour (list, 2026-11)."),
        Parameter("min_monthly_saving", 1, "Less than one unit of currency a month is not worth a look."),
    ),
    evidence="""
with days_used as (
    select
        source_name, cloud, account_id, region, resource_id, currency, days_ago,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        sum(quantity) as quantity,
        sum(case when pricing_category = 'Standard' then cost else 0 end) as cost
    from usage_daily
    where cloud = 'azure'
        and charge_category = 'Usage'
        and coalesce(commitment_status, '') <> 'Unused'
        and meter_category = 'Azure Cosmos DB'
        and usage_type like '%100 RUs'
        and resource_id is not null
        and days_ago < $days
    group by all
)
select
    source_name, cloud, account_id, region, resource_id, currency,
    max(billing_period) as billing_period,
    max(resource_name) as resource_name,
    max(service_name) as service_name,
    in_a_month(sum(cost), false, $days, 1) as monthly_cost,
    share(in_a_month(sum(cost), false, $days, 1), $saved_share) as monthly_saving,
    round(avg(quantity) * 100 / 24) as ru_per_second
from days_used
group by source_name, cloud, account_id, region, resource_id, currency
having count(*) = $days
    and cast(min(quantity) as double) >= $steadiness * cast(max(quantity) as double)
    and cast(sum(cost) as double) * 30 / $days * $saved_share >= $min_monthly_saving
""",
    reason="{resource_id} was billed {ru_per_second} RU/s of autoscale throughput on every one of {days} days; as "
    "standard throughput it costs {monthly_saving} {currency} less of {monthly_cost}",
)
