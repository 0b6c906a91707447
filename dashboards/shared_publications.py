"""Publishing of a warehouse that several machines share: its snapshot is pinned, and dashboards get a file of it.

The file is what the embedded warehouse would have published, so nothing behind it differs by engine.
"""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from dashboards.publish import PRIVATE_SCHEMAS, Publication, publish_copy
from warehouse import WAREHOUSE_FILE
from warehouse.ducklake.engine import DuckLakeWarehouse
from warehouse.ducklake.pins import Pin


def publish_snapshot(
    warehouse: DuckLakeWarehouse,
    serving: Path,
    complete: Callable[[Path], object] = lambda copy: None,
    keep_days: int = 0,
) -> Publication:
    """Publish the present snapshot: a file of it below ``serving`` for this machine, and a pin for all of them.

    Nobody who writes meanwhile is waited for or seen. What was published before stays as it is for who reads it.
    """
    pins: list[Pin] = []

    def write(copy: Path, files: Path) -> None:
        begun = dt.datetime.now(dt.UTC)
        pins.append(Pin(begun, warehouse.export(copy, files, PRIVATE_SCHEMAS)))

    done = publish_copy(WAREHOUSE_FILE, write, serving, complete, keep_days)
    warehouse.pin(pins[0])
    return done
