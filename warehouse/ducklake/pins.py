"""Publications of the shared warehouse: which snapshots of DuckLake people were shown, and when.

A pin keeps its snapshot: whoever asks for a day asks for what was published then, whichever machine published it.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from warehouse.ducklake.session import CATALOG

#: The newest publications are kept whatever their age.
NEWEST = 2
TABLE = "intermediate.published_snapshots"


class Pin(NamedTuple):
    """A snapshot that was published, and when, in UTC."""

    published_at: dt.datetime
    snapshot: int


def current_snapshot(connection: Any) -> int:
    """The snapshot that a connection reads."""
    return int(connection.execute(f"from ducklake_current_snapshot('{CATALOG}')").fetchall()[0][0])


def add_pin(connection: Any, pin: Pin) -> None:
    """Remember a publication."""
    connection.execute("create schema if not exists intermediate")
    connection.execute(f"create table if not exists {TABLE} (snapshot_id bigint, published_at timestamp)")
    at = pin.published_at.astimezone(dt.UTC).replace(tzinfo=None)
    connection.execute(f"insert into {TABLE} values ({pin.snapshot}, timestamp '{at.isoformat(sep=' ')}')")


def list_pins(connection: Any, is_there: bool) -> list[Pin]:
    """The publications that are remembered, oldest first; ``is_there``: whether there ever was one."""
    if not is_there:
        return []
    rows = connection.execute(f"select published_at, snapshot_id from {TABLE} order by all").fetchall()
    return [Pin(at.replace(tzinfo=dt.UTC), snapshot) for at, snapshot in rows]


def choose_kept(pins: Sequence[Pin], oldest: dt.datetime) -> list[Pin]:
    """The newest publications, and since ``oldest`` the last of each day."""
    last_of_day = {pin.published_at.date(): pin for pin in pins if pin.published_at > oldest}
    return sorted({*pins[-NEWEST:], *last_of_day.values()})
