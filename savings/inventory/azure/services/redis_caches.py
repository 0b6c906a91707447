"""Caches of Azure Cache for Redis and whether anybody asks them."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_part, read_parts, read_properties
from savings.inventory.azure.monitor import hourly_metric
from savings.inventory.contract import InventoryTable


def read_redis_caches(scope: AzureReader) -> Iterator[Row]:
    """All caches of a subscription, those of the Enterprise tiers left out; ``linked``: replicas elsewhere."""
    for cache in scope.list("providers/Microsoft.Cache/redis", "2024-11-01"):
        properties = read_properties(cache)
        sku = read_part(properties, "sku")
        yield {
            **scope.describe(cache),
            "tier": sku.get("name"),
            "size": f"{sku.get('family') or ''}{'' if sku.get('capacity') is None else sku.get('capacity')}",
            "linked": len(read_parts(properties, "linkedServers")),
        }


AZURE_REDIS_CACHES = InventoryTable(
    name="azure_redis_caches",
    cloud="azure",
    columns={**COMMON_COLUMNS, "tier": "varchar", "size": "varchar", "linked": "bigint"},
    permissions=("Microsoft.Cache/redis/read",),
    read=read_redis_caches,
    link="https://learn.microsoft.com/rest/api/redis/redis/list-by-subscription",
)

_PAGE = "microsoft-cache-redis"
#: Not verified: whether an hour without any is a zero or no value; without one the cache is not judged.
AZURE_REDIS_GETS = hourly_metric(
    "azure_redis_gets", "azure_redis_caches", "allgetcommands", "operations", "Total", _PAGE
)
AZURE_REDIS_SETS = hourly_metric(
    "azure_redis_sets", "azure_redis_caches", "allsetcommands", "operations", "Total", _PAGE
)
AZURE_REDIS_OPERATIONS = hourly_metric(
    "azure_redis_operations", "azure_redis_caches", "alloperationsPerSecond", "operations a second", "Maximum", _PAGE
)
