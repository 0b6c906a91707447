"""EBS volumes, and what is read from and written to them."""

from collections.abc import Iterator, Sequence

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader, read_tags
from savings.inventory.aws.cloudwatch import PERMISSIONS, add_up, measure, questions_of
from savings.inventory.contract import InventoryTable, Metric, Series, Window


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


def read_operations(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """Reads and writes together, of the volumes that pay for what they may do."""
    return _add_up(scope, rows, window, ("VolumeReadOps", "VolumeWriteOps"))


def read_bytes(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """Bytes read and written together."""
    return _add_up(scope, rows, window, ("VolumeReadBytes", "VolumeWriteBytes"))


def _add_up(scope: AwsReader, rows: Sequence[Row], window: Window, names: Sequence[str]) -> Iterator[Series]:
    provisioned = [row for row in rows if row["volume_type"] in ("gp3", "io1", "io2") and row["state"] == "in-use"]
    questions = [one for name in names for one in questions_of(provisioned, "AWS/EBS", "VolumeId", name, "Sum")]
    return add_up(measure(scope, questions, window))


AWS_VOLUME_OPERATIONS = Metric(
    name="aws_volume_operations",
    cloud="aws",
    table="aws_volumes",
    unit="reads and writes",
    statistic="sum of an hour",
    permissions=PERMISSIONS,
    read=read_operations,
    link="https://docs.aws.amazon.com/ebs/latest/userguide/using_cloudwatch_ebs.html",
)
AWS_VOLUME_BYTES = Metric(
    name="aws_volume_bytes",
    cloud="aws",
    table="aws_volumes",
    unit="bytes read and written",
    statistic="sum of an hour",
    permissions=PERMISSIONS,
    read=read_bytes,
    link="https://docs.aws.amazon.com/ebs/latest/userguide/using_cloudwatch_ebs.html",
)
