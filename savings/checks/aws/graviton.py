"""Linux instances on x86 that cost less on Graviton."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.instance_targets import cheaper_family

GRAVITON = BillCheck(
    name="graviton",
    title="Linux on x86 that costs less on Graviton",
    clouds=("aws",),
    rule="An instance on demand, Linux without a licence in its price (operation RunInstances), on Intel or AMD, whose "
    "size also exists in a Graviton family of the same or a newer generation (seed_aws_instance_targets) for less.",
    why="Graviton costs less per hour for the same vCPUs and memory.",
    next_step="Build the image and the software for arm64, test it, then launch it on the new type; a running instance "
    "cannot be changed.",
    saving_basis="Its cost on demand less the same hours of the cheapest such family: at the price the account pays "
    "for it in the region, or by the ratio of list prices.",
    lever="migrate",
    component="compute",
    effort="high",
    risk_class="none",
    confidence="medium",
    links=("https://aws.amazon.com/ec2/graviton/", "https://github.com/aws/aws-graviton-getting-started"),
    parameters=(Parameter("min_share", Decimal("0.05"), "Less than 5 % does not pay for building for arm64."),),
    seeds=("aws_instance_targets",),
    evidence=cheaper_family("ec2", "graviton", rows="operation = 'RunInstances'"),
    reason="{resource_id} runs Linux on demand as {instance_type} for {monthly_cost} {currency} in 30 days; as "
    "{target_type} it costs {monthly_saving} {currency} less",
)
