"""AWS resources other than instances: volumes, buckets, gateways and what else is billed by usage type."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from simulator.opportunities.bill import Bill
from simulator.opportunities.company import Company
from simulator.opportunities.lines import Charge, Line, Resource, by_day, stored
from simulator.opportunities.prices.aws_services import GP3_THROUGHPUT, list_price, service_meter

DAY_HOURS = Decimal(24)
_PATTERNS = {
    "nat": "arn:aws:ec2:{region}:{account}:natgateway/nat-0{token}",
    "endpoint": "arn:aws:ec2:{region}:{account}:vpc-endpoint/vpce-0{token}",
    "vpn": "arn:aws:ec2:{region}:{account}:vpn-connection/vpn-0{token}",
    "attachment": "arn:aws:ec2:{region}:{account}:transit-gateway-attachment/tgw-attach-0{token}",
    "alb": "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{token}",
    "nlb": "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/net/{name}/{token}",
    "clb": "arn:aws:elasticloadbalancing:{region}:{account}:loadbalancer/{name}",
    "stream": "arn:aws:kinesis:{region}:{account}:stream/{name}",
    "address": "arn:aws:ec2:{region}:{account}:elastic-ip/eipalloc-0{token}",
    "acl": "arn:aws:wafv2:{region}:{account}:regional/webacl/{name}/{guid}",
    "trail": "arn:aws:cloudtrail:{region}:{account}:trail/{name}",
    "vm": "i-0{token}",
    "group": "arn:aws:autoscaling:{region}:{account}:autoScalingGroup:{guid}:autoScalingGroupName/{name}",
    "template": "arn:aws:ec2:{region}:{account}:launch-template/lt-0{token}",
    "image": "arn:aws:ec2:{region}:{account}:image/ami-0{token}",
    "volume": "vol-0{token}",
    "snapshot": "arn:aws:ec2:{region}:{account}:snapshot/snap-0{token}",
    "bucket": "{name}",
    "vault": "arn:aws:glacier:{region}:{account}:vaults/{name}",
    "table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "task": "arn:aws:ecs:{region}:{account}:task/{name}/{token}",
    "cluster": "arn:aws:eks:{region}:{account}:cluster/{name}",
    "database": "arn:aws:rds:{region}:{account}:db:{name}",
    "cache": "arn:aws:elasticache:{region}:{account}:cluster:{name}",
    "logs": "arn:aws:logs:{region}:{account}:log-group:/aws/{name}",
    "backup": "arn:aws:backup:{region}:{account}:backup-vault:{name}",
    "reservation": "arn:aws:ec2:{region}:{account}:capacity-reservation/cr-0{token}",
    "host": "arn:aws:ec2:{region}:{account}:dedicated-host/h-0{token}",
    "notebook": "arn:aws:sagemaker:{region}:{account}:notebook-instance/{name}",
    "files": "arn:aws:elasticfilesystem:{region}:{account}:file-system/fs-0{token}",
    "profile": "arn:aws:bedrock:{region}:{account}:application-inference-profile/{token}",
    "aurora": "arn:aws:rds:{region}:{account}:cluster:cluster-{token}",
    "agreement": "arn:aws:aws-marketplace:us-east-1:{account}:agreement/agmt-{token}",
    "desktop": "arn:aws:workspaces:{region}:{account}:workspace/ws-{token}",
    "recorder": "arn:aws:config:{region}:{account}:config-recorder/{name}",
}


def add(company: Company, kind: str, environment: str = "prod", region: str = "", **where: Any) -> Resource:
    """A resource of a kind with the id that AWS writes for it; ``where`` is its account or further tags."""
    return company.resource("aws", _PATTERNS[kind], environment, region=region, role=kind, **where)


def bill(
    company: Company,
    resource: Resource,
    usage: str,
    quantity: Decimal | int | str | list[Charge] | Callable[[dt.date], Decimal],
    operation: str = "",
) -> Line:
    """A quantity a day of a usage type, or charges that were worked out before."""
    charges = quantity if isinstance(quantity, list) else by_day(company.days(), _as_quantity(quantity))
    return company.bill(resource, service_meter(usage, resource.region, operation), charges)


def _as_quantity(
    quantity: Decimal | int | str | Callable[[dt.date], Decimal],
) -> Decimal | Callable[[dt.date], Decimal]:
    return quantity if callable(quantity) else Decimal(quantity)


def store(company: Company, resource: Resource, usage: str, gigabytes: Decimal | int) -> Line:
    """So many gigabytes (or provisioned operations) on every day."""
    return bill(company, resource, usage, stored(company.days(), Decimal(gigabytes)))


def add_volume(
    company: Company, kind: str, gigabytes: int, iops: int = 0, environment: str = "prod", region: str = ""
) -> Resource:
    """An EBS volume of a kind (gp2, gp3, piops, io2 or standard); no finding follows from it by itself."""
    resource = add(company, "volume", environment, region)
    usage = "EBS:VolumeUsage" if kind == "standard" else f"EBS:VolumeUsage.{kind}"
    store(company, resource, usage, gigabytes)
    if iops:
        store(company, resource, f"EBS:VolumeP-IOPS.{kind}", iops)
    return resource


def move_to_gp3(resource: Resource, gigabytes: int, iops: int, throughput: int) -> Callable[[Bill], Decimal]:
    """What gp3 of the same performance saves; 3000 operations and 125 MiB/s are included in its price.

    Prices of operations and throughput follow the customer's own price of a gigabyte, where gp3 is billed.
    """
    region = resource.region

    def saving(bill: Bill) -> Decimal:
        storage = service_meter("EBS:VolumeUsage.gp3", region)
        lines = bill.lines(resource)
        own = bill.own_price(storage, region)
        discounted = own / storage.price if own is not None else lines[0].price / lines[0].meter.price
        target = gigabytes * storage.price
        target += max(0, iops - 3000) * list_price("EBS:VolumeP-IOPS.gp3", region)
        target += max(0, throughput - 125) * GP3_THROUGHPUT[region]
        now = sum((_monthly_units(line, gigabytes, iops) * line.price for line in lines), Decimal(0))
        provisioned = bill.monthly(resource, keep=lambda line: line.meter.unit != "IOs")
        return bill.monthly(resource) - provisioned * target * discounted / now

    return saving


def _monthly_units(line: Line, gigabytes: int, iops: int) -> int:
    return iops if "P-IOPS" in line.meter.usage else gigabytes if "VolumeUsage" in line.meter.usage else 0
