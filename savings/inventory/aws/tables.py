"""DynamoDB tables, and the capacity that is used of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader
from savings.inventory.aws.cloudwatch import PERMISSIONS, fill_with_zeros, measure, questions_of
from savings.inventory.aws.tagged import PERMISSIONS as TAGGED
from savings.inventory.aws.tagged import list_tags
from savings.inventory.contract import InventoryTable, Metric, Series, Window

LINK = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html"


def read_tables(scope: AwsReader) -> Iterator[Row]:
    """All tables of an account and region."""
    tags = list_tags(scope, "dynamodb:table")
    scaled = {
        one["ResourceId"]
        for one in scope.list(
            "application-autoscaling", "describe_scalable_targets", "ScalableTargets", ServiceNamespace="dynamodb"
        )
    }
    client = scope.client("dynamodb")
    for name in scope.list("dynamodb", "list_tables", "TableNames"):
        one = client.describe_table(TableName=name)["Table"]
        indexes = one.get("GlobalSecondaryIndexes", [])
        yield {
            **scope.place(one["TableArn"]),
            "name": one["TableName"],
            "state": one["TableStatus"],
            # tables that were never changed do not say it
            "billing_mode": one.get("BillingModeSummary", {}).get("BillingMode") or "PROVISIONED",
            "read_units": _capacity(one, "ReadCapacityUnits"),
            "write_units": _capacity(one, "WriteCapacityUnits"),
            "index_read_units": sum(_capacity(index, "ReadCapacityUnits") for index in indexes),
            "index_write_units": sum(_capacity(index, "WriteCapacityUnits") for index in indexes),
            "is_scaled": f"table/{one['TableName']}" in scaled,
            "replicas": len(one.get("Replicas", [])),
            "created_at": one.get("CreationDateTime"),
            "tags": tags.get(one["TableArn"], {}),
        }


def _capacity(described: Mapping[str, Any], name: str) -> int:
    return int(described.get("ProvisionedThroughput", {}).get(name, 0))


def _read_consumed(scope: AwsReader, rows: Sequence[Row], window: Window, direction: str) -> Iterator[Series]:
    """DynamoDB publishes what is provisioned every five minutes, and what is consumed only where something is."""
    provisioned = [row for row in rows if row["billing_mode"] == "PROVISIONED"]

    def ask(kind: str, statistic: Any) -> list[Series]:
        name = f"{kind}{direction}CapacityUnits"
        questions = questions_of(provisioned, "AWS/DynamoDB", "TableName", name, statistic, column="name")
        return list(measure(scope, questions, window))

    consumed, known = ask("Consumed", "Sum"), ask("Provisioned", "Maximum")
    hours = {one.resource_id: [at for at, _ in one.samples] for one in known}
    if scope.region not in scope.incomplete:
        yield from fill_with_zeros((one for one in consumed if one.resource_id in hours), hours, scope.region)


def read_reads(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """Read capacity that was consumed."""
    return _read_consumed(scope, rows, window, "Read")


def read_writes(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """Write capacity that was consumed."""
    return _read_consumed(scope, rows, window, "Write")


AWS_TABLES = InventoryTable(
    name="aws_tables",
    cloud="aws",
    columns={
        "name": "varchar",
        "state": "varchar",
        "billing_mode": "varchar",
        "read_units": "bigint",
        "write_units": "bigint",
        "index_read_units": "bigint",
        "index_write_units": "bigint",
        "is_scaled": "boolean",
        "replicas": "bigint",
        "created_at": "timestamp",
        "tags": "map(varchar, varchar)",
    },
    permissions=(
        "dynamodb:ListTables",
        "dynamodb:DescribeTable",
        "application-autoscaling:DescribeScalableTargets",
        *TAGGED,
    ),
    read=read_tables,
    link="https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html",
)
AWS_TABLE_READS = Metric(
    name="aws_table_reads",
    cloud="aws",
    table="aws_tables",
    unit="read capacity units",
    statistic="sum of an hour",
    permissions=PERMISSIONS,
    read=read_reads,
    link=LINK,
)
AWS_TABLE_WRITES = Metric(
    name="aws_table_writes",
    cloud="aws",
    table="aws_tables",
    unit="write capacity units",
    statistic="sum of an hour",
    permissions=PERMISSIONS,
    read=read_writes,
    link=LINK,
)
