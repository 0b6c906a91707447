"""Load balancers that nothing passes through."""

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import columns_of, cost_of, is_unmeasured, join_costs, measured, why_kept, why_unmeasured

IDLE_LOAD_BALANCER = InventoryCheck(
    name="idle_load_balancer",
    title="Load balancers that nothing passes through",
    clouds=("aws",),
    rule="A load balancer, two weeks old or more, without a single request (or new flow) in any hour, measured on at "
    "least 12 days. That none of its targets is healthy, or it has none, makes it surer.",
    why="A load balancer costs its hours also where nobody calls it.",
    next_step="See which names point to it, then delete it with its target groups.",
    saving_basis="Its effective cost of 30 days; its public addresses are billed apart.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="compensable",
    confidence="medium",
    links=("https://docs.aws.amazon.com/awssupport/latest/user/cost-optimization-checks.html",),
    parameters=(
        Parameter("max_requests", 0, "Health checks are not counted; whoever calls, needs it."),
        Parameter("min_days", 12, "Of two weeks; fewer may be those without a caller."),
        Parameter("min_age_days", 14, "Younger ones may be waiting for their application."),
    ),
    tables=("aws_load_balancers",),
    metrics=("aws_load_balancer_requests",),
    evidence=f"""
with {cost_of("aws_load_balancers")}
select
    {columns_of("aws_load_balancers")},
    costs.monthly_cost as monthly_saving,
    aws_load_balancers.name,
    aws_load_balancers.kind,
    aws_load_balancers.targets,
    aws_load_balancers.healthy_targets,
    requests.days as measured_days,
    case
        when coalesce(aws_load_balancers.healthy_targets, aws_load_balancers.targets) = 0 then 'high'
    end as confidence,
    case
        {why_unmeasured(requests="what passes through it")}
        {why_kept("aws_load_balancers")}
    end as unjudged
from aws_load_balancers
{measured("aws_load_balancers", requests="aws_load_balancer_requests")}
{join_costs("aws_load_balancers")}
where {is_unmeasured("requests")} or requests.total <= $max_requests
""",
    reason="{name} ({kind}) had no request on {measured_days} days and has {targets} target(s); it costs "
    "{monthly_cost} {currency} in 30 days",
)
