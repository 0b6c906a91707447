"""Lambda functions, and the memory that they use."""

from collections.abc import Iterator, Sequence

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader
from savings.inventory.aws.cloudwatch import PERMISSIONS, measure, questions_of
from savings.inventory.aws.tagged import PERMISSIONS as TAGGED
from savings.inventory.aws.tagged import list_tags
from savings.inventory.contract import InventoryTable, Metric, Series, Window


def read_functions(scope: AwsReader) -> Iterator[Row]:
    """All functions of an account and region, as their newest version is."""
    tags = list_tags(scope, "lambda:function")
    for one in scope.list("lambda", "list_functions", "Functions"):
        yield {
            **scope.place(one["FunctionArn"]),
            "name": one["FunctionName"],
            "memory_mb": one["MemorySize"],
            "architecture": " ".join(one.get("Architectures", [])),
            "changed_at": one.get("LastModified"),
            "tags": tags.get(one["FunctionArn"], {}),
        }


def read_memory(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """Of those functions that have Lambda Insights."""
    questions = questions_of(rows, "LambdaInsights", "function_name", "memory_utilization", "Maximum", column="name")
    return measure(scope, questions, window)


AWS_FUNCTIONS = InventoryTable(
    name="aws_functions",
    cloud="aws",
    columns={
        "name": "varchar",
        "memory_mb": "bigint",
        "architecture": "varchar",
        "changed_at": "timestamp",
        "tags": "map(varchar, varchar)",
    },
    permissions=("lambda:ListFunctions", *TAGGED),
    read=read_functions,
    link="https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html",
)
AWS_FUNCTION_MEMORY = Metric(
    name="aws_function_memory",
    cloud="aws",
    table="aws_functions",
    unit="percent of memory in use",
    statistic="maximum of an hour",
    permissions=PERMISSIONS,
    read=read_memory,
    link="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-metrics.html",
)
