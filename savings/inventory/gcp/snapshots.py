"""Snapshots of disks, and whether the disk of each is still there."""

from collections.abc import Iterator

from savings.findings import Row
from savings.inventory.contract import InventoryTable
from savings.inventory.gcp.cloud import GcpReader, full_name, last_part, read_labels, region_of


def read_snapshots(scope: GcpReader) -> Iterator[Row]:
    """All snapshots of a project; whether a disk is there is null where its region could not be read."""
    missing: dict[str, str] = {}
    disks = {disk["id"] for _, disk in scope.aggregated("disks", "compute.disks.list", missing)}
    for snapshot in scope.listed("global/snapshots", "compute.snapshots.list"):
        source, number = snapshot.get("sourceDisk"), snapshot.get("sourceDiskId")
        is_known = bool(source and number) and "" not in missing and region_of(source or "") not in missing
        yield {
            "account_id": scope.account_id,
            "region": "",
            "resource_id": full_name(snapshot["selfLink"]),
            "billed_as": [snapshot["id"]],
            "status": snapshot["status"],
            "created_at": snapshot["creationTimestamp"],
            "size_bytes": snapshot.get("storageBytes"),
            "source_disk": last_part(source),
            "is_source_there": number in disks if is_known or number in disks else None,
            "is_scheduled": bool(snapshot.get("autoCreated")),
            "tags": read_labels(snapshot),
        }


GCP_SNAPSHOTS = InventoryTable(
    name="gcp_snapshots",
    cloud="gcp",
    columns={
        "billed_as": "varchar[]",
        "status": "varchar",
        "created_at": "timestamp",
        "size_bytes": "bigint",
        "source_disk": "varchar",
        "is_source_there": "boolean",
        "is_scheduled": "boolean",
        "tags": "map(varchar, varchar)",
    },
    permissions=("compute.disks.list", "compute.snapshots.list"),
    read=read_snapshots,
    link="https://cloud.google.com/compute/docs/reference/rest/v1/snapshots/list",
    is_global=True,
)
