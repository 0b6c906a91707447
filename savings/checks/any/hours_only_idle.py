"""Resources that are billed by the hour, and for nothing that they do."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

HOURS_ONLY_IDLE = BillCheck(
    name="hours_only_idle",
    title="Billed by the hour, used by nobody",
    clouds=("any",),
    rule="In the last 31 days it was billed for at least 336 hours of the clock, and none of the meters that count its "
    "use. Only kinds of resources whose use is always metered are looked at: seed_metered_by_use names their meters. "
    "Where an account's use of a kind is billed in the region for resources that have no hours, or for none, it is not "
    "known whose use it is, and nothing of that kind is found there.",
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
with roles as (
    select distinct
        meters.*,
        seed_metered_by_use.kind,
        seed_metered_by_use.role
    from (
        select distinct cloud, usage_type, service_code, service_name, meter_category
        from usage_daily
        where charge_category = 'Usage' and days_ago < $days
    ) as meters
    inner join seed_metered_by_use
        on meters.cloud = seed_metered_by_use.cloud
        and regexp_matches(coalesce(meters.usage_type, ''), seed_metered_by_use.usage_type_pattern)
        and regexp_matches(
            concat_ws(' ', meters.service_code, meters.service_name, meters.meter_category),
            seed_metered_by_use.service_pattern
        )
),
days as (
    select
        usage.source_name, usage.cloud, usage.account_id, usage.region, usage.resource_id, usage.currency,
        roles.kind,
        usage.days_ago,
        max(usage.billing_period) as billing_period,
        max(usage.resource_name) as resource_name,
        max(usage.service_name) as service_name,
        -- an endpoint in three zones is billed three hours an hour
        least(
            sum(
                case
                    when roles.role <> 'hours' then 0
                    when usage.pricing_unit <> 'Hours' and usage.consumed_unit = 'Hours' then usage.consumed_quantity
                    else usage.quantity
                end
            ),
            24 * max(usage.period_days)
        ) as billed_hours,
        sum(case when roles.role = 'use' then abs(usage.quantity) else 0 end) as used_quantity,
        sum(usage.cost) as cost
    from usage_daily as usage
    inner join roles
        on usage.cloud = roles.cloud
        and usage.usage_type is not distinct from roles.usage_type
        and usage.service_code is not distinct from roles.service_code
        and usage.service_name is not distinct from roles.service_name
        and usage.meter_category is not distinct from roles.meter_category
    where usage.charge_category = 'Usage' and usage.days_ago < $days
    group by all
),
resources as (
    select
        source_name, cloud, account_id, region, resource_id, currency, kind,
        max(billing_period) as billing_period,
        max(resource_name) as resource_name,
        max(service_name) as service_name,
        least(max(days_ago) + 1, 30) as days_seen,
        min(days_ago) as last_days_ago,
        sum(billed_hours) as billed_hours,
        sum(used_quantity) as used_quantity,
        sum(case when days_ago < 30 then cost else 0 end) as cost
    from days
    group by all
),
judged as (
    select
        *,
        sum(case when resource_id is null or billed_hours <= 0 then used_quantity else 0 end)
            over (partition by source_name, cloud, account_id, region, kind) as use_of_others
    from resources
)
select
    * exclude (days_seen, last_days_ago, used_quantity, use_of_others, cost),
    in_a_month(cost, false, days_seen, days_seen) as monthly_cost,
    in_a_month(cost, false, days_seen, days_seen) as monthly_saving
from judged
where resource_id is not null
    and billed_hours >= $min_hours
    and used_quantity = 0
    and use_of_others = 0
    and last_days_ago <= 2
    and cost > 0
""",
    reason="{kind} {resource_id} was billed for {billed_hours} hours in {days} days and for no use at all; it costs "
    "{monthly_cost} {currency} in 30 days",
)
