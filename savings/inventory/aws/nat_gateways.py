"""NAT gateways, and what passes through them."""

from collections.abc import Iterator, Sequence

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader, read_tags
from savings.inventory.aws.cloudwatch import PERMISSIONS, add_up, measure, questions_of
from savings.inventory.contract import InventoryTable, Metric, Series, Window


def read_nat_gateways(scope: AwsReader) -> Iterator[Row]:
    """All NAT gateways of an account and region that are not deleted."""
    for one in scope.list("ec2", "describe_nat_gateways", "NatGateways"):
        if one["State"] not in ("deleted", "deleting", "failed"):
            yield {
                **scope.place(one["NatGatewayId"]),
                "state": one["State"],
                "vpc_id": one.get("VpcId"),
                "created_at": one.get("CreateTime"),
                "tags": read_tags(one.get("Tags")),
            }


def read_bytes(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """Bytes from both sides together."""
    questions = [
        question
        for name in ("BytesInFromSource", "BytesInFromDestination")
        for question in questions_of(rows, "AWS/NATGateway", "NatGatewayId", name, "Sum")
    ]
    return add_up(measure(scope, questions, window))


AWS_NAT_GATEWAYS = InventoryTable(
    name="aws_nat_gateways",
    cloud="aws",
    columns={"state": "varchar", "vpc_id": "varchar", "created_at": "timestamp", "tags": "map(varchar, varchar)"},
    permissions=("ec2:DescribeNatGateways",),
    read=read_nat_gateways,
    link="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNatGateways.html",
)
AWS_NAT_GATEWAY_BYTES = Metric(
    name="aws_nat_gateway_bytes",
    cloud="aws",
    table="aws_nat_gateways",
    unit="bytes from both sides",
    statistic="sum of an hour",
    permissions=PERMISSIONS,
    read=read_bytes,
    link="https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html",
)
