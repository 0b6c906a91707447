"""Persistent disks and hyperdisks, zonal and regional, and what goes through them."""

from collections.abc import Callable, Iterator, Sequence

from savings.findings import Row
from savings.inventory.contract import InventoryTable, Metric, Series, Window
from savings.inventory.gcp.cloud import GcpReader, find_owner, full_name, last_part, read_labels
from savings.inventory.gcp.monitoring import LINK, PERMISSION, Samples, add_samples, measure, scale

#: GKE labels what its driver makes; older drivers say it in the description alone.
OWNERS = ("goog-gke-volume", "goog-gke-node", "goog-dataproc-cluster-name", "goog-composer-environment")
_KUBERNETES = "kubernetes.io/created-for"
_MEGABYTE = 1024 * 1024


def read_disks(scope: GcpReader) -> Iterator[Row]:
    """All disks of a project."""
    for region, disk in scope.aggregated("disks", "compute.disks.list"):
        labels = read_labels(disk)
        owner = find_owner(labels, OWNERS)
        yield {
            "account_id": scope.account_id,
            "region": region,
            "resource_id": full_name(disk["selfLink"]),
            "billed_as": [disk["id"]],
            "disk_type": last_part(disk["type"]),
            "size_gb": disk["sizeGb"],
            "status": disk["status"],
            "created_at": disk["creationTimestamp"],
            "attached_at": disk.get("lastAttachTimestamp"),
            "detached_at": disk.get("lastDetachTimestamp"),
            "users": [full_name(user) for user in disk.get("users") or []],
            "owner": owner or ("kubernetes" if _KUBERNETES in disk.get("description", "") else None),
            "tags": labels,
        }


GCP_DISKS = InventoryTable(
    name="gcp_disks",
    cloud="gcp",
    columns={
        "billed_as": "varchar[]",
        "disk_type": "varchar",
        "size_gb": "bigint",
        "status": "varchar",
        "created_at": "timestamp",
        "attached_at": "timestamp",
        "detached_at": "timestamp",
        "users": "varchar[]",
        "owner": "varchar",
        "tags": "map(varchar, varchar)",
    },
    permissions=("compute.disks.list",),
    read=read_disks,
    link="https://cloud.google.com/compute/docs/reference/rest/v1/disks/aggregatedList",
)


def _reading(what: str, factor: float = 1.0) -> Callable[[GcpReader, Sequence[Row], Window], Iterator[Series]]:
    """A reader of reads and writes a second by disk; Cloud Monitoring knows a VM and the disk's name there."""

    def read(scope: GcpReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
        parts = [
            measure(
                scope,
                window,
                metric=f"compute.googleapis.com/instance/disk/{way}_{what}_count",
                resource="gce_instance",
                by=("resource.label.instance_id", "metric.label.device_name"),
                align="ALIGN_RATE",
                reduce="REDUCE_SUM",
            )
            for way in ("read", "write")
        ]
        devices = _find_devices(scope)
        found: dict[str, list[Samples]] = {}
        for part in parts:
            for key, samples in part.items():
                if key in devices:
                    found.setdefault(devices[key], []).append(samples)
        for row in rows:
            if row["resource_id"] in found:
                yield Series(row["region"], row["resource_id"], scale(add_samples(*found[row["resource_id"]]), factor))

    return read


def _find_devices(scope: GcpReader) -> dict[tuple[str, ...], str]:
    """Each disk by the number of the VM that has it and its name there."""
    return {
        (vm["id"], disk["deviceName"]): full_name(disk["source"])
        for _, vm in scope.aggregated("instances", "compute.instances.list")
        for disk in vm.get("disks") or []
        if disk.get("source") and disk.get("deviceName")
    }


GCP_DISK_OPERATIONS = Metric(
    name="gcp_disk_operations",
    cloud="gcp",
    table="gcp_disks",
    unit="reads and writes a second",
    statistic="average of an hour",
    permissions=(PERMISSION, "compute.instances.list"),
    read=_reading("ops"),
    link=LINK,
)
GCP_DISK_THROUGHPUT = Metric(
    name="gcp_disk_throughput",
    cloud="gcp",
    table="gcp_disks",
    unit="MiB a second, read and written",
    statistic="average of an hour",
    permissions=(PERMISSION, "compute.instances.list"),
    read=_reading("bytes", 1 / _MEGABYTE),
    link=LINK,
)
