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
    "from then on. It is shared among the accounts that use it, by the cost of what it covered of each in 30 days; the "
    "share is the evidence `monthly_loss`.",
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
),
ending as (
    select
        *,
        in_a_month(cost, false, days_seen, 1) as whole_cost,
        in_a_month(contracted_cost - cost, false, days_seen, 1) as whole_loss
    from commitments
    where ends_on between last_day and last_day + $days
        and last_days_ago <= 2
        and contracted_cost > cost
),
-- what is covered without a cost of its own counts by what it would cost
users as (
    select
        used.source_name, used.cloud, used.commitment_discount_id as resource_id, used.currency, used.account_id,
        case when any_value(ending.cost) > 0 then sum(used.cost) else sum(used.contracted_cost) end as covered_cost
    from usage_daily as used
    inner join ending
        on used.source_name = ending.source_name
        and used.cloud is not distinct from ending.cloud
        and used.commitment_discount_id = ending.resource_id
        and used.currency is not distinct from ending.currency
    where used.commitment_status = 'Used' and used.days_ago < 30
    group by all
    having covered_cost > 0
),
places as (
    select
        *,
        sum(covered_cost) over (partition by source_name, cloud, resource_id, currency) as all_covered,
        sum(covered_cost) over (
            partition by source_name, cloud, resource_id, currency
            order by covered_cost desc, account_id rows between unbounded preceding and current row
        ) as up_to_here
    from users
),
-- an account's part is what the shares come to with it, less without it: so the parts sum to the whole exactly
parts as (
    select
        *,
        cast(up_to_here as double) / cast(all_covered as double) as share_with,
        cast(up_to_here - covered_cost as double) / cast(all_covered as double) as share_without
    from places
)
select
    ending.source_name, ending.billing_period, ending.cloud, parts.account_id, ending.region, ending.resource_id,
    ending.currency, ending.commitment_type, ending.ends_on,
    date_diff('day', ending.last_day, ending.ends_on) as days_left,
    share(ending.whole_cost, share_with) - share(ending.whole_cost, share_without) as monthly_cost,
    share(ending.whole_loss, share_with) - share(ending.whole_loss, share_without) as monthly_loss,
    ending.whole_loss as monthly_loss_of_all_accounts,
    cast(null as decimal(38, 12)) as monthly_saving
from ending
inner join parts
    on ending.source_name = parts.source_name
    and ending.cloud is not distinct from parts.cloud
    and ending.resource_id = parts.resource_id
    and ending.currency is not distinct from parts.currency
""",
    reason="{commitment_type} {resource_id} ends on {ends_on}; what it covers of this account then costs "
    "{monthly_loss} {currency} more in 30 days",
)
