"""What an installation publishes for dashboards, whichever engine its warehouse is."""

from pathlib import Path

from cloudcost.installation import Installation
from dashboards.publish import Publication, publish_warehouse
from dashboards.scoped_copies import make_scoped_copies
from warehouse import DuckDbWarehouse


def publish_installation(installation: Installation) -> Publication | None:
    """Publish the warehouse as it is now; None where readers ask the warehouse itself."""
    warehouse, settings = installation.warehouse, installation.config.dashboards

    def complete(copy: Path) -> object:
        return make_scoped_copies(copy, settings)

    if isinstance(warehouse, DuckDbWarehouse):
        return publish_warehouse(
            warehouse.path, warehouse.connect, installation.serving, complete, settings.keep_published_days
        )
    if installation.config.warehouse.backend == "redshift":
        return None
    from dashboards.shared_publications import publish_snapshot
    from warehouse.ducklake.engine import DuckLakeWarehouse

    assert isinstance(warehouse, DuckLakeWarehouse)  # noqa: S101 - the configuration says so
    return publish_snapshot(warehouse, installation.serving, complete, settings.keep_published_days)
