"""Elastic pools of Azure SQL."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_part, read_properties
from savings.inventory.azure.services.sql_databases import API_VERSION
from savings.inventory.contract import InventoryTable


def read_sql_pools(scope: AzureReader) -> Iterator[Row]:
    """All elastic pools of every server of a subscription."""
    for server in scope.list("providers/Microsoft.Sql/servers", API_VERSION):
        for pool in scope.manager.list(f"{server.get('id')}/elasticPools", API_VERSION):
            sku = read_part(pool, "sku")
            yield {
                **scope.describe(pool),
                "tier": sku.get("tier"),
                "capacity": sku.get("capacity"),
                "created_at": read_properties(pool).get("creationDate"),
            }


AZURE_SQL_POOLS = InventoryTable(
    name="azure_sql_pools",
    cloud="azure",
    columns={**COMMON_COLUMNS, "tier": "varchar", "capacity": "bigint", "created_at": "timestamp"},
    permissions=("Microsoft.Sql/servers/read", "Microsoft.Sql/servers/elasticPools/read"),
    read=read_sql_pools,
    link="https://learn.microsoft.com/rest/api/sql/elastic-pools/list-by-server",
)
