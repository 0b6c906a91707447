"""Auto Scaling groups, how many instances they run and how busy these are."""

from collections.abc import Iterator, Sequence

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader, read_tags
from savings.inventory.aws.cloudwatch import PERMISSIONS, measure, questions_of
from savings.inventory.contract import InventoryTable, Metric, Series, Window


def read_scaling_groups(scope: AwsReader) -> Iterator[Row]:
    """All groups of an account and region."""
    for one in scope.list("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups"):
        yield {
            **scope.place(one["AutoScalingGroupName"]),
            "min_size": one["MinSize"],
            "max_size": one["MaxSize"],
            "desired": one["DesiredCapacity"],
            "instances": [
                member["InstanceId"]
                for member in one.get("Instances", [])
                if member.get("LifecycleState") == "InService"
            ],
            "instance_types": sorted({str(member.get("InstanceType")) for member in one.get("Instances", [])}),
            "zones": len(one.get("AvailabilityZones", [])),
            "created_at": one.get("CreatedTime"),
            "tags": read_tags(one.get("Tags")),
        }


def read_cpu(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """The mean of all instances of a group."""
    return measure(scope, questions_of(rows, "AWS/EC2", "AutoScalingGroupName", "CPUUtilization", "Average"), window)


def read_sizes(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """The most instances in service, of groups that publish their metrics."""
    questions = questions_of(rows, "AWS/AutoScaling", "AutoScalingGroupName", "GroupInServiceInstances", "Maximum")
    return measure(scope, questions, window)


AWS_SCALING_GROUPS = InventoryTable(
    name="aws_scaling_groups",
    cloud="aws",
    columns={
        "min_size": "bigint",
        "max_size": "bigint",
        "desired": "bigint",
        "instances": "varchar[]",
        "instance_types": "varchar[]",
        "zones": "bigint",
        "created_at": "timestamp",
        "tags": "map(varchar, varchar)",
    },
    permissions=("autoscaling:DescribeAutoScalingGroups",),
    read=read_scaling_groups,
    link="https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html",
)
AWS_SCALING_GROUP_CPU = Metric(
    name="aws_scaling_group_cpu",
    cloud="aws",
    table="aws_scaling_groups",
    unit="percent of the vCPUs of all its instances",
    statistic="average of an hour",
    permissions=PERMISSIONS,
    read=read_cpu,
    link="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html",
)
AWS_SCALING_GROUP_SIZE = Metric(
    name="aws_scaling_group_size",
    cloud="aws",
    table="aws_scaling_groups",
    unit="instances in service",
    statistic="maximum of an hour",
    permissions=PERMISSIONS,
    read=read_sizes,
    link="https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-metrics.html",
)
