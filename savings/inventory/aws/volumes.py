"""EBS volumes."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader
from savings.inventory.contract import InventoryTable


def read_volumes(scope: AwsReader) -> Iterator[Row]:
    """All volumes of an account and region."""
    for page in scope.client("ec2").get_paginator("describe_volumes").paginate():
        for volume in page["Volumes"]:
            yield {
                "account_id": scope.account_id,
                "region": scope.region,
                "resource_id": volume["VolumeId"],
                "state": volume["State"],
                "size_gb": volume["Size"],
                "volume_type": volume.get("VolumeType"),
                "iops": volume.get("Iops"),
                "throughput": volume.get("Throughput"),
                "created_at": volume["CreateTime"],
                "attached_to": [one["InstanceId"] for one in volume.get("Attachments", []) if one.get("InstanceId")],
                "tags": {tag["Key"]: tag["Value"] for tag in volume.get("Tags", [])},
            }


AWS_VOLUMES = InventoryTable(
    name="aws_volumes",
    cloud="aws",
    columns={
        "state": "varchar",
        "size_gb": "bigint",
        "volume_type": "varchar",
        "iops": "bigint",
        "throughput": "bigint",
        "created_at": "timestamp",
        "attached_to": "varchar[]",
        "tags": "map(varchar, varchar)",
    },
    permissions=("ec2:DescribeVolumes",),
    read=read_volumes,
    link="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html",
)
