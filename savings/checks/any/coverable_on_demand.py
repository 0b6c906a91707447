"""Usage that is paid on demand all the time, and the commitment that would make it cheaper."""

from decimal import Decimal

from savings.check import JudgedCheck, Parameter
from savings.commitments.judge import judge_commitments

COVERABLE_ON_DEMAND = JudgedCheck(
    name="coverable_on_demand",
    title="On-demand usage that a commitment would cover",
    clouds=("aws", "azure", "gcp"),
    rule="The on-demand usage of a pool (compute, databases, machine learning) in each hour of the last 60 days is so "
    "steady that a commitment of the best level would have saved money, in the weeks that it was not chosen on too. "
    "What existing commitments cover is not part of it. Spot usage, Windows on Azure and usage that no commitment "
    "covers are left out.",
    why="What runs all the time is paid at the price of what may stop at any time.",
    next_step="Make the other planned savings first, then buy the commitment by a ticket; it cannot be undone.",
    saving_basis="On-demand cost that the commitment would have covered in the last 30 days, at its committed price "
    "(the customer's own where there is one, else the list's), less the whole commitment, used or not.",
    lever="commit",
    component="compute",
    effort="medium",
    risk_class="one_way",
    confidence="medium",
    links=(
        "https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html",
        "https://learn.microsoft.com/azure/cost-management-billing/savings-plan/savings-plan-compute-overview",
        "https://cloud.google.com/compute/docs/instances/committed-use-discounts-overview",
    ),
    parameters=(
        Parameter("days", 60, "As long as evidence is kept: eight whole weeks to leave out one by one."),
        Parameter("min_weeks", 4, "Fewer weeks say nothing about a week that was not looked at."),
        Parameter("max_losing_share", Decimal("0.05"), "Of the weeks left out; of eight none. 1 takes any risk."),
        Parameter("max_term_months", 12, "Two months of usage say little about three years; 36 allows those too."),
        Parameter("upfront", 0, "1 also recommends what is paid in advance: cash is somebody else's decision."),
        Parameter("only_flexible", 1, "Other savings move workloads to other families, where a bound plan is lost."),
    ),
    seeds=("commitment_offers",),
    judge=judge_commitments,
    evidence="""
with sources as (
    select
        source_name,
        greatest(min(usage_date), max(usage_date + cast(days_ago as integer)) - ($days - 1)) as first_day,
        max(usage_date + cast(days_ago as integer)) as last_day
    from usage_daily
    where charge_category = 'Usage'
    group by all
)
select
    usage_hourly.*,
    sources.first_day,
    sources.last_day
from usage_hourly
inner join sources using (source_name)
where usage_hourly.started_at >= sources.first_day
""",
    reason="{offer} of {hourly_commitment} {currency} an hour for {term_months} months, {payment}: it covers "
    "{coverage_percent} % of the usage on demand, {utilisation_percent} % of it is used where {break_even_percent} % "
    "are enough, its term is earned after {break_even_months} months; it saves {monthly_saving} {currency} of "
    "{monthly_cost} in 30 days",
)
