"""Public on-demand prices of AWS services beside instances: how the bill names them and what a unit costs.

US dollars in us-east-1 (see `tables` for where from); other regions by `REGION_FACTORS`, Elastic Block Store by its own
list.
"""

from decimal import Decimal

from simulator.opportunities.lines import Meter
from simulator.opportunities.prices.aws_regions import REGION_FACTORS
from simulator.opportunities.prices.tables import read_prices

_TABLE = read_prices("aws_services.csv")
#: Elastic Block Store has its own regional list: eu-west-1 and eu-central-1.
_EBS = {
    "EBS:VolumeUsage.gp2": ("0.11", "0.119"),
    "EBS:VolumeUsage.gp3": ("0.088", "0.0952"),
    "EBS:VolumeP-IOPS.gp3": ("0.0055", "0.006"),
    "EBS:VolumeUsage.piops": ("0.138", "0.149"),
    "EBS:VolumeP-IOPS.piops": ("0.072", "0.078"),
    "EBS:VolumeUsage.io2": ("0.138", "0.149"),
    "EBS:VolumeP-IOPS.io2": ("0.072", "0.078"),
    "EBS:VolumeUsage": ("0.055", "0.059"),
}
#: A MiB/s of gp3 above the included 125, a month.
GP3_THROUGHPUT = {
    "us-east-1": Decimal("0.04"),
    "us-west-2": Decimal("0.04"),
    "eu-west-1": Decimal("0.044"),
    "eu-central-1": Decimal("0.048"),
}
#: Deep archive over flexible retrieval, by region.
DEEP_ARCHIVE_RATIO = {
    "us-east-1": Decimal("0.275"),
    "us-west-2": Decimal("0.275"),
    "eu-west-1": Decimal("0.275"),
    "eu-central-1": Decimal("0.444"),
}


#: Written before a usage type to tell equal ones of several services apart; not part of the bill.
_TOLD_APART = ("DDB:", "Logs:", "EFS:", "Vault:")


def list_price(usage: str, region: str) -> Decimal:
    """The public price of a unit in a region."""
    if usage in _EBS and region in ("eu-west-1", "eu-central-1"):
        return Decimal(_EBS[usage][region == "eu-central-1"])
    price = Decimal(_TABLE[usage]["price"])
    return price if "IPv4" in usage or "ElasticIP" in usage else price * REGION_FACTORS[region]


def service_meter(usage: str, region: str, operation: str = "") -> Meter:
    """The meter of a usage type of `_TABLE`."""
    row = _TABLE[usage]
    native = {"line_item_operation": operation or row["operation"], "product_product_family": row["family"]}
    text = usage.split(":", 1)[1] if usage.startswith(_TOLD_APART) else usage
    return Meter("aws", row["service"], text, row["unit"], list_price(usage, region), row["component"], native)
