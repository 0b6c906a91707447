"""Search nodes on Intel that cost less on Graviton."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.instance_targets import cheaper_family

GRAVITON_SEARCH = BillCheck(
    name="graviton_search",
    title="OpenSearch nodes that cost less on Graviton",
    clouds=("aws",),
    rule="An OpenSearch node on demand, on Intel, whose size also exists in a Graviton family "
    "(seed_aws_instance_targets) for less.",
    why="The engine is the provider's to build: nothing has to be compiled, and Graviton costs a tenth or more less.",
    next_step="Check that the domain's version runs on the type, then change it; the domain moves its data to "
    "new nodes and stays in use.",
    saving_basis="The node's cost on demand less the same hours of the cheapest such family: at the price the account "
    "pays for it in the region or by the ratio of list prices.",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://docs.aws.amazon.com/opensearch-service/latest/developerguide/supported-instance-types.html",),
    parameters=(Parameter("min_share", Decimal("0.02"), "Less than 2 % is not worth moving the data."),),
    seeds=("aws_instance_targets",),
    evidence=cheaper_family("search", "graviton"),
    reason="{resource_id} runs on demand as {instance_type} for {monthly_cost} {currency} in 30 days; as {target_type} "
    "it costs {monthly_saving} {currency} less",
)
