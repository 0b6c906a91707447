"""Elastic IP addresses that belong to nothing."""

from savings.check import InventoryCheck, Parameter
from savings.inventory_sql import columns_of, cost_of, join_costs, why_hands_off

UNATTACHED_ADDRESS = InventoryCheck(
    name="unattached_address",
    title="Elastic IP addresses on nothing",
    clouds=("aws",),
    rule="The account lists it as associated with nothing, and it was billed on at least 7 of the last 30 days. "
    "Addresses that a service manages or that the account brought along are left out.",
    why="A public address costs its hours also where nothing answers to it.",
    next_step="See whether anybody outside lets this address in, then release it; the same one may not come back.",
    saving_basis="Its effective cost of 30 days.",
    lever="delete",
    component="all",
    effort="low",
    risk_class="compensable",
    confidence="high",
    links=("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html",),
    parameters=(
        Parameter("min_billed_days", 7, "EC2 does not say since when it is on nothing; in a week it has found a use."),
    ),
    tables=("aws_addresses",),
    evidence=f"""
with {cost_of("aws_addresses", "regexp_matches(usage_type, '(PublicIPv4|ElasticIP):IdleAddress$')")}
select
    {columns_of("aws_addresses")},
    costs.monthly_cost as monthly_saving,
    aws_addresses.public_ip,
    costs.billed_days,
    case
        when costs.source_name is null then 'the bill does not name it among idle addresses in the last days'
        when costs.billed_days < $min_billed_days
            then 'billed as idle on ' || costs.billed_days || ' day(s), ' || $min_billed_days || ' are needed'
        {why_hands_off("aws_addresses")}
    end as unjudged
from aws_addresses
{join_costs("aws_addresses")}
where aws_addresses.associated_with is null
    and aws_addresses.managed_by is null
    and coalesce(aws_addresses.pool, 'amazon') = 'amazon'
""",
    reason="{public_ip} is associated with nothing and costs {monthly_cost} {currency} in 30 days",
)
