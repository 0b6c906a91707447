"""CloudWatch log groups."""

import datetime as dt
from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader
from savings.inventory.aws.tagged import PERMISSIONS as TAGGED
from savings.inventory.aws.tagged import list_tags
from savings.inventory.contract import InventoryTable


def read_log_groups(scope: AwsReader) -> Iterator[Row]:
    """All log groups of an account and region."""
    tags = list_tags(scope, "logs:log-group")
    for one in scope.list("logs", "describe_log_groups", "logGroups"):
        # the older of the two names of the resource ends with a star
        arn = (one.get("logGroupArn") or one["arn"]).removesuffix(":*")
        created = one.get("creationTime")
        yield {
            **scope.place(arn),
            "name": one["logGroupName"],
            "retention_days": one.get("retentionInDays"),
            "stored_bytes": one.get("storedBytes"),
            "log_class": one.get("logGroupClass") or "STANDARD",
            "created_at": None if created is None else dt.datetime.fromtimestamp(created / 1000, dt.UTC),
            "tags": tags.get(arn, {}),
        }


AWS_LOG_GROUPS = InventoryTable(
    name="aws_log_groups",
    cloud="aws",
    columns={
        "name": "varchar",
        "retention_days": "bigint",
        "stored_bytes": "bigint",
        "log_class": "varchar",
        "created_at": "timestamp",
        "tags": "map(varchar, varchar)",
    },
    permissions=("logs:DescribeLogGroups", *TAGGED),
    read=read_log_groups,
    link="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html",
)
