"""Projects whose BigQuery queries are many enough for slots."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

BIGQUERY_ON_DEMAND = BillCheck(
    name="bigquery_on_demand",
    title="BigQuery on demand that slots may undercut",
    clouds=("gcp",),
    rule="On at least 20 of the last 28 days a project's queries scanned more on demand than 50 slots of the "
    "Standard edition, the smallest step of autoscaling, cost for ten hours.",
    why="On demand every TiB that is read is paid for; slots are paid by the hour, however much they read.",
    next_step="Look up the slot hours of the queries in INFORMATION_SCHEMA.JOBS; where slot hours times the edition's "
    "price are less than the bill, reserve slots with autoscaling.",
    saving_basis="None: how many slots the queries need is not on the bill.",
    lever="rate",
    component="requests",
    effort="high",
    risk_class="reversible",
    confidence="low",
    links=(
        "https://cloud.google.com/bigquery/pricing",
        "https://cloud.google.com/bigquery/docs/slots-autoscaling-intro",
    ),
    parameters=(
        Parameter("days", 28, "Four weeks."),
        Parameter("min_days", 20, "Every working day of four weeks: slots pay only for steady work."),
        Parameter(
            "min_tib_a_day",
            Decimal("3.2"),
            "50 slots at 0.04 USD for 10 hours are 20 USD, or 3.2 TiB at 6.25 USD (list of 2026-11); slots scale to "
            "none while no query runs.",
        ),
    ),
    evidence="""
with scanned as (
    select
        source_name, cloud, account_id, region, currency, days_ago,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        sum(cast(quantity as double)) as tib,
        sum(cost) as cost
    from usage_daily
    where cloud = 'gcp'
        and charge_category = 'Usage'
        and regexp_matches(usage_type, '^Analysis( \\(.*\\))?$')
        and pricing_unit ilike 'TiB%'
        and pricing_category = 'Standard'
        and days_ago < $days
        and cost > 0
    group by all
)
select
    source_name, cloud, account_id, region, cast(null as varchar) as resource_id, currency,
    max(billing_period) as billing_period,
    max(service_name) as service_name,
    in_a_month(sum(cost), false, $days, 1) as monthly_cost,
    cast(null as decimal(38, 12)) as monthly_saving,
    round(sum(tib) / $days, 1) as tib_a_day,
    count(*) filter (where tib >= $min_tib_a_day) as busy_days
from scanned
group by source_name, cloud, account_id, region, currency
having count(*) filter (where tib >= $min_tib_a_day) >= $min_days
""",
    reason="Queries of {account_id} read {tib_a_day} TiB a day on demand for {monthly_cost} {currency} in 30 days, on "
    "{busy_days} of {days} days more than 50 slots cost",
)
