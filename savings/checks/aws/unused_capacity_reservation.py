"""Capacity that is reserved and that no instance runs in."""

from savings.check import BillCheck, Parameter
from savings.conditions import is_still_billed

UNUSED_CAPACITY_RESERVATION = BillCheck(
    name="unused_capacity_reservation",
    title="Reserved capacity that nothing runs in",
    clouds=("aws",),
    rule="Hours of a capacity reservation without an instance (usage types UnusedBox and UnusedDed, or FOCUS' "
    "CapacityReservationStatus Unused) on at least 14 of the last 30 days, and still.",
    why="An on-demand capacity reservation costs what its instances would cost, whether they run or not.",
    next_step="Cancel the reservation, or reduce it to the instances that it holds.",
    saving_basis="The cost on demand of the hours without an instance, of 30 days.",
    lever="delete",
    component="compute",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-capacity-reservations.html",),
    parameters=(Parameter("min_days", 14, "A reservation stands empty for some hours while instances are replaced."),),
    evidence=f"""
with unused as (
    select usage.*
    from usage_30d as usage
    where usage.cloud = 'aws'
        and (
            regexp_matches(usage.usage_type, '(^|-)Unused(Box|Ded):')
            or lower(usage.capacity_reservation_status) = 'unused'
        )
        and {is_still_billed("usage")}
),
days as (
    select source_name, account_id, region, resource_id, currency, count(distinct usage_date) as unused_days
    from usage_daily
    where cloud = 'aws' and charge_category = 'Usage' and days_ago < 30 and consumed_quantity > 0
        and (
            regexp_matches(usage_type, '(^|-)Unused(Box|Ded):') or lower(capacity_reservation_status) = 'unused'
        )
    group by all
)
select
    unused.source_name, unused.cloud, unused.account_id, unused.region, unused.resource_id, unused.currency,
    max(unused.billing_period) as billing_period,
    max(unused.service_name) as service_name,
    max(unused.resource_name) as resource_name,
    coalesce(unused.resource_id, 'Account ' || unused.account_id) as billed_to,
    max(regexp_extract(unused.usage_type, '[^:]+$')) as instance_type,
    max(days.unused_days) as unused_days,
    sum(unused.consumed_quantity) as unused_hours,
    coalesce(sum(unused.monthly_cost) filter (unused.pricing_category = 'Standard'), 0) as monthly_cost,
    coalesce(sum(unused.monthly_cost) filter (unused.pricing_category = 'Committed'), 0) as covered_cost,
    coalesce(sum(unused.monthly_cost) filter (unused.pricing_category = 'Standard'), 0) as monthly_saving
from unused
inner join days
    on unused.source_name = days.source_name
    and unused.account_id is not distinct from days.account_id
    and unused.region is not distinct from days.region
    and unused.resource_id is not distinct from days.resource_id
    and unused.currency = days.currency
where days.unused_days >= $min_days
group by unused.source_name, unused.cloud, unused.account_id, unused.region, unused.resource_id, unused.currency
having monthly_saving > 0
""",
    reason="{billed_to} reserves {instance_type} and stood empty on {unused_days} of 30 days, for {monthly_cost} "
    "{currency} in 30 days",
)
