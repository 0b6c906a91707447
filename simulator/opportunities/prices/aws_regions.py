"""How AWS writes regions into usage types, and how much dearer they are where no price of their own is known."""

from decimal import Decimal

from simulator.opportunities.lines import Meter

PREFIXES = {"us-west-2": "USW2", "eu-west-1": "EU", "eu-central-1": "EUC1"}
#: Services whose usage types say USE1 in us-east-1; older ones say nothing there.
PRICED_AS_USE1 = frozenset(
    ("AmazonVPC", "AmazonEKS", "AmazonECS", "AmazonCloudWatch", "awswaf", "AWSCloudTrail", "AWSConfig", "AmazonBedrock")
)
#: Prices of services whose regional price list is not needed exactly: a factor on the price of us-east-1.
REGION_FACTORS = {
    "us-east-1": Decimal(1),
    "us-west-2": Decimal(1),
    "eu-west-1": Decimal("1.1"),
    "eu-central-1": Decimal("1.19"),
}
PLAN_METER = Meter(
    "aws",
    "ComputeSavingsPlans",
    "ComputeSP:1yrNoUpfront",
    "Hrs",
    Decimal(0),
    "commitment",
    {"product_product_family": "ComputeSavingsPlans"},
)
