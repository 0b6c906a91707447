"""What the company buys of Azure, one `Item` per service and meter."""

from simulator.catalogue import Item

_VM = ("Virtual Machines", "Virtual Machines")


def _azure(consumed: str, kind: str, family: str, product: str = "", sub: str = "") -> dict[str, str]:
    """The provider-specific part of an Azure item: resource provider, ARM type, family, meter subcategory."""
    return {"consumed": consumed, "type": kind, "family": family, "product": product, "sub": sub}


_VM_TYPE = _azure("Microsoft.Compute", "Microsoft.Compute/virtualMachines", "Compute")
# fmt: off
AZURE_ITEMS: tuple[Item, ...] = (
    Item(*_VM, "D4s v5", "1 Hour", 192000, 24, "always_on", 10, "vm", extra=_VM_TYPE | {"sub": "Dsv5 Series"}),
    Item(*_VM, "E4s v5", "1 Hour", 252000, 24, "always_on", 5, "vm", kind="reserved", accounts=("crm-prod",),
         extra=_VM_TYPE | {"sub": "Esv5 Series"}),
    Item(*_VM, "D8s v5", "1 Hour", 384000, 24, "always_on", 4, "vm", kind="plan", accounts=("crm-prod",),
         extra=_VM_TYPE | {"sub": "Dsv5 Series"}),
    Item(*_VM, "F8s v2 Spot", "1 Hour", 84500, 16, "batch", 3, "vm", kind="spot",
         extra=_VM_TYPE | {"sub": "FSv2 Series"}),
    Item(*_VM, "B2ms", "1 Hour", 83200, 10, "office_hours", 6, "vm", extra=_VM_TYPE | {"sub": "BS Series"}),
    Item("Storage", "Virtual Machines", "P15 LRS Disk", "1/Month", 34560000, 0.0333, "steady", 8, "disk",
         extra=_azure("Microsoft.Compute", "Microsoft.Compute/disks", "Storage", "", "Premium SSD Managed Disks")),
    Item("Storage", "Storage Accounts", "Hot LRS Data Stored", "1 GB/Month", 18400, 400, "steady", 8, "sa",
         extra=_azure("Microsoft.Storage", "Microsoft.Storage/storageAccounts", "Storage", "", "Tiered Block Blob")),
    Item("Storage", "Storage Accounts", "Hot Write Operations", "10K", 50000, 90, "business", 4, "sa",
         extra=_azure("Microsoft.Storage", "Microsoft.Storage/storageAccounts", "Storage", "", "Tiered Block Blob")),
    Item("SQL Database", "Azure SQL Database", "vCore", "1 Hour", 152000, 96, "steady", 5, "sqldb",
         extra=_azure("Microsoft.Sql", "Microsoft.Sql/servers/databases", "Databases", "",
                      "SQL Database Single/Elastic Pool General Purpose - Compute Gen5")),
    Item("Azure Database for PostgreSQL", "Azure DB for PostgreSQL", "vCore", "1 Hour", 88000, 96, "steady", 3, "pg",
         extra=_azure("Microsoft.DBforPostgreSQL", "Microsoft.DBforPostgreSQL/flexibleServers", "Databases", "",
                      "Azure Database for PostgreSQL Flexible Server General Purpose Ddsv4 Series Compute")),
    Item("Azure Cosmos DB", "Cosmos DB", "100 RU/s", "1/Hour", 8000, 1900, "business", 4, "cosmos",
         extra=_azure("Microsoft.DocumentDB", "Microsoft.DocumentDB/databaseAccounts", "Databases", "",
                      "Azure Cosmos DB")),
    Item("Redis Cache", "Azure Cache for Redis", "C2 Cache", "1 Hour", 86000, 24, "always_on", 3, "redis",
         extra=_azure("Microsoft.Cache", "Microsoft.Cache/Redis", "Databases", "", "Azure Redis Cache Standard")),
    Item("Azure App Service", "Azure App Service", "P1 v3 App", "1 Hour", 136000, 48, "steady", 6, "plan",
         extra=_azure("Microsoft.Web", "Microsoft.Web/serverfarms", "Compute", "",
                      "Azure App Service Premium v3 Plan - Linux")),
    Item("Azure Kubernetes Service", "Azure Kubernetes Service", "Standard Uptime SLA", "1 Hour", 100000, 24,
         "always_on", 3, "aks",
         extra=_azure("Microsoft.ContainerService", "Microsoft.ContainerService/managedClusters", "Compute")),
    Item("Load Balancer", "Load Balancer", "Standard Included LB Rules and Outbound Rules", "1 Hour", 25000, 24,
         "always_on", 3, "lb", extra=_azure("Microsoft.Network", "Microsoft.Network/loadBalancers", "Networking")),
    Item("NAT Gateway", "Azure NAT Gateway", "Standard Data Processed", "1 GB", 45000, 120, "business", 2, "nat",
         extra=_azure("Microsoft.Network", "Microsoft.Network/natGateways", "Networking")),
    Item("Azure Databricks", "Azure Databricks", "Premium Jobs Compute DBU", "1 Hour", 300000, 900, "batch", 2, "dbw",
         accounts=("analytics-prod", "analytics-dev"),
         extra=_azure("Microsoft.Databricks", "Microsoft.Databricks/workspaces", "Analytics")),
    Item("Log Analytics", "Azure Monitor", "Analytics Logs Data Ingestion", "1 GB", 2760000, 9, "business", 4, "log",
         extra=_azure("Microsoft.OperationalInsights", "Microsoft.OperationalInsights/workspaces",
                      "Management and Governance")),
    Item("Event Hubs", "Event Hubs", "Standard Throughput Unit", "1 Hour", 30000, 48, "steady", 2, "eh",
         extra=_azure("Microsoft.EventHub", "Microsoft.EventHub/namespaces", "Internet of Things")),
    Item("Key Vault", "Key Vault", "Operations", "10K", 30000, 14, "business", 2, "kv",
         extra=_azure("Microsoft.KeyVault", "Microsoft.KeyVault/vaults", "Security")),
    Item("Azure Data Factory v2", "Azure Data Factory", "Cloud Data Movement", "1/Hour", 250000, 30, "batch", 2,
         "adf", accounts=("analytics-prod", "analytics-dev"),
         extra=_azure("Microsoft.DataFactory", "Microsoft.DataFactory/factories", "Analytics")),
)
# fmt: on
