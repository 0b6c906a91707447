"""App Service plans: how many apps they have, how many workers, and how busy those are."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_part, read_properties
from savings.inventory.azure.monitor import hourly_metric
from savings.inventory.contract import InventoryTable

#: Tiers that have machines of their own, which are what can be measured.
_OWN_MACHINES = ("basic", "standard", "premium", "isolated")


def read_app_service_plans(scope: AzureReader) -> Iterator[Row]:
    """All plans of a subscription."""
    for plan in scope.list("providers/Microsoft.Web/serverfarms", "2024-04-01", detailed="true"):
        properties, sku = read_properties(plan), read_part(plan, "sku")
        yield {
            **scope.describe(plan),
            "tier": sku.get("tier"),
            "size": sku.get("name"),
            "workers": sku.get("capacity"),
            "apps": properties.get("numberOfSites"),
            "is_elastic": bool(properties.get("elasticScaleEnabled")),
            "is_zone_redundant": bool(properties.get("zoneRedundant")),
        }


def has_own_machines(row: Row) -> bool:
    """Its tier has machines of its own: shared and consumption plans have none."""
    return str(row["tier"]).lower().startswith(_OWN_MACHINES)


AZURE_APP_SERVICE_PLANS = InventoryTable(
    name="azure_app_service_plans",
    cloud="azure",
    columns={
        **COMMON_COLUMNS,
        "tier": "varchar",
        "size": "varchar",
        "workers": "bigint",
        "apps": "bigint",
        "is_elastic": "boolean",
        "is_zone_redundant": "boolean",
    },
    permissions=("Microsoft.Web/serverfarms/read",),
    read=read_app_service_plans,
    link="https://learn.microsoft.com/rest/api/appservice/app-service-plans/list",
)

_PAGE = "microsoft-web-serverfarms"
AZURE_PLAN_CPU = hourly_metric(
    "azure_plan_cpu", "azure_app_service_plans", "CpuPercentage", "percent", "Average", _PAGE, has_own_machines
)
AZURE_PLAN_MEMORY = hourly_metric(
    "azure_plan_memory", "azure_app_service_plans", "MemoryPercentage", "percent", "Average", _PAGE, has_own_machines
)
