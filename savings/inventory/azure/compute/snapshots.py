"""Snapshots of managed disks."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.azure.cloud import COMMON_COLUMNS, AzureReader, find_subscription, read_part, read_properties
from savings.inventory.contract import InventoryTable


def read_snapshots(scope: AzureReader) -> Iterator[Row]:
    """All snapshots of a subscription; ``source_subscription`` is where the disk is that each was taken of."""
    for snapshot in scope.list("providers/Microsoft.Compute/snapshots", "2024-03-02"):
        properties = read_properties(snapshot)
        source = str(read_part(properties, "creationData").get("sourceResourceId") or "")
        yield {
            **scope.describe(snapshot),
            "sku": read_part(snapshot, "sku").get("name"),
            "source_id": source.lower() or None,
            "source_subscription": find_subscription(source) or None,
            "size_gib": properties.get("diskSizeGB"),
            "is_incremental": bool(properties.get("incremental")),
            "created_at": properties.get("timeCreated"),
        }


AZURE_SNAPSHOTS = InventoryTable(
    name="azure_snapshots",
    cloud="azure",
    columns={
        **COMMON_COLUMNS,
        "sku": "varchar",
        "source_id": "varchar",
        "source_subscription": "varchar",
        "size_gib": "bigint",
        "is_incremental": "boolean",
        "created_at": "timestamp",
    },
    permissions=("Microsoft.Compute/snapshots/read",),
    read=read_snapshots,
    link="https://learn.microsoft.com/rest/api/compute/snapshots/list",
)
