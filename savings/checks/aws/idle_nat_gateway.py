"""NAT gateways that nothing passes through."""

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import columns_of, cost_of, is_unmeasured, join_costs, measured, why_kept, why_unmeasured

IDLE_NAT_GATEWAY = InventoryCheck(
    name="idle_nat_gateway",
    title="NAT gateways that nothing passes through",
    clouds=("aws",),
    rule="An available NAT gateway, two weeks old or more, through which not more than 1 MB passed in all, measured on "
    "at least 12 days.",
    why="A NAT gateway costs its hours also where nothing passes through it.",
    next_step="Take it out of the route tables, wait a day, and delete it; release its address.",
    saving_basis="Its effective cost of 30 days; its public address is billed apart.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html",),
    parameters=(
        Parameter("max_mb", 1, "In the whole time; what anybody really does is more."),
        Parameter("min_days", 12, "Of two weeks; fewer may be those without traffic."),
        Parameter("min_age_days", 14, "Younger ones may be waiting for their network."),
    ),
    tables=("aws_nat_gateways",),
    metrics=("aws_nat_gateway_bytes",),
    evidence=f"""
with {cost_of("aws_nat_gateways")}
select
    {columns_of("aws_nat_gateways")},
    costs.monthly_cost as monthly_saving,
    aws_nat_gateways.vpc_id,
    bytes.total / 1e6 as total_mb,
    bytes.days as measured_days,
    case
        {why_unmeasured(bytes="what passes through it")}
        {why_kept("aws_nat_gateways")}
    end as unjudged
from aws_nat_gateways
{measured("aws_nat_gateways", bytes="aws_nat_gateway_bytes")}
{join_costs("aws_nat_gateways")}
where aws_nat_gateways.state = 'available' and ({is_unmeasured("bytes")} or bytes.total <= $max_mb * 1e6)
""",
    reason="{total_mb} MB passed through {resource_id} on {measured_days} days; it costs {monthly_cost} {currency} in "
    "30 days",
)
