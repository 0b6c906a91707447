"""The upkeep of the files that hold the rows of the largest models."""

import dagster as dg

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
    "warehouse. What is current stays, and so does what is published, which has names of its own for its files.",
)
def expired_files(installation: InstallationResource) -> dg.MaterializeResult:
    """Removes what `DuckDbWarehouse.remove_unused_files` finds; nobody builds meanwhile, as the pool has one place."""
    warehouse = installation.open().warehouse
    if not isinstance(warehouse, DuckDbWarehouse):
        return dg.MaterializeResult(metadata={"files removed": 0})
    count, size = warehouse.remove_unused_files()
    return dg.MaterializeResult(metadata={"files removed": count, "megabytes removed": round(size / 1e6, 1)})
