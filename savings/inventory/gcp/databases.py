"""Instances of Cloud SQL, and how much they do."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from savings.findings import Row
from savings.inventory.contract import InventoryTable, Metric, Series, Window
from savings.inventory.gcp.cloud import GcpReader, read_labels
from savings.inventory.gcp.monitoring import LINK, PERMISSION, Samples, measure, scale

_LINK = "https://cloud.google.com/sql/docs/postgres/admin-api/metrics"
#: Memory in MiB for each vCPU of the tiers whose names do not say it.
_MEMORY = {"standard": 3840, "highmem": 6656}


def read_databases(scope: GcpReader) -> Iterator[Row]:
    """All instances of Cloud SQL of a project, replicas and stopped ones too."""
    path = "/v1/projects/{project}/instances"
    for page in scope.pages("sqladmin", path, "cloudsql.instances.list", {"maxResults": 500}):
        for warning in page.get("warnings") or []:
            scope.mark_incomplete(f"Cloud SQL warns of {warning.get('code')}", warning.get("region") or "")
        for found in page.get("items") or []:
            yield _read(scope.account_id, found)


def _read(project: str, found: dict[str, Any]) -> Row:
    settings = found["settings"]
    tier = str(settings["tier"])
    vcpus, memory = read_tier(tier)
    place = f"//cloudsql.googleapis.com/projects/{project}"
    return {
        "account_id": project,
        "region": found["region"],
        "resource_id": f"{place}/instances/{found['name']}",
        "billed_as": [f"{place}/locations/{found['region']}/instances/{found['name']}"],
        "number": f"{project}:{found['name']}",
        "engine": found["databaseVersion"],
        "tier": tier,
        "vcpus": vcpus,
        "memory_mb": memory,
        "state": found["state"],
        "activation_policy": settings.get("activationPolicy"),
        "instance_type": found.get("instanceType"),
        "replicas": list(found.get("replicaNames") or []),
        "disk_gb": settings.get("dataDiskSizeGb"),
        "created_at": found.get("createTime"),
        "tags": read_labels(settings, "userLabels"),
    }


def read_tier(tier: str) -> tuple[int | None, int | None]:
    """vCPUs and MiB of memory of a tier, None where its name does not say: `db-custom-4-15360`, `db-n1-standard-4`.

    Tiers of Enterprise Plus say vCPUs alone, `db-perf-optimized-N-8`, and have 8 GiB for each of them.
    """
    if match := re.fullmatch(r"db-custom-(\d+)-(\d+)", tier):
        return int(match[1]), int(match[2])
    if match := re.fullmatch(r"db-n1-(standard|highmem)-(\d+)", tier):
        return int(match[2]), int(match[2]) * _MEMORY[match[1]]
    if match := re.fullmatch(r"db-perf-optimized-N-(\d+)", tier):
        return int(match[1]), int(match[1]) * 8192
    return None, None


GCP_DATABASES = InventoryTable(
    name="gcp_databases",
    cloud="gcp",
    columns={
        "billed_as": "varchar[]",
        "number": "varchar",
        "engine": "varchar",
        "tier": "varchar",
        "vcpus": "bigint",
        "memory_mb": "bigint",
        "state": "varchar",
        "activation_policy": "varchar",
        "instance_type": "varchar",
        "replicas": "varchar[]",
        "disk_gb": "bigint",
        "created_at": "timestamp",
        "tags": "map(varchar, varchar)",
    },
    permissions=("cloudsql.instances.list",),
    read=read_databases,
    link="https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1/instances/list",
)


def _measure(
    scope: GcpReader, window: Window, name: str, reduce: str, where: str = ""
) -> dict[tuple[str, ...], Samples]:
    return measure(
        scope, window, metric=f"cloudsql.googleapis.com/database/{name}", resource="cloudsql_database",
        by=("resource.label.database_id",), align="ALIGN_MAX", reduce=reduce, where=where,
    )  # fmt: skip


def _reading(name: str) -> Callable[[GcpReader, Sequence[Row], Window], Iterator[Series]]:
    def read(scope: GcpReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
        found = _measure(scope, window, name, "REDUCE_MAX")
        for row in rows:
            if (row["number"],) in found:
                yield Series(row["region"], row["resource_id"], scale(found[row["number"],], 100))

    return read


def read_connections(scope: GcpReader, rows: Sequence[Row], window: Window) -> Iterator[Series]:
    """Connections of MySQL and SQL Server are one metric, those of PostgreSQL another, by database."""
    plain = _measure(scope, window, "network/connections", "REDUCE_MAX")
    # the service itself is connected to its own database
    backends = _measure(
        scope, window, "postgresql/num_backends", "REDUCE_SUM", 'metric.label.database != "cloudsqladmin"'
    )
    for row in rows:
        found = backends if str(row["engine"]).startswith("POSTGRES") else plain
        if (row["number"],) in found:
            yield Series(row["region"], row["resource_id"], found[row["number"],])


GCP_DATABASE_CONNECTIONS = Metric(
    name="gcp_database_connections",
    cloud="gcp",
    table="gcp_databases",
    unit="connections",
    statistic="most in an hour",
    permissions=(PERMISSION,),
    read=read_connections,
    link=_LINK,
)
GCP_DATABASE_CPU = Metric(
    name="gcp_database_cpu",
    cloud="gcp",
    table="gcp_databases",
    unit="percent of the instance's vCPUs",
    statistic="highest minute of an hour",
    permissions=(PERMISSION,),
    read=_reading("cpu/utilization"),
    link=_LINK,
)
GCP_DATABASE_MEMORY = Metric(
    name="gcp_database_memory",
    cloud="gcp",
    table="gcp_databases",
    unit="percent of the instance's memory, buffers included",
    statistic="highest minute of an hour",
    permissions=(PERMISSION,),
    read=_reading("memory/utilization"),
    link=LINK,
)
