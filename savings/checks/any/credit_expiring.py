"""Credits that pay for part of the bill and come to an end."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

CREDIT_EXPIRING = BillCheck(
    name="credit_expiring",
    title="Credits that come to an end",
    clouds=("any",),
    rule="Credits paid for more than 5 % of an account's cost in 30 days, and either they pay at least a fifth less of "
    "it than in the 30 days before, or their description names a day within 90 days on which they end.",
    why="When credits end the same usage is charged in full, which nobody planned for.",
    next_step="Look up when the credits end and how much is left, and plan for the full cost from then on.",
    saving_basis="None: the credits of 30 days are what becomes visible.",
    lever="none",
    component="all",
    effort="low",
    risk_class="reversible",
    confidence="medium",
    links=("https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/useconsolidatedbilling-credits.html",),
    parameters=(
        Parameter("min_share", Decimal("0.05"), "Less is within what a bill varies by from month to month."),
        Parameter("max_ratio", Decimal("0.8"), "A fifth less of the cost is no chance when credits last."),
        Parameter("days", 90, "A quarter, as budgets are reviewed."),
    ),
    evidence="""
with charges as (
    select
        *,
        charge_category = 'Credit' as is_credit,
        -- a month's credit is spread over the days of the month so far
        least(days_ago + 1, greatest(period_days, 1)) as covered_days,
        usage_date + cast(days_ago as integer) as last_day
    from usage_daily
    where charge_category in ('Usage', 'Purchase', 'Credit')
        and ((charge_category = 'Credit' and cost < 0) or (charge_category <> 'Credit' and cost > 0))
),
spread as (
    select
        *,
        greatest(least(days_ago, 29) - greatest(days_ago - covered_days + 1, 0) + 1, 0) / covered_days as in_last,
        greatest(least(days_ago, 59) - greatest(days_ago - covered_days + 1, 30) + 1, 0) / covered_days as in_earlier,
        try_cast(nullif(regexp_extract(
            coalesce(description, ''),
            '(?i)(?:expir|end|until|valid|through)[a-z]*[^0-9]{0,20}(20[0-9]{2}-[0-9]{2}-[0-9]{2})', 1
        ), '') as date) as named_day
    from charges
),
accounts as (
    select
        source_name, cloud, account_id, currency,
        max(billing_period) as billing_period,
        max(days_ago) as first_days_ago,
        coalesce(sum(share(-cost, in_last)) filter (where is_credit), 0) as credits,
        coalesce(sum(share(-cost, in_last)) filter (where is_credit and is_ending), 0) as ending_credits,
        coalesce(sum(share(-cost, in_earlier)) filter (where is_credit), 0) as earlier_credits,
        coalesce(sum(share(cost, in_last)) filter (where not is_credit), 0) as cost_before_credits,
        coalesce(sum(share(cost, in_earlier)) filter (where not is_credit), 0) as earlier_cost,
        min(named_day) filter (where is_credit and is_ending and in_last > 0) as ends_on,
        max(description) filter (where is_credit and in_last > 0) as credit
    from (select *, named_day between last_day and last_day + $days as is_ending from spread)
    group by all
),
shares as (
    select
        *,
        cast(credits as double) / cast(cost_before_credits as double) as covered_share,
        cast(ending_credits as double) / cast(cost_before_credits as double) as ending_share,
        cast(earlier_credits as double) / nullif(cast(earlier_cost as double), 0) as earlier_share
    from accounts
    where credits > 0 and cost_before_credits > 0
),
compared as (
    select *, ending_share > $min_share as is_dated
    from shares
    where ending_share > $min_share
        or (covered_share > $min_share and first_days_ago >= 59 and covered_share <= earlier_share * $max_ratio)
)
select
    source_name, billing_period, cloud, account_id, cast(null as varchar) as region,
    cast(null as varchar) as resource_id, currency,
    case when is_dated then ending_credits else credits end as monthly_cost,
    cast(null as decimal(38, 12)) as monthly_saving,
    cost_before_credits, earlier_credits, credit, ends_on,
    round(100 * case when is_dated then ending_share else covered_share end, 1) as covered_percent,
    case
        when is_dated then 'and end on ' || ends_on
        else 'and paid for ' || round(100 * earlier_share, 1) || ' % in the 30 days before'
    end as sign
from compared
""",
    reason="Credits pay for {covered_percent} % of this account's cost, {monthly_cost} {currency} in 30 days, {sign}",
)
