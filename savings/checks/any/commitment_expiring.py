"""Commitments that end soon and are still in use."""

from savings.check import BillCheck, Parameter

COMMITMENT_EXPIRING = BillCheck(
    name="commitment_expiring",
    title="Commitments that end soon",
    clouds=("any",),
    rule="A commitment ends within 90 days and still covers usage. Only exports that state when a commitment ends "
    "can tell; whether its successor is bought already they do not say.",
    why="On the day that it ends, what it covers is charged on demand.",
    next_step="Decide before that day whether to renew it, for as much as is really used.",
    saving_basis="None today: what the commitment saves now, contracted less effective cost of what it covers, is lost "
    "from then on. It is the evidence `monthly_loss`.",
    lever="commit",
    component="fee",
    effort="low",
    risk_class="one_way",
    confidence="high",
    links=("https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-overview.html",),
    parameters=(Parameter("days", 90, "A quarter: time enough for whoever has to approve a purchase."),),
    evidence="""
with commitments as (
    select
        source_name, cloud, commitment_discount_id as resource_id, currency,
        coalesce(
            max(account_id) filter (where charge_category = 'Purchase' or commitment_status = 'Unused'),
            max(account_id)
        ) as account_id,
        max(region) filter (where charge_category = 'Purchase' or commitment_status = 'Unused') as region,
        max(billing_period) as billing_period,
        max(commitment_discount_type) as commitment_type,
        cast(max(commitment_end_at) as date) as ends_on,
        max(usage_date + cast(days_ago as integer)) as last_day,
        least(max(days_ago) + 1, 30) as days_seen,
        min(days_ago) filter (where commitment_status = 'Used') as last_days_ago,
        sum(cost) filter (where commitment_status = 'Used' and days_ago < 30) as cost,
        sum(contracted_cost) filter (where commitment_status = 'Used' and days_ago < 30) as contracted_cost
    from usage_daily
    where commitment_discount_id is not null
    group by all
)
select
    * exclude (last_day, days_seen, last_days_ago, cost, contracted_cost),
    date_diff('day', last_day, ends_on) as days_left,
    in_a_month(cost, false, days_seen, 1) as monthly_cost,
    in_a_month(contracted_cost - cost, false, days_seen, 1) as monthly_loss,
    cast(null as decimal(38, 12)) as monthly_saving
from commitments
where ends_on between last_day and last_day + $days
    and last_days_ago <= 2
    and contracted_cost > cost
""",
    reason="{commitment_type} {resource_id} ends on {ends_on}; what it covers then costs {monthly_loss} {currency} "
    "more in 30 days",
)
