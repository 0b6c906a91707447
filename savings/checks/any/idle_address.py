"""Public addresses that are paid for and belong to nothing."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

IDLE_ADDRESS = BillCheck(
    name="idle_address",
    title="Public addresses that nothing uses",
    clouds=("aws", "gcp"),
    rule="In the last 14 days at least 168 hours of the clock were billed for it by a meter that says the address is "
    "idle, and it still is in the last three days. Azure's meters do not say whether an address is in use.",
    why="A reserved public address costs its hours, and at Google more than one in use.",
    next_step="See whether anybody outside lets this address in, then release it; the same one may not come back.",
    saving_basis="The effective cost of its idle hours, of 30 days.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=(
        "https://docs.aws.amazon.com/vpc/latest/ipam/view-public-ip-insights.html",
        "https://cloud.google.com/vpc/network-pricing",
    ),
    parameters=(
        Parameter("min_hours", Decimal(168), "A week: by then an address between two machines has found the second."),
        Parameter("days", 14, "Two weeks, so that an address idle since last week is seen, and one of long ago not."),
    ),
    evidence=r"""
with idle as (
    select
        source_name, cloud, account_id, region, resource_id, currency, days_ago,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        -- several addresses may have no id of their own
        least(sum(quantity), 24) as idle_hours,
        sum(cost) as cost
    from usage_daily
    where charge_category = 'Usage'
        and days_ago < 30
        and (
            (cloud = 'aws' and regexp_matches(usage_type, '(PublicIPv4|ElasticIP):IdleAddress$'))
            or (cloud = 'gcp' and regexp_matches(usage_type, '(?i)^Static Ip Charge'))
        )
    group by all
),
addresses as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        sum(case when days_ago < $days then idle_hours else 0 end) as idle_hours,
        in_a_month(sum(cost), false, least(max(days_ago) + 1, 30), 1) as monthly_cost,
        min(days_ago) as last_days_ago
    from idle
    group by all
)
select
    * exclude (last_days_ago),
    coalesce(resource_id, 'of ' || account_id) as billed_to,
    monthly_cost as monthly_saving
from addresses
where idle_hours >= $min_hours and last_days_ago <= 2 and monthly_cost > 0
""",
    reason="Address {billed_to} was billed as idle for {idle_hours} hours in {days} days; it costs {monthly_cost} "
    "{currency} in 30 days",
)
