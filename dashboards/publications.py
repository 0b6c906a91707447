"""What an installation publishes for dashboards, whichever engine its warehouse is."""

import contextlib
from pathlib import Path

from cloudcost.installation import Installation
from dashboards.people import readers_of
from dashboards.publish import Publication, lacks_columns, publish_warehouse, published_file, reads_elsewhere
from dashboards.scoped_copies import are_copies_missing, make_scoped_copies
from warehouse import WAREHOUSE_FILE, DuckDbWarehouse, WarehouseError


def publish_installation(installation: Installation) -> Publication | None:
    """Publish the warehouse as it is now; None where readers ask the warehouse itself."""
    warehouse, settings = installation.warehouse, installation.config.dashboards

    people = readers_of(installation).people

    def complete(copy: Path) -> object:
        return make_scoped_copies(copy, settings, people)

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


def publish_where_needed(installation: Installation) -> None:
    """Publish where nothing was published that can be read here: a home that was copied or moved publishes its own
    files, and what an earlier release published without columns that readers ask for is published anew.

    `WarehouseError` where there is no warehouse; one that readers ask themselves needs no publication.
    """
    warehouse, settings = installation.warehouse, installation.config.dashboards
    if installation.config.warehouse.backend == "redshift":
        return
    published = published_file(installation.serving, WAREHOUSE_FILE)
    people = readers_of(installation).people
    is_there = published.exists() and not are_copies_missing(published, settings, people)
    if is_there and not reads_elsewhere(published.resolve()):
        if warehouse.is_there and lacks_columns(published.resolve()):
            # one that cannot be opened now is held by a run, which publishes at its end
            with contextlib.suppress(WarehouseError):
                publish_installation(installation)
        return
    if not warehouse.is_there:
        raise WarehouseError(f"{warehouse.place}: there is no warehouse yet", "`cloudcost run` builds it")
    publish_installation(installation)
