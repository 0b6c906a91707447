"""Databases of Azure SQL and how much of them is used."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_part, read_properties
from savings.inventory.azure.monitor import hourly_metric
from savings.inventory.contract import InventoryTable

API_VERSION = "2023-08-01"


def read_sql_databases(scope: AzureReader) -> Iterator[Row]:
    """All databases of every server of a subscription but the servers' own (``master``), pools' members too."""
    for server in scope.list("providers/Microsoft.Sql/servers", API_VERSION):
        for database in scope.manager.list(f"{server.get('id')}/databases", API_VERSION):
            if database.get("name") == "master":
                continue
            properties, sku = read_properties(database), read_part(database, "sku")
            yield {
                **scope.describe(database),
                "status": properties.get("status"),
                "tier": sku.get("tier"),
                "sku": sku.get("name"),
                "capacity": sku.get("capacity"),
                "pool_id": properties.get("elasticPoolId"),
                "secondary_type": properties.get("secondaryType"),
                "failover_group_id": properties.get("failoverGroupId"),
                "max_size_bytes": properties.get("maxSizeBytes"),
                "created_at": properties.get("creationDate"),
            }


AZURE_SQL_DATABASES = InventoryTable(
    name="azure_sql_databases",
    cloud="azure",
    columns={
        **COMMON_COLUMNS,
        "status": "varchar",
        "tier": "varchar",
        "sku": "varchar",
        "capacity": "bigint",
        "pool_id": "varchar",
        "secondary_type": "varchar",
        "failover_group_id": "varchar",
        "max_size_bytes": "bigint",
        "created_at": "timestamp",
    },
    permissions=("Microsoft.Sql/servers/read", "Microsoft.Sql/servers/databases/read"),
    read=read_sql_databases,
    link="https://learn.microsoft.com/rest/api/sql/databases/list-by-server",
)


def _is_by_dtu(row: Row) -> bool:
    return str(row["tier"]) in ("Basic", "Standard", "Premium")


def _is_database(row: Row) -> bool:
    """No data warehouse, which has other metrics."""
    return row["tier"] != "DataWarehouse"


def _is_by_vcore(row: Row) -> bool:
    return _is_database(row) and not _is_by_dtu(row)


_PAGE = "microsoft-sql-servers-databases"
AZURE_SQL_DTU = hourly_metric(
    "azure_sql_dtu", "azure_sql_databases", "dtu_consumption_percent", "percent", "Maximum", _PAGE, _is_by_dtu
)
AZURE_SQL_CPU = hourly_metric(
    "azure_sql_cpu", "azure_sql_databases", "cpu_percent", "percent", "Maximum", _PAGE, _is_by_vcore
)
AZURE_SQL_DATA_IO = hourly_metric(
    "azure_sql_data_io", "azure_sql_databases", "physical_data_read_percent", "percent", "Maximum", _PAGE, _is_by_vcore
)
AZURE_SQL_LOG_IO = hourly_metric(
    "azure_sql_log_io", "azure_sql_databases", "log_write_percent", "percent", "Maximum", _PAGE, _is_by_vcore
)
#: Not verified: whether an hour without any is a zero or no value, and whether sessions of the service itself count. In
#: either case the database is not found idle, rather than wrongly.
AZURE_SQL_CONNECTIONS = hourly_metric(
    "azure_sql_connections", "azure_sql_databases", "connection_successful", "connections", "Total", _PAGE, _is_database
)
AZURE_SQL_SESSIONS = hourly_metric(
    "azure_sql_sessions", "azure_sql_databases", "sessions_count", "sessions", "Maximum", _PAGE, _is_database
)
