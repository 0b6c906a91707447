"""Load balancers with nothing behind them."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import of_bill

IDLE_FORWARDING_RULE = InventoryCheck(
    name="idle_forwarding_rule",
    title="Forwarding rules with nothing behind them",
    clouds=("gcp",),
    rule="A forwarding rule is older than 15 days, and what it leads to, through proxy and map of URLs, has no backend "
    "at all. One whose way could not be followed, such as to a service attachment, is not judged. Left out: rules with "
    "a protecting label.",
    why="A forwarding rule is billed by the hour, also where nobody could answer.",
    next_step="Delete the rule with its proxy, map and backend service, and release its address.",
    saving_basis="Everything that the bill has of the rule in 30 days. The first five of a project cost as much as "
    "one, "
    "so what is really saved may be less there.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="restorable",
    confidence="medium",
    links=("https://cloud.google.com/vpc/network-pricing#lb",),
    tables=("gcp_forwarding_rules",),
    parameters=(Parameter("min_days", 15, "A load balancer is set up from the front, in less than two weeks."),),
    evidence=of_bill(
        "gcp_forwarding_rules",
        """
        select
            account_id, region, resource_id, scheme, target,
            date_diff('day', cast(created_at as date), looked_at.last_day) as age_days,
            case when has_backend is null then 'what stands behind it could not be followed' end as unjudged
        from gcp_forwarding_rules
        cross join looked_at
        where not is_protected and age_days >= $min_days and has_backend is distinct from true
        """,
    ),
    reason="{resource_name} leads to {target}, which has no backend, and costs {monthly_cost} {currency} in 30 days",
)
