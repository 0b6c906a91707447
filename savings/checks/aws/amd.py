"""Intel instances that cost less on AMD."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.instance_targets import cheaper_family

AMD = BillCheck(
    name="amd",
    title="Intel instances that cost less on AMD",
    clouds=("aws",),
    rule="An instance on demand on Intel whose size also exists in an AMD family of the same or a newer generation "
    "(seed_aws_instance_targets) for less.",
    why="AMD runs the same x86 software and costs about a tenth less per hour.",
    next_step="Stop the instance, change its type and start it; in a launch template, change the type there. Software "
    "that is licensed or tuned for Intel stays.",
    saving_basis="Its cost on demand less the same hours of the cheapest such family: at the price the account pays "
    "for it in the region with the same operating system, or, for Linux, by the ratio of list prices.",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://aws.amazon.com/ec2/amd/",),
    parameters=(Parameter("min_share", Decimal("0.05"), "Less than 5 % is not worth another processor."),),
    seeds=("aws_instance_targets",),
    evidence=cheaper_family("ec2", "amd", list_price_holds="instances.operation = 'RunInstances'"),
    reason="{resource_id} runs on demand as {instance_type} for {monthly_cost} {currency} in 30 days; as {target_type} "
    "it costs {monthly_saving} {currency} less",
)
