"""EBS volumes."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader, read_tags
from savings.inventory.contract import InventoryTable


def read_volumes(scope: AwsReader) -> Iterator[Row]:
    """All volumes of an account and region."""
    for volume in scope.list("ec2", "describe_volumes", "Volumes"):
        yield {
            **scope.place(volume["VolumeId"]),
            "state": volume["State"],
            "size_gb": volume["Size"],
            "volume_type": volume.get("VolumeType"),
            "iops": volume.get("Iops"),
            "throughput": volume.get("Throughput"),
            "created_at": volume["CreateTime"],
            # a volume of Fargate or another service is on no instance of the account's own
            "attached_to": [
                one.get("InstanceId") or one.get("AssociatedResource") or "a service"
                for one in volume.get("Attachments", [])
            ],
            "tags": read_tags(volume.get("Tags")),
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
