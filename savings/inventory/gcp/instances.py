"""VMs of Compute Engine, and how much they do.

Labels of services of Google's on their VMs are from those services' documentation; that of Batch is not verified.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from savings.findings import Row
from savings.inventory.contract import InventoryTable, Metric, Series, Window
from savings.inventory.gcp.cloud import GcpReader, find_owner, full_name, last_part, read_labels
from savings.inventory.gcp.monitoring import LINK, PERMISSION, add_samples, measure, scale

#: Labels of whoever would make the VM again: GKE, Dataproc, Dataflow, Composer, Batch.
OWNERS = (
    "goog-gke-node",
    "goog-k8s-cluster-name",
    "goog-dataproc-cluster-name",
    "goog-dataflow-job-name",
    "dataflow_job_id",
    "goog-composer-environment",
    "goog-batch-worker",
)
_NETWORK = "compute.googleapis.com/instance/network"


def read_instances(scope: GcpReader) -> Iterator[Row]:
    """All VMs of a project, also those that do not run."""
    for region, vm in scope.aggregated("instances", "compute.instances.list"):
        labels, scheduling = read_labels(vm), vm.get("scheduling") or {}
        disks = vm.get("disks") or []
        yield {
            "account_id": scope.account_id,
            "region": region,
            "resource_id": full_name(vm["selfLink"]),
            "billed_as": [vm["id"]],
            "number": vm["id"],
            "zone": last_part(vm["zone"]),
            "machine_type": last_part(vm["machineType"]),
            "status": vm["status"],
            "created_at": vm["creationTimestamp"],
            "stopped_at": vm.get("lastStopTimestamp") or vm.get("lastSuspendedTimestamp"),
            "owner": find_owner(labels, OWNERS) or _find_group(vm),
            "is_spot": bool(scheduling.get("preemptible")) or scheduling.get("provisioningModel") == "SPOT",
            "gpus": sum(int(one.get("acceleratorCount", 0)) for one in vm.get("guestAccelerators") or []),
            "local_ssds": sum(1 for disk in disks if disk.get("type") == "SCRATCH"),
            "disks": [full_name(disk["source"]) for disk in disks if disk.get("source")],
            "tags": labels,
        }


def _find_group(vm: dict[str, Any]) -> str | None:
    """The managed instance group that made a VM says so in its metadata."""
    items = (vm.get("metadata") or {}).get("items") or []
    return next((str(one.get("value")) for one in items if one.get("key") == "created-by"), None)


GCP_INSTANCES = InventoryTable(
    name="gcp_instances",
    cloud="gcp",
    columns={
        "billed_as": "varchar[]",
        "number": "varchar",
        "zone": "varchar",
        "machine_type": "varchar",
        "status": "varchar",
        "created_at": "timestamp",
        "stopped_at": "timestamp",
        "owner": "varchar",
        "is_spot": "boolean",
        "gpus": "bigint",
        "local_ssds": "bigint",
        "disks": "varchar[]",
        "tags": "map(varchar, varchar)",
    },
    permissions=("compute.instances.list",),
    read=read_instances,
    link="https://cloud.google.com/compute/docs/reference/rest/v1/instances/aggregatedList",
)


def _reading(
    metrics: Sequence[str], align: str, reduce: str, factor: float = 1.0, where: str = ""
) -> Callable[[GcpReader, Sequence[Row], Window], Iterator[Series]]:
    """A reader of one value an hour and VM, the sum of these metrics."""

    def read(scope: GcpReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
        parts = [
            measure(
                scope,
                window,
                metric=metric,
                resource="gce_instance",
                by=("resource.label.instance_id",),
                align=align,
                reduce=reduce,
                where=where,
            )
            for metric in metrics
        ]
        for row in rows:
            found = [part[row["number"],] for part in parts if (row["number"],) in part]
            if len(found) == len(parts):
                yield Series(row["region"], row["resource_id"], scale(add_samples(*found), factor))

    return read


#: A ratio of the machine's vCPUs, which shared cores exceed while they burst.
_CPU = ("compute.googleapis.com/instance/cpu/utilization",)

GCP_INSTANCE_CPU = Metric(
    name="gcp_instance_cpu",
    cloud="gcp",
    table="gcp_instances",
    unit="percent of the machine's vCPUs",
    statistic="average of an hour",
    permissions=(PERMISSION,),
    read=_reading(_CPU, "ALIGN_MEAN", "REDUCE_MEAN", 100),
    link=LINK,
)
GCP_INSTANCE_CPU_PEAK = Metric(
    name="gcp_instance_cpu_peak",
    cloud="gcp",
    table="gcp_instances",
    unit="percent of the machine's vCPUs",
    statistic="highest minute of an hour",
    permissions=(PERMISSION,),
    read=_reading(_CPU, "ALIGN_MAX", "REDUCE_MAX", 100),
    link=LINK,
)
GCP_INSTANCE_MEMORY = Metric(
    name="gcp_instance_memory",
    cloud="gcp",
    table="gcp_instances",
    unit="percent of the machine's memory, as the Ops Agent sees it",
    statistic="highest minute of an hour",
    permissions=(PERMISSION,),
    read=_reading(
        ("agent.googleapis.com/memory/percent_used",), "ALIGN_MAX", "REDUCE_MAX", where='metric.label.state = "used"'
    ),
    link="https://cloud.google.com/monitoring/api/metrics_opsagent",
)
GCP_INSTANCE_NETWORK = Metric(
    name="gcp_instance_network",
    cloud="gcp",
    table="gcp_instances",
    unit="bytes a second, in and out",
    statistic="average of an hour",
    permissions=(PERMISSION,),
    read=_reading((f"{_NETWORK}/received_bytes_count", f"{_NETWORK}/sent_bytes_count"), "ALIGN_RATE", "REDUCE_SUM"),
    link="https://cloud.google.com/monitoring/api/metrics_gcp_c",
)
