"""What the company buys: one `Item` per service and meter, with its list price and usual daily quantity.

Names and codes are those that the clouds print; prices are near the public ones and have at most six decimals.
"""

from dataclasses import dataclass, field
from typing import Literal

Rhythm = Literal["business", "steady", "batch", "always_on", "office_hours"]


@dataclass(frozen=True)
class Item:
    """A meter of a service. ``price`` is in millionths of the currency per unit, ``quantity`` units per day.

    ``code`` is the cloud's own name of the service (AWS product code, Azure meter category, Google service),
    ``service`` the FOCUS service name. ``kind`` states how the usage is paid for; ``accounts`` limits where it occurs.
    """

    code: str
    service: str
    meter: str
    unit: str
    price: int
    quantity: float
    rhythm: Rhythm
    weight: int
    resource: str
    family: str = ""
    operation: str = ""
    kind: Literal["on_demand", "spot", "free", "plan", "reserved", "discounted", "sustained"] = "on_demand"
    accounts: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict, hash=False)


_EC2 = ("AmazonEC2", "Amazon Elastic Compute Cloud")
_RDS = ("AmazonRDS", "Amazon Relational Database Service")
_CI = "Compute Instance"

# fmt: off
AWS_ITEMS: tuple[Item, ...] = (
    Item(*_EC2, "BoxUsage:m6i.xlarge", "Hrs", 214000, 24, "always_on", 10, "i-", _CI, "RunInstances"),
    Item(*_EC2, "BoxUsage:c6i.2xlarge", "Hrs", 364000, 24, "always_on", 6, "i-", _CI, "RunInstances", "plan"),
    Item(*_EC2, "BoxUsage:t3.medium", "Hrs", 45600, 10, "office_hours", 8, "i-", _CI, "RunInstances"),
    Item(*_EC2, "SpotUsage:c6i.2xlarge", "Hrs", 132800, 18, "batch", 5, "i-", _CI, "RunInstances:SV001", "spot"),
    Item(*_EC2, "EBS:VolumeUsage.gp3", "GB-Mo", 88000, 12, "steady", 14, "vol-", "Storage", "CreateVolume-Gp3"),
    Item(*_EC2, "EBS:SnapshotUsage", "GB-Mo", 50000, 8, "steady", 6, "snap-", "Storage Snapshot", "CreateSnapshot"),
    Item(*_EC2, "NatGateway-Hours", "Hrs", 48000, 24, "always_on", 2, "nat-", "NAT Gateway", "NatGateway"),
    Item(*_EC2, "NatGateway-Bytes", "GB", 48000, 90, "business", 2, "nat-", "NAT Gateway", "NatGateway"),
    Item("AWSDataTransfer", "AWS Data Transfer", "DataTransfer-Out-Bytes", "GB", 90000, 60, "business", 4, "",
         "Data Transfer", "RunInstances"),
    Item("AmazonVPC", "Amazon Virtual Private Cloud", "PublicIPv4:InUseAddress", "Hrs", 5000, 24, "always_on", 5,
         "eni-", "Amazon Virtual Private Cloud", "RunInstances"),
    Item("AWSELB", "Elastic Load Balancing", "LoadBalancerUsage", "Hrs", 25200, 24, "always_on", 4, "alb:",
         "Load Balancer-Application", "LoadBalancing:Application"),
    Item("AWSELB", "Elastic Load Balancing", "LCUUsage", "LCU-Hrs", 8000, 400, "business", 3, "alb:",
         "Load Balancer-Application", "LoadBalancing:Application"),
    Item(*_RDS, "InstanceUsage:db.r6g.large", "Hrs", 252000, 24, "always_on", 4, "rds:", "Database Instance",
         "CreateDBInstance:0014"),
    Item(*_RDS, "InstanceUsage:db.m6g.xlarge", "Hrs", 318000, 24, "always_on", 3, "rds:", "Database Instance",
         "CreateDBInstance:0014", "reserved", ("shop-prod",), {"commitment": "rds"}),
    Item(*_RDS, "RDS:GP3-Storage", "GB-Mo", 127000, 14, "steady", 4, "rds:", "Database Storage",
         "CreateDBInstance:0014"),
    Item("AmazonElastiCache", "Amazon ElastiCache", "NodeUsage:cache.r6g.large", "Hrs", 227000, 24, "always_on", 3,
         "cache:", "Cache Instance", "CreateCacheCluster:0002", "reserved", ("shop-prod",), {"commitment": "cache"}),
    Item("AWSLambda", "AWS Lambda", "Lambda-GB-Second", "Lambda-GB-Second", 17, 420000, "business", 6, "lambda:",
         "Serverless", "Invoke"),
    Item("AWSLambda", "AWS Lambda", "Global-Lambda-GB-Second-Free", "Lambda-GB-Second", 0, 13000, "business", 2,
         "lambda:", "Serverless", "Invoke", "free"),
    Item("AmazonS3", "Amazon Simple Storage Service", "TimedStorage-ByteHrs", "GB-Mo", 24500, 330, "steady", 10,
         "s3:", "Storage", "StandardStorage"),
    Item("AmazonS3", "Amazon Simple Storage Service", "Requests-Tier1", "Requests", 5, 620000, "business", 5, "s3:",
         "API Request", "PutObject"),
    Item("AmazonDynamoDB", "Amazon DynamoDB", "ReadCapacityUnit-Hrs", "ReadCapacityUnit-Hrs", 147, 48000, "business",
         5, "ddb:", "Provisioned IOPS", "CommittedThroughput"),
    Item("AmazonES", "Amazon OpenSearch Service", "ESInstance:r6g.large.search", "Hrs", 187000, 72, "steady", 3,
         "es:", "Amazon OpenSearch Service Instance", "ESDomain"),
    Item("AmazonRedshift", "Amazon Redshift", "Node:ra3.xlplus", "Hrs", 1202000, 24, "always_on", 2, "redshift:",
         _CI, "RunComputeNode:0002"),
    Item("AmazonEKS", "Amazon Elastic Kubernetes Service", "AmazonEKS-Hours:perCluster", "Hours", 100000, 24,
         "always_on", 3, "eks:", "Compute", "CreateOperation"),
    Item("AmazonECS", "Amazon Elastic Container Service", "Fargate-vCPU-Hours:perCPU", "hours", 40480, 96,
         "always_on", 5, "ecs:", "Compute", "FargateTask", "plan"),
    Item("AmazonCloudFront", "Amazon CloudFront", "EU-DataTransfer-Out-Bytes", "GB", 85000, 300, "business", 3,
         "cf:", "Data Transfer", "GET"),
    Item("AmazonCloudWatch", "AmazonCloudWatch", "DataProcessing-Bytes", "GB", 570000, 25, "business", 6, "logs:",
         "Data Payload", "PutLogEvents"),
    Item("AmazonMSK", "Amazon Managed Streaming for Apache Kafka", "Kafka.m5.large", "Hrs", 238000, 72, "steady", 2,
         "msk:", "Managed Streaming for Apache Kafka (MSK)", "RunBroker"),
    Item("awskms", "AWS Key Management Service", "KMS-Requests", "Requests", 3, 900000, "business", 3, "kms:",
         "API Request", "Decrypt"),
    Item("AmazonGuardDuty", "Amazon GuardDuty", "PaidEventsAnalyzed", "Events", 4, 3000000, "business", 2, "",
         "Enterprise Applications", "CloudTrailEvents"),
    Item("AWSGlue", "AWS Glue", "ETL-DPU-Hour", "DPU-Hour", 440000, 40, "batch", 3, "glue:", "AWS Glue", "Jobrun"),
    Item("AmazonAthena", "Amazon Athena", "DataScannedInTB", "Terabytes", 5000000, 3, "batch", 2, "", "Athena",
         "ExecuteQuery"),
    Item("AmazonSageMaker", "Amazon SageMaker", "Host:ml.m5.xlarge", "Hrs", 257000, 24, "always_on", 3, "sm:",
         "ML Instance", "RunInstance", accounts=("ml-research",)),
    Item("AmazonEFS", "Amazon Elastic File System", "TimedStorage-ByteHrs", "GB-Mo", 330000, 20, "steady", 3, "efs:",
         "Storage", "Storage"),
)
AWS_BEDROCK = Item("AmazonBedrock", "Amazon Bedrock", "InputTokenCount-Units", "1K tokens", 3000, 120000, "steady", 0,
                   "", "Amazon Bedrock", "InvokeModelInference")
# fmt: on

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

_GCE = ("Compute Engine", "Compute Engine")


def _gcp(service_id: str, sku: str, unit: str, base_units: int, kind: str = "") -> dict[str, str]:
    """Service id, SKU id, base unit and how many base units make one pricing unit, and the resource's API type."""
    return {"service_id": service_id, "sku": sku, "base_unit": unit, "base_units": str(base_units), "type": kind}


_GCE_ID, _NET_ID = "6F81-5844-456A", "E505-1604-58F8"
# fmt: off
GCP_ITEMS: tuple[Item, ...] = (
    Item(*_GCE, "N2 Instance Core running in EMEA", "hour", 34773, 192, "always_on", 8, "vm", kind="sustained",
         extra=_gcp(_GCE_ID, "0B87-8B9A-5A21", "seconds", 3600, "instances")),
    Item(*_GCE, "N2 Instance Ram running in EMEA", "gibibyte hour", 4661, 768, "always_on", 6, "vm",
         extra=_gcp(_GCE_ID, "26B9-2A43-8C3F", "byte-seconds", 3600, "instances")),
    Item(*_GCE, "E2 Instance Core running in EMEA", "hour", 23993, 96, "office_hours", 5, "vm",
         extra=_gcp(_GCE_ID, "9FE0-8F60-A9F0", "seconds", 3600, "instances")),
    Item(*_GCE, "C3 Instance Core running in EMEA", "hour", 37400, 192, "always_on", 5, "vm", kind="plan",
         accounts=("fernhill-web-prod",), extra=_gcp(_GCE_ID, "5A6F-1B20-7D4E", "seconds", 3600, "instances")),
    Item(*_GCE, "Storage PD Capacity in EMEA", "gibibyte month", 44000, 18, "steady", 8, "disk",
         extra=_gcp(_GCE_ID, "D973-5D65-BAB2", "byte-seconds", 2592000, "disks")),
    Item("Networking", "Networking", "Network Internet Data Transfer Out from EMEA to EMEA", "gibibyte", 85000, 140,
         "business", 4, "", extra=_gcp(_NET_ID, "9DE9-9092-B3BC", "bytes", 1073741824)),
    Item("Cloud Storage", "Cloud Storage", "Standard Storage Belgium", "gibibyte month", 20000, 420, "steady", 7,
         "bucket", kind="discounted", extra=_gcp("95FF-2EF5-5EA1", "A703-5CB6-E0BF", "byte-seconds", 2592000)),
    Item("BigQuery", "BigQuery", "Analysis (europe-west4)", "tebibyte", 6250000, 7, "batch", 4, "",
         accounts=("fernhill-warehouse", "fernhill-ml-prod"),
         extra=_gcp("24E6-581D-38E5", "016C-9173-F2D5", "bytes", 1024)),
    Item("BigQuery", "BigQuery", "Active Logical Storage (europe-west4)", "gibibyte month", 20000, 300, "steady", 3,
         "dataset", accounts=("fernhill-warehouse", "fernhill-ml-prod"),
         extra=_gcp("24E6-581D-38E5", "EF7E-3C0B-C04D", "byte-seconds", 2592000)),
    Item("Cloud SQL", "Cloud SQL", "Cloud SQL for PostgreSQL: Zonal - vCPU in EMEA", "hour", 45400, 96, "steady", 4,
         "sql", extra=_gcp("9662-B51E-5089", "2E7E-7B2D-1C5A", "seconds", 3600, "instances")),
    Item("Kubernetes Engine", "Kubernetes Engine", "Regional Kubernetes Clusters", "hour", 100000, 24, "always_on", 3,
         "gke", extra=_gcp("CCD8-9BF1-090E", "B561-BFBD-1264", "seconds", 3600, "clusters")),
    Item("Cloud Run", "Cloud Run", "CPU Allocation Time", "second", 24, 500000, "business", 4, "run", kind="free",
         extra=_gcp("152E-C115-5142", "6A3B-8B7D-31C0", "seconds", 1, "services")),
    Item("Cloud Pub/Sub", "Cloud Pub/Sub", "Message Delivery Basic", "tebibyte", 40000000, 0.7, "business", 3, "topic",
         extra=_gcp("A1E8-BE35-7EBC", "C6D7-1C3C-9C7F", "bytes", 1024)),
    Item("Cloud Logging", "Cloud Logging", "Log Storage cost", "gibibyte", 500000, 40, "business", 4, "log",
         extra=_gcp("5490-F7B7-8DF6", "143F-A1B0-E0BE", "bytes", 1073741824)),
    Item("Cloud Memorystore for Redis", "Cloud Memorystore for Redis", "Redis Standard Node Capacity M2 Belgium",
         "gibibyte hour", 46000, 240, "always_on", 2, "redis",
         extra=_gcp("5AF5-2C11-D467", "7BF7-43B3-8A11", "byte-seconds", 3600)),
    Item("Cloud Dataflow", "Cloud Dataflow", "vCPU Time Batch", "hour", 56000, 130, "batch", 2, "job",
         accounts=("fernhill-warehouse",), extra=_gcp("57D6-0B2A-5E5D", "4A9C-2F1E-6B3D", "seconds", 3600)),
)
GCP_VERTEX = Item("Vertex AI", "Vertex AI", "Gemini Text Input - Predictions", "count", 500, 700000, "steady", 0, "",
                  extra=_gcp("C7E2-9256-1C43", "FDAB-6A51-1E7C", "count", 1))
# fmt: on
