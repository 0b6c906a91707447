"""Redshift clusters, and who is connected to them."""

from collections.abc import Iterator, Sequence

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader, read_tags
from savings.inventory.aws.cloudwatch import PERMISSIONS, measure, questions_of
from savings.inventory.contract import InventoryTable, Metric, Series, Window

LINK = "https://docs.aws.amazon.com/redshift/latest/mgmt/metrics-listing.html"


def read_clusters(scope: AwsReader) -> Iterator[Row]:
    """All provisioned clusters of an account and region."""
    for one in scope.list("redshift", "describe_clusters", "Clusters"):
        name = one["ClusterIdentifier"]
        yield {
            **scope.place(scope.arn("redshift", f"cluster:{name}")),
            "name": name,
            "state": one["ClusterStatus"],
            "node_type": one.get("NodeType"),
            "nodes": one.get("NumberOfNodes"),
            "created_at": one.get("ClusterCreateTime"),
            "tags": read_tags(one.get("Tags")),
        }


def read_connections(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """The most connections of each hour."""
    questions = questions_of(rows, "AWS/Redshift", "ClusterIdentifier", "DatabaseConnections", "Maximum", column="name")
    return measure(scope, questions, window)


def read_cpu(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """The busiest minute of each hour, of the busiest node."""
    questions = questions_of(rows, "AWS/Redshift", "ClusterIdentifier", "CPUUtilization", "Maximum", column="name")
    return measure(scope, questions, window)


AWS_REDSHIFT_CLUSTERS = InventoryTable(
    name="aws_redshift_clusters",
    cloud="aws",
    columns={
        "name": "varchar",
        "state": "varchar",
        "node_type": "varchar",
        "nodes": "bigint",
        "created_at": "timestamp",
        "tags": "map(varchar, varchar)",
    },
    permissions=("redshift:DescribeClusters",),
    read=read_clusters,
    link="https://docs.aws.amazon.com/redshift/latest/APIReference/API_DescribeClusters.html",
)
AWS_REDSHIFT_CONNECTIONS = Metric(
    name="aws_redshift_connections",
    cloud="aws",
    table="aws_redshift_clusters",
    unit="connections",
    statistic="maximum of an hour",
    permissions=PERMISSIONS,
    read=read_connections,
    link=LINK,
)
AWS_REDSHIFT_CPU = Metric(
    name="aws_redshift_cpu",
    cloud="aws",
    table="aws_redshift_clusters",
    unit="percent of all vCPUs",
    statistic="maximum of an hour",
    permissions=PERMISSIONS,
    read=read_cpu,
    link=LINK,
)
