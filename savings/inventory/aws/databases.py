"""RDS instances, and how busy they are."""

from collections.abc import Iterator, Sequence

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader, read_tags
from savings.inventory.aws.cloudwatch import PERMISSIONS, Statistic, measure, questions_of
from savings.inventory.contract import InventoryTable, Metric, Series, Window

LINK = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html"


def read_databases(scope: AwsReader) -> Iterator[Row]:
    """All database instances of an account and region, those of clusters too."""
    for one in scope.list("rds", "describe_db_instances", "DBInstances"):
        yield {
            **scope.place(one["DBInstanceArn"]),
            "name": one["DBInstanceIdentifier"],
            "state": one["DBInstanceStatus"],
            "instance_class": one["DBInstanceClass"],
            "engine": one["Engine"],
            "is_multi_az": one.get("MultiAZ"),
            "cluster": one.get("DBClusterIdentifier"),
            "replica_of": one.get("ReadReplicaSourceDBInstanceIdentifier"),
            # a standby for emergencies has no connections on any other day
            "replicas": one.get("ReadReplicaDBInstanceIdentifiers", []),
            "created_at": one.get("InstanceCreateTime"),
            "tags": read_tags(one.get("TagList")),
        }


def _read(scope: AwsReader, rows: Sequence[Row], window: Window, name: str, statistic: Statistic) -> Iterator[Series]:
    questions = questions_of(rows, "AWS/RDS", "DBInstanceIdentifier", name, statistic, column="name")
    return measure(scope, questions, window)


def read_connections(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """The most connections of each hour."""
    return _read(scope, rows, window, "DatabaseConnections", "Maximum")


def read_cpu(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """The busiest minute of each hour."""
    return _read(scope, rows, window, "CPUUtilization", "Maximum")


def read_free_memory(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """What was left of the memory in the fullest minute of each hour."""
    return _read(scope, rows, window, "FreeableMemory", "Minimum")


AWS_DATABASES = InventoryTable(
    name="aws_databases",
    cloud="aws",
    columns={
        "name": "varchar",
        "state": "varchar",
        "instance_class": "varchar",
        "engine": "varchar",
        "is_multi_az": "boolean",
        "cluster": "varchar",
        "replica_of": "varchar",
        "replicas": "varchar[]",
        "created_at": "timestamp",
        "tags": "map(varchar, varchar)",
    },
    permissions=("rds:DescribeDBInstances",),
    read=read_databases,
    link="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html",
)
AWS_DATABASE_CONNECTIONS = Metric(
    name="aws_database_connections",
    cloud="aws",
    table="aws_databases",
    unit="connections",
    statistic="maximum of an hour",
    permissions=PERMISSIONS,
    read=read_connections,
    link=LINK,
)
AWS_DATABASE_CPU = Metric(
    name="aws_database_cpu",
    cloud="aws",
    table="aws_databases",
    unit="percent of all vCPUs",
    statistic="maximum of an hour",
    permissions=PERMISSIONS,
    read=read_cpu,
    link=LINK,
)
AWS_DATABASE_FREE_MEMORY = Metric(
    name="aws_database_free_memory",
    cloud="aws",
    table="aws_databases",
    unit="bytes",
    statistic="minimum of an hour",
    permissions=PERMISSIONS,
    read=read_free_memory,
    link=LINK,
)
