"""Databases on a class that a newer and cheaper one has taken the place of."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.instance_targets import OPEN_ENGINES, cheaper_family

RDS_PREVIOUS_GENERATION = BillCheck(
    name="rds_previous_generation",
    title="Databases on an earlier generation",
    clouds=("aws",),
    rule="An RDS or Aurora instance on demand whose class has an Intel successor (seed_aws_instance_targets) that "
    "costs less in the same size. Beside the oldest classes list prices are the same, so there the bill has to show "
    "a lower price: same region, engine and deployment.",
    why="Newer classes do more per vCPU, and some cost less.",
    next_step="Modify the instance's class in its maintenance window; it restarts.",
    saving_basis="The instance's cost on demand less the same hours of the successor: at the price the account "
    "pays for it in the region with the same engine and deployment, or, for open engines on m3 and m4, "
    "by the ratio of list prices.",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="high",
    links=("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.html",),
    parameters=(Parameter("min_share", Decimal("0.02"), "Less than 2 % is not worth a restart."),),
    seeds=("aws_instance_targets",),
    # a licence in the price does not get cheaper with the class
    evidence=cheaper_family(
        "rds",
        "successor",
        rows="service_code = 'AmazonRDS'",
        list_price_holds=f"instances.operation in {OPEN_ENGINES}",
    ),
    reason="{resource_id} runs on demand as {instance_type} for {monthly_cost} {currency} in 30 days; as {target_type} "
    "it costs {monthly_saving} {currency} less",
)
