"""Databases on a class whose successor the same customer pays less for."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.instance_targets import cheaper_family

RDS_PREVIOUS_GENERATION = BillCheck(
    name="rds_previous_generation",
    title="Databases on an earlier generation",
    clouds=("aws",),
    rule="An RDS or Aurora instance on demand whose class has an Intel successor (seed_aws_instance_targets) that the "
    "bill shows a lower price of: same region, engine, deployment and size. Without such a price nothing is found.",
    why="Newer classes do more per vCPU, and some cost less.",
    next_step="Modify the instance's class in its maintenance window; it restarts.",
    saving_basis="The instance's cost on demand less the same hours at the price the account pays for the successor.",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="high",
    links=("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.html",),
    parameters=(Parameter("min_share", Decimal("0.02"), "Less than 2 % is not worth a restart."),),
    seeds=("aws_instance_targets",),
    evidence=cheaper_family("rds", "successor", rows="service_code = 'AmazonRDS'"),
    reason="{resource_id} runs on demand as {instance_type} for {monthly_cost} {currency} in 30 days; as {target_type} "
    "it costs {monthly_saving} {currency} less",
)
