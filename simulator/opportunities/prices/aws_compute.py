"""Public on-demand prices of EC2 and RDS instances and ElastiCache nodes, and which family follows which.

US dollars an hour of the ``large`` size (``medium`` of burstable families), Linux, single zone, MySQL. Current families
of EC2 (also in eu-west-1 and eu-central-1) and nodes from public copies of the AWS price list, read on 2026-11-30;
previous generations and databases are generally known and were not looked up. Successors are those of the Cloud
Intelligence Dashboards' ``kpi_instance_mapping``: previous generations and their Intel, AMD and Graviton successors.
"""

from decimal import Decimal

from simulator.opportunities.lines import Meter
from simulator.opportunities.prices.aws_regions import REGION_FACTORS

#: How many times the table's size a size is.
SIZES = {"medium": 1, "large": 1, "xlarge": 2, "2xlarge": 4, "4xlarge": 8, "16xlarge": 32}
_VCPUS = {"medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "16xlarge": 64}
_EC2 = {
    "m3": "0.133", "m4": "0.1", "m5": "0.096", "m5a": "0.086", "m6g": "0.077", "m6a": "0.0864", "m7g": "0.0816",
    "c3": "0.105", "c4": "0.1", "c5": "0.085", "c5a": "0.077", "c6g": "0.068", "c7g": "0.0725",
    "r4": "0.133", "r5": "0.126", "r5a": "0.113", "r6g": "0.1008", "r7g": "0.1071",
    "t2": "0.0464", "t3": "0.0416", "t3a": "0.0376", "t4g": "0.0336",
}  # fmt: skip
_EC2_ELSEWHERE = {
    "eu-west-1": {
        "m3": "0.146", "m4": "0.111", "m5": "0.107", "m5a": "0.096", "m6g": "0.086", "m7g": "0.0912", "c4": "0.113",
        "c5": "0.096", "c5a": "0.087", "c6g": "0.076", "c7g": "0.0812", "r4": "0.148", "r5": "0.141", "r6g": "0.1127",
        "t2": "0.05", "t3": "0.0456", "t3a": "0.0408", "t4g": "0.0376",
    },
    "eu-central-1": {
        "m3": "0.158", "m4": "0.12", "m5": "0.115", "m5a": "0.103", "m6g": "0.092", "m7g": "0.0976", "c4": "0.114",
        "c5": "0.097", "c5a": "0.087", "c6g": "0.0776", "c7g": "0.0829", "r4": "0.16", "r5": "0.152", "r6g": "0.1216",
        "t2": "0.0536", "t3": "0.048", "t3a": "0.0432", "t4g": "0.0384",
    },
}  # fmt: skip
#: Windows is dearer by this for each of two virtual processors an hour.
_WINDOWS = Decimal("0.092")
_RDS = {
    "m4": "0.175", "m5": "0.171", "m6g": "0.152", "r4": "0.24", "r5": "0.24", "r6g": "0.215", "t2": "0.068",
    "t3": "0.068", "t4g": "0.065", "m7g": "0.168",
}  # fmt: skip
_CACHE = {
    "m4": "0.156", "m5": "0.156", "m6g": "0.149", "m7g": "0.158", "r4": "0.228", "r5": "0.216", "r6g": "0.206",
    "t3": "0.068", "t4g": "0.065", "r7g": "0.219",
}  # fmt: skip
PREVIOUS = {"m3": "m5", "m4": "m5", "c3": "c5", "c4": "c5", "r4": "r5", "t2": "t3"}
GRAVITON = {
    "m3": "m6g", "m4": "m6g", "m5": "m6g", "m5a": "m6g", "c3": "c6g", "c4": "c6g", "c5": "c6g", "c5a": "c6g",
    "r4": "r6g", "r5": "r6g", "r5a": "r6g", "t2": "t4g", "t3": "t4g",
}  # fmt: skip
AMD = {
    "m3": "m5a",
    "m4": "m5a",
    "m5": "m5a",
    "c3": "c5a",
    "c4": "c5a",
    "c5": "c5a",
    "r4": "r5a",
    "r5": "r5a",
    "t2": "t3a",
}
_OPERATIONS = {"Linux": "RunInstances", "Windows": "RunInstances:0002"}
_ENGINES = {"MySQL": "CreateDBInstance:0002", "PostgreSQL": "CreateDBInstance:0014"}
_CACHE_ENGINES = {
    "Redis": "CreateCacheCluster:0002",
    "Memcached": "CreateCacheCluster:0001",
    "Valkey": "CreateCacheCluster:0004",
}


def split_type(instance_type: str) -> tuple[str, str]:
    """Family and size of ``m5.large``, ``db.m5.large`` or ``cache.m5.large``."""
    family, size = instance_type.split(".")[-2:]
    return family, size


def count_vcpus(instance_type: str) -> int:
    """The virtual processors of a size."""
    return _VCPUS[split_type(instance_type)[1]]


def _priced(table: dict[str, str], instance_type: str) -> Decimal:
    family, size = split_type(instance_type)
    # burstable families are stated for the medium size
    steps = 2 if family.startswith("t") and size != "medium" else 1
    return Decimal(table[family]) * SIZES[size] * steps


def instance_price(instance_type: str, region: str) -> Decimal:
    """Linux, an hour, at list."""
    family, _ = split_type(instance_type)
    known = _EC2_ELSEWHERE.get(region, {})
    if family in known or region.startswith("us-"):
        return _priced(known or _EC2, instance_type)
    return _priced(_EC2, instance_type) * REGION_FACTORS[region]


def instance_meter(instance_type: str, region: str, system: str = "Linux", usage: str = "BoxUsage") -> Meter:
    """An hour of an EC2 instance; ``usage`` is BoxUsage, SpotUsage or UnusedBox."""
    price = instance_price(instance_type, region)
    if system == "Windows":
        price += _WINDOWS * count_vcpus(instance_type) / 2
    if usage == "SpotUsage":
        price = (price * Decimal("0.38")).quantize(Decimal("0.0001"))
    operation = _OPERATIONS[system] + (":SV001" if usage == "SpotUsage" else "")
    native = {
        "line_item_operation": operation,
        "product_instance_type": instance_type,
        "product_instance_family": "General purpose",
        "product_product_family": "Compute Instance",
        "operating_system": system,
        "tenancy": "Shared",
    }
    return Meter("aws", "AmazonEC2", f"{usage}:{instance_type}", "Hrs", price, "compute", native)


def database_meter(instance_class: str, region: str, engine: str = "MySQL", is_multi_az: bool = False) -> Meter:
    """An hour of an RDS instance; a standby in a second zone doubles it."""
    price = _priced(_RDS, instance_class) * (2 if is_multi_az else 1) * REGION_FACTORS[region]
    native = {
        "line_item_operation": _ENGINES[engine],
        "product_instance_type": instance_class,
        "product_product_family": "Database Instance",
        "database_engine": engine,
        "deployment_option": "Multi-AZ" if is_multi_az else "Single-AZ",
    }
    usage = "Multi-AZUsage" if is_multi_az else "InstanceUsage"
    return Meter("aws", "AmazonRDS", f"{usage}:{instance_class}", "Hrs", price, "compute", native)


def cache_meter(node_type: str, region: str, engine: str = "Redis") -> Meter:
    """An hour of an ElastiCache node; Valkey costs a fifth less than Redis OSS."""
    price = _priced(_CACHE, node_type) * REGION_FACTORS[region]
    if engine == "Valkey":
        price = price * Decimal("0.8")
    native = {
        "line_item_operation": _CACHE_ENGINES[engine],
        "product_instance_type": node_type,
        "product_product_family": "Cache Instance",
        "cache_engine": engine,
    }
    return Meter("aws", "AmazonElastiCache", f"NodeUsage:{node_type}", "Hrs", price, "compute", native)
