"""Commitments that are paid for and not used up."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

UNUSED_COMMITMENT = BillCheck(
    name="unused_commitment",
    title="Commitments that are paid for and not used",
    clouds=("any",),
    rule="More than 5 % of what a reservation, savings plan or committed use discount cost in 30 days went unused.",
    why="A commitment is paid for whether it is used or not; what is unused pays for nothing.",
    next_step="Move what runs on demand under the commitment first. Else give part of it back where the provider takes "
    "it: AWS convertible reservations can be exchanged and standard ones sold on the marketplace; Azure reservations "
    "can be exchanged or returned within Microsoft's yearly limit; savings plans and Google's commitments cannot be "
    "returned, so let them end and buy less.",
    saving_basis="None: the money is spent. The effective cost of the unused part is the waste, of 30 days.",
    lever="commit",
    component="fee",
    effort="medium",
    risk_class="one_way",
    confidence="high",
    links=(
        "https://learn.microsoft.com/azure/cost-management-billing/reservations/exchange-and-refund-azure-reservations",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ri-market-general.html",
    ),
    parameters=(
        Parameter("min_share", Decimal("0.05"), "An hour here and there stays unused in any well-used commitment."),
        Parameter("min_month_days", 14, "A month's own charge tells little in its first two weeks."),
    ),
    evidence="""
with charges as (
    select
        *,
        -- some exports state what went unused once for the month, which is up to the last day not over yet
        period_days >= 27 as is_monthly,
        greatest(days_ago - period_days + 1, 0) as ended_days_ago
    from usage_daily
    where charge_category = 'Usage'
        and commitment_discount_id is not null
        and commitment_status in ('Used', 'Unused')
),
newest as (
    select
        source_name, commitment_discount_id, currency,
        min(days_ago) filter (where is_monthly and days_ago >= $min_month_days - 1) as month_days_ago,
        least(max(days_ago) + 1, 30) as days_seen,
        min(ended_days_ago) as ended_days_ago,
        max(commitment_end_at) as ends_at,
        max(cast(usage_date as date) + cast(days_ago as integer)) as last_day
    from charges
    group by all
),
commitments as (
    select
        charges.source_name, charges.cloud, charges.commitment_discount_id as resource_id, charges.currency,
        max(account_id) filter (where commitment_status = 'Unused') as account_id,
        max(region) filter (where commitment_status = 'Unused') as region,
        max(billing_period) as billing_period,
        max(service_name) filter (where commitment_status = 'Unused') as service_name,
        max(commitment_discount_type) as commitment_type,
        cast(max(ends_at) as date) as ends_on,
        sum(
            case
                when is_monthly then in_a_month(cost, true, 30, least(days_ago + 1, period_days))
                else in_a_month(cost, false, days_seen, 1)
            end
        ) filter (where commitment_status = 'Unused') as monthly_cost,
        sum(
            case
                when is_monthly then in_a_month(cost, true, 30, least(days_ago + 1, period_days))
                else in_a_month(cost, false, days_seen, 1)
            end
        ) filter (where commitment_status = 'Used') as used_cost
    from charges
    inner join newest
        on charges.source_name = newest.source_name
        and charges.commitment_discount_id = newest.commitment_discount_id
        and charges.currency = newest.currency
    where newest.ended_days_ago <= 2
        and (ends_at is null or cast(ends_at as date) > last_day)
        and (case when is_monthly then days_ago = month_days_ago and days_ago <= 30 + $min_month_days - 1
            else days_ago < 30 end)
    group by all
)
select
    *,
    cast(null as decimal(38, 12)) as monthly_saving,
    round(100 * cast(monthly_cost as double) / cast(monthly_cost + coalesce(used_cost, 0) as double), 1)
        as unused_percent
from commitments
where monthly_cost > 0
    and cast(monthly_cost as double) > $min_share * cast(monthly_cost + coalesce(used_cost, 0) as double)
""",
    reason="{unused_percent} % of {commitment_type} {resource_id} went unused in 30 days: {monthly_cost} {currency} "
    "paid for nothing",
)
