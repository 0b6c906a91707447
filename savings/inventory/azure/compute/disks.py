"""Managed disks and how busy they are."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, read_part, read_parts, read_properties
from savings.inventory.azure.monitor import hourly_metric
from savings.inventory.contract import InventoryTable

PATH, API_VERSION = "providers/Microsoft.Compute/disks", "2024-03-02"
PERMISSIONS = ("Microsoft.Compute/disks/read",)


def read_disks(scope: AzureReader) -> Iterator[Row]:
    """All managed disks of a subscription."""
    for disk in scope.list(PATH, API_VERSION):
        properties = read_properties(disk)
        attached = [disk.get("managedBy"), *(disk.get("managedByExtended") or [])]
        attached += [one.get("vmUri") for one in read_parts(properties, "shareInfo")]
        yield {
            **scope.describe(disk),
            "state": properties.get("diskState"),
            "sku": read_part(disk, "sku").get("name"),
            "tier": properties.get("tier"),
            "size_gib": properties.get("diskSizeGB"),
            "iops": properties.get("diskIOPSReadWrite"),
            "megabytes_per_second": properties.get("diskMBpsReadWrite"),
            "has_system": properties.get("osType") is not None,
            "is_bursting": bool(properties.get("burstingEnabled")),
            "attached_to": sorted({str(one) for one in attached if one}),
            "created_at": properties.get("timeCreated"),
            "detached_at": properties.get("LastOwnershipUpdateTime"),
        }


AZURE_DISKS = InventoryTable(
    name="azure_disks",
    cloud="azure",
    columns={
        **COMMON_COLUMNS,
        "state": "varchar",
        "sku": "varchar",
        "tier": "varchar",
        "size_gib": "bigint",
        "iops": "bigint",
        "megabytes_per_second": "bigint",
        "has_system": "boolean",
        "is_bursting": "boolean",
        "attached_to": "varchar[]",
        "created_at": "timestamp",
        "detached_at": "timestamp",
    },
    permissions=PERMISSIONS,
    read=read_disks,
    link="https://learn.microsoft.com/rest/api/compute/disks/list",
)


def _is_premium(row: Row) -> bool:
    """A premium disk of an own price: its use is of interest."""
    return str(row["sku"]).startswith("Premium_")


_PAGE = "microsoft-compute-disks"
#: The busiest minute of each hour. Monitor's own list names the average alone, others read the maximum as well; it was
#: not verified against Azure itself.
AZURE_DISK_READS = hourly_metric(
    "azure_disk_reads",
    "azure_disks",
    "Composite Disk Read Operations/sec",
    "operations a second",
    "Maximum",
    _PAGE,
    _is_premium,
)
AZURE_DISK_WRITES = hourly_metric(
    "azure_disk_writes",
    "azure_disks",
    "Composite Disk Write Operations/sec",
    "operations a second",
    "Maximum",
    _PAGE,
    _is_premium,
)
AZURE_DISK_READ_BYTES = hourly_metric(
    "azure_disk_read_bytes",
    "azure_disks",
    "Composite Disk Read Bytes/sec",
    "bytes a second",
    "Maximum",
    _PAGE,
    _is_premium,
)
AZURE_DISK_WRITTEN_BYTES = hourly_metric(
    "azure_disk_written_bytes",
    "azure_disks",
    "Composite Disk Write Bytes/sec",
    "bytes a second",
    "Maximum",
    _PAGE,
    _is_premium,
)
