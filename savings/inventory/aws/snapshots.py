"""Snapshots that an account owns."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader, read_tags
from savings.inventory.contract import InventoryTable


def read_snapshots(scope: AwsReader) -> Iterator[Row]:
    """All snapshots of an account and region."""
    for one in scope.list("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"]):
        yield {
            **scope.place(one["SnapshotId"]),
            "state": one["State"],
            "volume_id": one.get("VolumeId"),
            "size_gb": one.get("VolumeSize"),
            "tier": one.get("StorageTier") or "standard",
            "description": one.get("Description"),
            "created_at": one.get("StartTime"),
            "tags": read_tags(one.get("Tags")),
        }


AWS_SNAPSHOTS = InventoryTable(
    name="aws_snapshots",
    cloud="aws",
    columns={
        "state": "varchar",
        "volume_id": "varchar",
        "size_gb": "bigint",
        "tier": "varchar",
        "description": "varchar",
        "created_at": "timestamp",
        "tags": "map(varchar, varchar)",
    },
    permissions=("ec2:DescribeSnapshots",),
    read=read_snapshots,
    link="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html",
)
