"""The upkeep of the shared warehouse: small files are put together, what nobody needs any more goes.

Needed is the present snapshot, what is published and kept, and whatever a reader may have begun to read within the
grace. A file goes when no kept snapshot has it, and not before the grace is over once more.
"""

import datetime as dt
from itertools import pairwise
from typing import Any, NamedTuple

from warehouse.ducklake.pins import TABLE, Pin, choose_kept
from warehouse.ducklake.session import CATALOG

#: No reader and no publication takes so long.
GRACE = dt.timedelta(days=1)


class Removed(NamedTuple):
    """How many snapshots and files went."""

    snapshots: int
    files: int


def expire(connection: Any, pins: list[Pin], now: dt.datetime, keep_days: int, grace: dt.timedelta = GRACE) -> Removed:
    """Remove what nobody needs; the caller holds the lease, so that no build is under way. Killed at any moment, it
    leaves what the next one removes.
    """
    kept = choose_kept(pins, now - dt.timedelta(days=keep_days))
    gone = [pin for pin in pins if pin not in kept]
    if gone:
        listed = ", ".join(str(pin.snapshot) for pin in gone)
        connection.execute(f"delete from {TABLE} where snapshot_id in ({listed})")
    connection.execute(f"call ducklake_merge_adjacent_files('{CATALOG}')").fetchall()
    snapshots = connection.execute(
        f"select snapshot_id, snapshot_time from ducklake_snapshots('{CATALOG}') order by 1"
    ).fetchall()
    needed = {pin.snapshot for pin in kept} | {snapshots[-1][0]}
    # a snapshot is read until the next one is there, and then for the grace
    ended = pairwise(snapshots)
    expired = [number for (number, _), (_, end) in ended if end < now - grace and number not in needed]
    if expired:
        connection.execute(f"call ducklake_expire_snapshots('{CATALOG}', versions => {expired})").fetchall()
    files = _remove_files(connection, "ducklake_cleanup_old_files", now - grace)
    # what a killed build wrote and no catalog knows; a build that is younger may be in the middle of it
    files += _remove_files(connection, "ducklake_delete_orphaned_files", now - grace)
    return Removed(len(expired), files)


def _remove_files(connection: Any, function: str, older_than: dt.datetime) -> int:
    moment = older_than.astimezone(dt.UTC).isoformat()
    return len(connection.execute(f"call {function}('{CATALOG}', older_than => timestamptz '{moment}')").fetchall())
