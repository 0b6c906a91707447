"""Who serves figures needs a publication that reads its own home: this makes one where there is none."""

from cloudcost.installation import Installation
from dashboards.publish import publish_warehouse, published_file, reads_elsewhere
from dashboards.scoped_copies import are_copies_missing, make_scoped_copies
from warehouse import DuckDbWarehouse, WarehouseError


def publish_where_needed(installation: Installation) -> None:
    """Publish where nothing was published that can be read here: a home that was copied or moved publishes its own
    files. `WarehouseError` where there is no warehouse; one on a server needs no publication."""
    warehouse, settings = installation.warehouse, installation.config.dashboards
    if not isinstance(warehouse, DuckDbWarehouse):
        return
    published = published_file(installation.serving, warehouse.path.name)
    if published.exists() and not are_copies_missing(published, settings) and not reads_elsewhere(published.resolve()):
        return
    if not warehouse.path.exists():
        raise WarehouseError(f"{warehouse.path}: there is no warehouse yet", "`cloudcost run` builds it")
    publish_warehouse(
        warehouse.path,
        warehouse.connect,
        installation.serving,
        lambda copy: make_scoped_copies(copy, settings),
        settings.keep_published_days,
    )
