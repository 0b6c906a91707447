"""ElastiCache nodes, and what is asked of them."""

from collections.abc import Iterator, Sequence

from savings.findings import Row
from savings.inventory.aws.cloud import AwsReader
from savings.inventory.aws.cloudwatch import PERMISSIONS, add_up, measure, questions_of
from savings.inventory.aws.tagged import PERMISSIONS as TAGGED
from savings.inventory.aws.tagged import list_tags
from savings.inventory.contract import InventoryTable, Metric, Series, Window

#: Commands by engine. https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html
_COMMANDS = {"memcached": ("CmdGet", "CmdSet")}
_REDIS = ("GetTypeCmds", "SetTypeCmds")


def read_caches(scope: AwsReader) -> Iterator[Row]:
    """All cache clusters of an account and region; of a replication group, each node is one."""
    tags = list_tags(scope, "elasticache:cluster")
    for one in scope.list("elasticache", "describe_cache_clusters", "CacheClusters"):
        yield {
            **scope.place(one["ARN"]),
            "name": one["CacheClusterId"],
            "state": one["CacheClusterStatus"],
            "node_type": one["CacheNodeType"],
            "engine": one["Engine"],
            "replication_group": one.get("ReplicationGroupId"),
            "created_at": one.get("CacheClusterCreateTime"),
            "tags": tags.get(one["ARN"], {}),
        }


def read_commands(scope: AwsReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """Commands that read or write, of all nodes of a cluster."""
    questions = [
        question
        for row in rows
        for name in _COMMANDS.get(row["engine"], _REDIS)
        for question in questions_of([row], "AWS/ElastiCache", "CacheClusterId", name, "Sum", column="name")
    ]
    return add_up(measure(scope, questions, window))


AWS_CACHES = InventoryTable(
    name="aws_caches",
    cloud="aws",
    columns={
        "name": "varchar",
        "state": "varchar",
        "node_type": "varchar",
        "engine": "varchar",
        "replication_group": "varchar",
        "created_at": "timestamp",
        "tags": "map(varchar, varchar)",
    },
    permissions=("elasticache:DescribeCacheClusters", *TAGGED),
    read=read_caches,
    link="https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeCacheClusters.html",
)
AWS_CACHE_COMMANDS = Metric(
    name="aws_cache_commands",
    cloud="aws",
    table="aws_caches",
    unit="commands that read or write",
    statistic="sum of an hour",
    permissions=PERMISSIONS,
    read=read_commands,
    link="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.html",
)
