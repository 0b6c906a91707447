"""Projects whose zones talk much to each other."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

INTER_ZONE = BillCheck(
    name="inter_zone",
    title="Traffic between zones",
    clouds=("gcp",),
    rule="Data transfer between zones costs at least 50 units of currency in 30 days and more than 3 % of the "
    "project's cost.",
    why="Traffic between zones of a region is charged per GiB; within a zone it costs nothing.",
    next_step="Let clients prefer replicas of their own zone (topology aware routing, zonal endpoints), and put what "
    "talks much and needs no second zone into one.",
    saving_basis="None: the bill does not say which of the traffic could stay in its zone.",
    lever="none",
    component="transfer",
    effort="high",
    risk_class="reversible",
    confidence="low",
    links=("https://cloud.google.com/vpc/network-pricing",),
    parameters=(
        Parameter("min_monthly_cost", 50, "5,000 GiB at 0.01 USD."),
        Parameter("min_share", Decimal("0.03"), "Some traffic between zones is the price of surviving one."),
    ),
    evidence="""
with projects as (
    select
        source_name, cloud, account_id, currency,
        max(billing_period) as billing_period,
        coalesce(sum(monthly_cost) filter (where usage_type like 'Network Inter Zone %'), 0) as monthly_cost,
        coalesce(sum(monthly_quantity) filter (where usage_type like 'Network Inter Zone %'), 0) as monthly_gib,
        sum(monthly_cost) as project_cost
    from usage_30d
    where cloud = 'gcp'
    group by all
)
select
    *,
    cast(null as varchar) as region,
    cast(null as varchar) as resource_id,
    cast(null as decimal(38, 12)) as monthly_saving
from projects
where monthly_cost >= $min_monthly_cost
    and cast(monthly_cost as double) > $min_share * cast(project_cost as double)
""",
    reason="Traffic between the zones of {account_id} costs {monthly_cost} {currency} in 30 days of {project_cost} in "
    "all",
)
