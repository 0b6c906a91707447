"""Static addresses that nothing uses."""

from savings.check import InventoryCheck, Parameter
from savings.inventory.gcp.questions import of_bill

UNUSED_STATIC_ADDRESS = InventoryCheck(
    name="unused_static_address",
    title="Static addresses that nothing uses",
    clouds=("gcp",),
    rule="An external address is reserved, nothing uses it, and it is older than 15 days. When it was last used is not "
    "said. Left out: addresses with a protecting label.",
    why="A static address that nothing uses costs twice what one in use does.",
    next_step="Ask whether a name or a partner's firewall still points to it, then release it: the same address will "
    "not come back.",
    saving_basis="The effective cost of the address, of 30 days.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="one_way",
    confidence="high",
    links=("https://cloud.google.com/compute/docs/viewing-and-applying-idle-resources-recommendations",),
    tables=("gcp_addresses",),
    parameters=(Parameter("min_days", 15, "What Google's own recommender waits for."),),
    evidence=of_bill(
        "gcp_addresses",
        """
        select
            account_id, region, resource_id,
            date_diff('day', cast(created_at as date), looked_at.last_day) as age_days,
            cast(null as varchar) as unjudged
        from gcp_addresses
        cross join looked_at
        where status = 'RESERVED' and address_type = 'EXTERNAL' and len(users) = 0 and not is_protected
            and age_days >= $min_days
        """,
    ),
    reason="{resource_name} is reserved and not used, is {age_days} days old and costs {monthly_cost} {currency} in 30 "
    "days",
)
