"""Elastic IP addresses."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader, read_tags
from savings.inventory.contract import InventoryTable


def read_addresses(scope: AwsReader) -> Iterator[Row]:
    """All Elastic IP addresses of an account and region; EC2 lists them on one page."""
    for one in scope.client("ec2").describe_addresses()["Addresses"]:
        yield {
            # those of EC2-Classic, which is gone, had no allocation
            **scope.place(one.get("AllocationId") or one["PublicIp"]),
            "public_ip": one.get("PublicIp"),
            "associated_with": one.get("AssociationId")
            or one.get("InstanceId")
            or one.get("NetworkInterfaceId")
            or None,
            "managed_by": one.get("ServiceManaged") or None,
            # addresses that were brought along, or belong to an outpost, cost nothing of their own
            "pool": one.get("CustomerOwnedIpv4Pool") or one.get("PublicIpv4Pool") or None,
            "tags": read_tags(one.get("Tags")),
        }


AWS_ADDRESSES = InventoryTable(
    name="aws_addresses",
    cloud="aws",
    columns={
        "public_ip": "varchar",
        "associated_with": "varchar",
        "managed_by": "varchar",
        "pool": "varchar",
        "tags": "map(varchar, varchar)",
    },
    permissions=("ec2:DescribeAddresses",),
    read=read_addresses,
    link="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html",
)
