"""Resources that are billed by the hour, and for nothing that they do."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

HOURS_ONLY_IDLE = BillCheck(
    name="hours_only_idle",
    title="Billed by the hour, used by nobody",
    clouds=("any",),
    rule="In the last 31 days at least 336 hours of it were billed, and none of the meters that count its use. Only "
    "kinds of resources whose use is always metered are looked at: seed_metered_by_use names their meters.",
    why="A gateway, load balancer or endpoint costs its hours also when nothing passes through it.",
    next_step="See whether anything still points to it, then delete it.",
    saving_basis="The effective cost of its hours, of 30 days.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://catalog.workshops.aws/awscid/en-US/dashboards/foundational/cudos",),
    parameters=(
        Parameter("min_hours", Decimal(336), "Two weeks: what was made for a test is over by then."),
        Parameter("days", 31, "A month, so that what runs on the first of a month counts as used."),
    ),
    seeds=("metered_by_use",),
    evidence="""
with metered as (
    select
        usage.*,
        meters.kind,
        meters.role
    from usage_daily as usage
    inner join seed_metered_by_use as meters
        on usage.cloud = meters.cloud
        and regexp_matches(coalesce(usage.usage_type, ''), meters.usage_type_pattern)
        and regexp_matches(coalesce(usage.service_code, '') || ' ' || coalesce(usage.service_name, '')
            || ' ' || coalesce(usage.meter_category, ''), meters.service_pattern)
    where usage.charge_category = 'Usage' and usage.days_ago < $days and usage.resource_id is not null
),
resources as (
    select
        source_name, cloud, account_id, region, resource_id, currency, kind,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        least(max(days_ago) + 1, 30) as days_seen,
        min(days_ago) as last_days_ago,
        sum(case when role = 'hours' then quantity else 0 end) as billed_hours,
        sum(case when role = 'use' then abs(quantity) else 0 end) as used_quantity,
        sum(case when days_ago < 30 then cost else 0 end) as cost
    from metered
    group by all
)
select
    * exclude (days_seen, last_days_ago, used_quantity, cost),
    in_a_month(cost, false, days_seen, days_seen) as monthly_cost,
    in_a_month(cost, false, days_seen, days_seen) as monthly_saving
from resources
where billed_hours >= $min_hours and used_quantity = 0 and last_days_ago <= 2 and cost > 0
""",
    reason="{kind} {resource_id} was billed for {billed_hours} hours in {days} days and for no use at all; it costs "
    "{monthly_cost} {currency} in 30 days",
)
