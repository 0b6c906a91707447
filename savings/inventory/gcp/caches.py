"""Instances of Memorystore for Redis, and whether anything is connected to them."""

from collections.abc import Iterator, Sequence

from savings.findings import Row
from savings.inventory.contract import InventoryTable, Metric, Series, Window
from savings.inventory.gcp.cloud import GcpReader, read_labels, region_of
from savings.inventory.gcp.monitoring import PERMISSION, measure


def read_caches(scope: GcpReader) -> Iterator[Row]:
    """All Redis instances of a project, of every region."""
    path = "/v1/projects/{project}/locations/-/instances"
    for page in scope.pages("redis", path, "redis.instances.list", {"pageSize": 1000}):
        for place in page.get("unreachable") or []:
            scope.mark_incomplete(f"Redis instances of {place} could not be reached", region_of(str(place)))
        for found in page.get("instances") or []:
            name = str(found["name"])
            yield {
                "account_id": scope.account_id,
                "region": region_of(name),
                "resource_id": f"//redis.googleapis.com/{name}",
                "number": name,
                "tier": found["tier"],
                "memory_gb": found["memorySizeGb"],
                "state": found["state"],
                "created_at": found["createTime"],
                "tags": read_labels(found),
            }


GCP_CACHES = InventoryTable(
    name="gcp_caches",
    cloud="gcp",
    columns={
        "number": "varchar",
        "tier": "varchar",
        "memory_gb": "bigint",
        "state": "varchar",
        "created_at": "timestamp",
        "tags": "map(varchar, varchar)",
    },
    permissions=("redis.instances.list",),
    read=read_caches,
    link="https://cloud.google.com/memorystore/docs/redis/reference/rest/v1/projects.locations.instances/list",
)


def read_clients(scope: GcpReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """Clients of the primary and of replicas together; an instance is known by its full name."""
    found = measure(
        scope, window, metric="redis.googleapis.com/clients/connected", resource="redis_instance",
        by=("resource.label.instance_id",), align="ALIGN_MAX", reduce="REDUCE_MAX",
    )  # fmt: skip
    for row in rows:
        if (row["number"],) in found:
            yield Series(row["region"], row["resource_id"], found[row["number"],])


GCP_CACHE_CLIENTS = Metric(
    name="gcp_cache_clients",
    cloud="gcp",
    table="gcp_caches",
    unit="connected clients of one node",
    statistic="most in an hour",
    permissions=(PERMISSION,),
    read=read_clients,
    link="https://cloud.google.com/memorystore/docs/redis/supported-monitoring-metrics",
)
