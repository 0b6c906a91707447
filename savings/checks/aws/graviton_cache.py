"""Cache nodes on Intel that cost less on Graviton."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.instance_targets import cheaper_family

GRAVITON_CACHE = BillCheck(
    name="graviton_cache",
    title="Cache nodes that cost less on Graviton",
    clouds=("aws",),
    rule="An ElastiCache node on demand, on Intel, whose size also exists in a Graviton family with no less memory "
    "(seed_aws_instance_targets) for less.",
    why="The engine is the provider's to build: nothing has to be compiled, and Graviton costs about 5 % less.",
    next_step="Modify the cluster's node type; with Multi-AZ and replicas it stays in use.",
    saving_basis="The node's cost on demand less the same hours of the cheapest such family: at the price the account "
    "pays for it in the region with the same engine, or by the ratio of list prices.",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.SupportedTypes.html",),
    parameters=(Parameter("min_share", Decimal("0.02"), "Less than 2 % is not worth a failover."),),
    seeds=("aws_instance_targets",),
    evidence=cheaper_family("cache", "graviton"),
    reason="{resource_id} runs on demand as {instance_type} for {monthly_cost} {currency} in 30 days; as {target_type} "
    "it costs {monthly_saving} {currency} less",
)
