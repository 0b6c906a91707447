"""EC2 instances of a family that a newer and cheaper one has taken the place of."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.instance_targets import cheaper_family

PREVIOUS_GENERATION = BillCheck(
    name="previous_generation",
    title="EC2 instances of an earlier generation",
    clouds=("aws",),
    rule="An instance on demand whose family has a successor of the same processor vendor (seed_aws_instance_targets) "
    "that costs less in the same size. Spot, reserved and other covered hours are not counted.",
    why="Newer generations do at least as much work per vCPU, and some cost less.",
    next_step="Check that the image has NVMe and ENA drivers, then stop the instance, change its type and start it; in "
    "a launch template, change the type there.",
    saving_basis="Its cost on demand less the same hours of the successor: at the price the account pays for it in the "
    "region with the same operating system, or, for Linux, by the ratio of list prices.",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="high",
    links=("https://aws.amazon.com/ec2/previous-generation/",),
    parameters=(Parameter("min_share", Decimal("0.02"), "Less than 2 % is not worth a stop."),),
    seeds=("aws_instance_targets",),
    # the ratio of Linux prices is not that of prices with a licence in them
    evidence=cheaper_family("ec2", "successor", list_price_holds="instances.operation = 'RunInstances'"),
    reason="{resource_id} runs on demand as {instance_type} for {monthly_cost} {currency} in 30 days; as {target_type} "
    "it costs {monthly_saving} {currency} less",
)
