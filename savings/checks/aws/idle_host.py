"""Dedicated hosts of a family that no instance runs on."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.conditions import is_still_billed

IDLE_HOST = BillCheck(
    name="idle_host",
    title="Dedicated hosts that nothing runs on",
    clouds=("aws",),
    rule="At least 336 hours of a dedicated host (usage type HostUsage) in 31 days, and in no account of the source an "
    "hour of an instance on a host of that family in that region (HostBoxUsage). Where another host of the family is "
    "in use, the bill does not say which one.",
    why="A dedicated host costs the same with and without instances.",
    next_step="See that nothing is about to be launched on it, then release the host.",
    saving_basis="Its cost on demand, of 30 days.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-hosts-overview.html",),
    parameters=(
        Parameter("min_hours", Decimal(336), "Two weeks: what was made for a test is over by then."),
        Parameter("days", 31, "A month, so that what runs on the first of a month counts as used."),
    ),
    evidence=f"""
with in_use as (
    select distinct source_name, region, regexp_extract(usage_type, 'HostBoxUsage:([^.]+)', 1) as family
    from usage_daily
    where cloud = 'aws' and charge_category = 'Usage' and days_ago < $days and consumed_quantity > 0
        and regexp_matches(usage_type, '(^|-)HostBoxUsage:')
),
hours as (
    select source_name, account_id, region, resource_id, currency, sum(consumed_quantity) as billed_hours
    from usage_daily
    where cloud = 'aws' and charge_category = 'Usage' and days_ago < $days
        and regexp_matches(usage_type, '(^|-)HostUsage:')
    group by all
),
hosts as (
    select
        source_name, cloud, account_id, region, resource_id, currency,
        max(billing_period) as billing_period,
        max(service_name) as service_name,
        max(resource_name) as resource_name,
        max(regexp_extract(usage_type, 'HostUsage:([^.]+)', 1)) as family,
        coalesce(sum(monthly_cost) filter (pricing_category = 'Standard'), 0) as monthly_cost,
        coalesce(sum(monthly_cost) filter (pricing_category = 'Committed'), 0) as covered_cost
    from usage_30d as usage
    where cloud = 'aws' and resource_id is not null and regexp_matches(usage_type, '(^|-)HostUsage:')
        and {is_still_billed("usage")}
    group by source_name, cloud, account_id, region, resource_id, currency
)
select
    hosts.*,
    hours.billed_hours,
    hosts.monthly_cost as monthly_saving
from hosts
inner join hours
    on hosts.source_name = hours.source_name
    and hosts.account_id is not distinct from hours.account_id
    and hosts.region is not distinct from hours.region
    and hosts.resource_id = hours.resource_id
    and hosts.currency = hours.currency
where hosts.monthly_cost > 0 and hours.billed_hours >= $min_hours
    and not exists (
        select 1 from in_use
        where in_use.source_name = hosts.source_name
            and in_use.family = hosts.family
            and in_use.region is not distinct from hosts.region
    )
""",
    reason="Host {resource_id} ({family}) was billed for {billed_hours} hours in {days} days and no instance ran on "
    "any host of its family; it costs {monthly_cost} {currency} in 30 days",
)
