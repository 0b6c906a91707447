"""The upkeep of the files that hold the rows of the largest models."""

import dagster as dg

from cloudcost.installation import Installation
from orchestration.defs.warehouse.checks import RECONCILIATION
from orchestration.resources.installation import InstallationResource
from warehouse import DuckDbWarehouse


@dg.asset(
    key=["intermediate", "expired_files"],
    group_name="intermediate",
    kinds={"parquet"},
    deps=[RECONCILIATION],
    pool="warehouse",
    description="Files of models that were replaced, or that a killed build left, are removed from beside the embedded "
    "warehouse and from below a shared one. What is current stays, and so does what is published.",
)
def expired_files(installation: InstallationResource) -> dg.MaterializeResult:
    """Removes what `DuckDbWarehouse.remove_unused_files` finds; nobody builds meanwhile, as the pool has one place."""
    opened = installation.open()
    warehouse = opened.warehouse
    if opened.config.warehouse.backend == "ducklake":
        return expire_shared(opened)
    if not isinstance(warehouse, DuckDbWarehouse):
        return dg.MaterializeResult(metadata={"files removed": 0})
    count, size = warehouse.remove_unused_files()
    return dg.MaterializeResult(metadata={"files removed": count, "megabytes removed": round(size / 1e6, 1)})


def expire_shared(opened: Installation) -> dg.MaterializeResult:
    """Puts small files of a shared warehouse together, and removes the snapshots and files that nobody needs."""
    from warehouse.ducklake.engine import DuckLakeWarehouse

    assert isinstance(opened.warehouse, DuckLakeWarehouse)  # noqa: S101 - the configuration says so
    removed = opened.warehouse.expire(opened.config.dashboards.keep_published_days)
    return dg.MaterializeResult(metadata={"files removed": removed.files, "snapshots removed": removed.snapshots})
