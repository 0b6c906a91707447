"""Projects that pay for what they log."""

from decimal import Decimal

from savings.check import BillCheck, Parameter

LOG_STORAGE = BillCheck(
    name="log_storage",
    title="Logs that cost money",
    clouds=("gcp",),
    rule="A project's Cloud Logging costs at least 50 units of its currency in 30 days and more than 2 % of the "
    "project's cost.",
    why="Each GiB that is written costs as much as keeping it in a bucket for two years, and most of it nobody reads.",
    next_step="Exclude what nobody reads (health checks, debug, load balancer and flow logs) in the sink, sample the "
    "rest, and set the retention of the log buckets to what is needed.",
    saving_basis="What is kept for longer than the 30 days that are free (Log Retention). What comes in is no saving: "
    "the bill does not say which logs are needed.",
    lever="setting",
    component="storage",
    effort="medium",
    risk_class="one_way",
    confidence="low",
    links=("https://cloud.google.com/stackdriver/pricing",),
    parameters=(
        Parameter("min_monthly_cost", 50, "The first 50 GiB a project are free; 50 units are 100 GiB more."),
        Parameter("min_share", Decimal("0.02"), "Logs of a project that costs much may cost something."),
    ),
    evidence="""
with projects as (
    select
        source_name, cloud, account_id, currency,
        max(billing_period) as billing_period,
        coalesce(sum(monthly_cost) filter (where service_name = 'Cloud Logging'), 0) as monthly_cost,
        coalesce(
            sum(monthly_cost) filter (where service_name = 'Cloud Logging' and usage_type ilike '%retention%'), 0
        ) as retention_cost,
        sum(monthly_cost) as project_cost
    from usage_30d
    where cloud = 'gcp'
    group by all
)
select
    *,
    cast(null as varchar) as region,
    cast(null as varchar) as resource_id,
    'Cloud Logging' as service_name,
    case when retention_cost > 0 then retention_cost end as monthly_saving
from projects
where monthly_cost >= $min_monthly_cost
    and cast(monthly_cost as double) > $min_share * cast(project_cost as double)
""",
    reason="Logs of {account_id} cost {monthly_cost} {currency} in 30 days of {project_cost} in all, of it "
    "{retention_cost} for keeping them longer than 30 days",
)
