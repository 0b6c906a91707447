"""Databases of open engines on x86 that cost less on Graviton."""

from decimal import Decimal

from savings.check import BillCheck, Parameter
from savings.instance_targets import OPEN_ENGINES, cheaper_family

RDS_GRAVITON = BillCheck(
    name="rds_graviton",
    title="Databases on x86 that cost less on Graviton",
    clouds=("aws",),
    rule="An RDS or Aurora instance on demand of MySQL, PostgreSQL or MariaDB, on Intel, whose size also exists in a "
    "Graviton family (seed_aws_instance_targets) for less.",
    why="The engine is the provider's to build: nothing has to be compiled, and Graviton costs about a tenth less.",
    next_step="Check that the engine's version runs on the class, then modify the instance in its maintenance window; "
    "it restarts.",
    saving_basis="The instance's cost on demand less the same hours of the cheapest such family: at the price the "
    "account pays for it in the region with the same engine and deployment, or by the ratio of list prices of the "
    "engine.",
    lever="migrate",
    component="compute",
    effort="medium",
    risk_class="reversible",
    confidence="medium",
    links=("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.html",),
    parameters=(Parameter("min_share", Decimal("0.02"), "Less than 2 % is not worth a restart."),),
    seeds=("aws_instance_targets",),
    evidence=cheaper_family("rds", "graviton", rows=f"service_code = 'AmazonRDS' and operation in {OPEN_ENGINES}"),
    reason="{resource_id} runs on demand as {instance_type} for {monthly_cost} {currency} in 30 days; as {target_type} "
    "it costs {monthly_saving} {currency} less",
)
