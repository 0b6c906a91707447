"""EC2 instances, and how busy they are."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader, read_tags
from savings.inventory.aws.cloudwatch import LISTING, PERMISSIONS, Question, add_up, list_metrics, measure, questions_of
from savings.inventory.contract import InventoryTable, Metric, Series, Window

#: As EC2 writes when an instance was stopped: ``User initiated (2026-10-01 12:00:00 GMT)``.
_WHEN = re.compile(r"\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:GMT|UTC)\)")
#: What CloudWatch's agent measures on Linux and on Windows.
_MEMORY = ("mem_used_percent", "Memory % Committed Bytes In Use")
LINK = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html"


def read_instances(scope: AwsReader) -> Iterator[Row]:
    """All instances of an account and region that are not terminated."""
    for reservation in scope.list("ec2", "describe_instances", "Reservations"):
        for one in reservation["Instances"]:
            state = one["State"]["Name"]
            if state in ("terminated", "shutting-down"):
                continue
            yield {
                **scope.place(one["InstanceId"]),
                "state": state,
                "instance_type": one["InstanceType"],
                "launched_at": one["LaunchTime"],
                "stopped_at": read_moment(one.get("StateTransitionReason")) if state == "stopped" else None,
                "image_id": one.get("ImageId"),
                # spot, scheduled or capacity-block; on demand says nothing
                "lifecycle": one.get("InstanceLifecycle") or "on-demand",
                "volumes": [
                    disk["Ebs"]["VolumeId"]
                    for disk in one.get("BlockDeviceMappings", [])
                    if "VolumeId" in disk.get("Ebs", {})
                ],
                "tags": read_tags(one.get("Tags")),
            }


def read_moment(reason: str | None) -> dt.datetime | None:
    """When the last change of state was, as its reason says; None where it does not."""
    found = _WHEN.search(reason or "")
    return dt.datetime.strptime(found[1], "%Y-%m-%d %H:%M:%S") if found else None


def read_cpu(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """The busiest five minutes (or minute) of each hour."""
    return measure(scope, questions_of(_running(rows), "AWS/EC2", "InstanceId", "CPUUtilization", "Maximum"), window)


def read_network(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """Bytes in and out together."""
    questions = [
        question
        for name in ("NetworkIn", "NetworkOut")
        for question in questions_of(_running(rows), "AWS/EC2", "InstanceId", name, "Sum")
    ]
    return add_up(measure(scope, questions, window))


def read_memory(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """Of those instances whose agent publishes it; with which dimensions, CloudWatch is asked."""
    wanted = {row["resource_id"] for row in _running(rows)}
    # an instance that was changed to another type publishes under both
    published = {
        (name, tuple(dimensions.items()))
        for name in (_MEMORY if wanted else ())
        for dimensions in list_metrics(scope, "CWAgent", name)
        if dimensions.get("InstanceId") in wanted
    }
    questions = [
        Question(
            resource_id=dict(dimensions)["InstanceId"], namespace="CWAgent", name=name, statistic="Maximum",
            dimensions=dict(dimensions),
        )
        for name, dimensions in sorted(published)
    ]  # fmt: skip
    return measure(scope, questions, window)


def _running(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["state"] == "running"]


AWS_INSTANCES = InventoryTable(
    name="aws_instances",
    cloud="aws",
    columns={
        "state": "varchar",
        "instance_type": "varchar",
        "launched_at": "timestamp",
        "stopped_at": "timestamp",
        "image_id": "varchar",
        "lifecycle": "varchar",
        "volumes": "varchar[]",
        "tags": "map(varchar, varchar)",
    },
    permissions=("ec2:DescribeInstances",),
    read=read_instances,
    link="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html",
)
AWS_INSTANCE_CPU = Metric(
    name="aws_instance_cpu",
    cloud="aws",
    table="aws_instances",
    unit="percent of all vCPUs",
    statistic="maximum of an hour",
    permissions=PERMISSIONS,
    read=read_cpu,
    link=LINK,
)
AWS_INSTANCE_NETWORK = Metric(
    name="aws_instance_network",
    cloud="aws",
    table="aws_instances",
    unit="bytes in and out",
    statistic="sum of an hour",
    permissions=PERMISSIONS,
    read=read_network,
    link=LINK,
)
AWS_INSTANCE_MEMORY = Metric(
    name="aws_instance_memory",
    cloud="aws",
    table="aws_instances",
    unit="percent of memory in use",
    statistic="maximum of an hour",
    permissions=LISTING,
    read=read_memory,
    link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-collected-by-CloudWatch-agent.html",
)
