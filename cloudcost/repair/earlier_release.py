"""What an earlier release left in the warehouse, brought to what this one expects."""

from pathlib import Path

from cloudcost.installation import Installation
from warehouse import DuckDbWarehouse
from warehouse.files.takeover import read_file_models, take_over
from warehouse.outdated_tables import drop_outdated, read_derived_tables


def adopt_warehouse(opened: Installation, manifest: Path) -> list[str]:
    """Take the warehouse over from an earlier release, by the dbt project's manifest; what was done, in words."""
    done = []
    if isinstance(opened.warehouse, DuckDbWarehouse):
        backup = take_over(opened.warehouse.path, read_file_models(manifest))
        if backup:
            done.append(f"the largest models are kept in files now; the warehouse as it was is {backup}")
    outdated = drop_outdated(opened.warehouse, read_derived_tables(manifest))
    if outdated:
        done.append(f"an earlier release built these with other columns; they are built anew: {outdated}")
    return done
