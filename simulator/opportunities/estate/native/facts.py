"""What is to be said of a resource of each kind, before a cloud's own words for it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.opportunities.estate.items import ORDINARY, Setting
from simulator.opportunities.lines import Resource


@dataclass(frozen=True)
class Facts:
    """Of any resource: since when it is there, its setting, and what is said in one word.

    ``state`` is ours: running, stopped (no compute is billed), allocated (stopped, and billed all the same),
    attached, detached, ready, gone. ``since`` is when it came into that state. ``sku`` is the cloud's word for its kind
    and ``size`` gigabytes, virtual processors or megabytes. ``owner`` is the id of what made it.
    """

    created: dt.date
    setting: Setting = ORDINARY
    state: str = "ready"
    since: dt.date | None = None
    sku: str = ""
    size: int = 0
    iops: int = 0
    owner: str = ""
    source: str = ""
    target: Resource | None = None
    used_by: Sequence[str] = ()
    minimum: int = 0
    maximum: int = 0
    retention: int | None = None
    system: str = "Linux"


def at(date: dt.date) -> str:
    """A moment of a day as the APIs write it."""
    return f"{date.isoformat()}T09:30:00Z"
