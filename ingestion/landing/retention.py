"""Removing replaced snapshots whose time is over from the lake. What is current, or still to be loaded, stays.

A snapshot is first marked ``expiring`` in the ledger, against the very version that was judged, so that nobody can
promote it meanwhile; then its folder goes in one rename; then it is ``expired``. A run that is killed in between leaves
it ``expiring``, and the next removal goes on from there, once nobody else can be at work on it.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath

from core.instants import Checkpoint
from ingestion.landing.lake import Lake, safe_delivery_id
from ingestion.ledger import Ledger
from ingestion.sections.deliveries import IngestionSettings
from ingestion.snapshots import Snapshot, SnapshotKey
from state import Record

#: After this, whoever marked a snapshot as expiring is dead: the removal of one folder takes a moment.
ABANDONED = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Removed:
    """A snapshot that is no longer in the lake, and since when it had been replaced."""

    snapshot: Snapshot
    replaced_at: dt.datetime


def find_expired(
    ledger: Ledger, settings: IngestionSettings, now: dt.datetime, needed: frozenset[tuple[SnapshotKey, str]]
) -> list[tuple[Record, dt.datetime]]:
    """Snapshots to remove, with when each was replaced or withdrawn.

    ``needed`` are those that the warehouse shows or was built from, by safe delivery id: they stay until every model
    holds their successors, so that whatever compares the two finds both. A snapshot that was current several times
    counts as replaced when it was for the last time.
    """
    if settings.keep_snapshots_days is None:
        return []
    oldest_kept = now - dt.timedelta(days=settings.keep_snapshots_days)
    expired: list[tuple[Record, dt.datetime]] = []
    for key, records in _group(ledger.deliveries()).items():
        replaced_at = list_replaced(ledger, key)
        replaced = sorted(replaced_at, key=lambda name: replaced_at[name], reverse=True)
        for record in records:
            name = record.body["delivery_id"]
            is_left = record.body["status"] == "expiring" and _marked_at(record) < now - ABANDONED
            is_withdrawn = record.body["status"] == "withdrawn"
            is_replaced = record.body["status"] == "promoted" and name in replaced[settings.keep_last :]
            since = dt.datetime.fromisoformat(record.body["at"]) if is_withdrawn else replaced_at.get(name)
            is_old = (
                (is_replaced or is_withdrawn)
                and since is not None
                and since <= oldest_kept
                and (key, safe_delivery_id(name)) not in needed
            )
            if is_left or is_old:
                expired.append((record, since or _marked_at(record)))
    return expired


def list_replaced(ledger: Ledger, key: SnapshotKey) -> dict[str, dt.datetime]:
    """When each delivery of ``key`` that is not current any more was replaced, for the last time."""
    promotions = ledger.promotions(key)
    replaced = {before: at for (before, _), (_, at) in pairwise(promotions)}
    replaced.pop(ledger.current(key) or "", None)
    return replaced


def remove_expired(
    lake: Lake,
    ledger: Ledger,
    settings: IngestionSettings,
    now: dt.datetime,
    needed: frozenset[tuple[SnapshotKey, str]],
    checkpoint: Checkpoint = lambda name: None,
) -> list[Removed]:
    """Remove what `find_expired` finds; what was promoted or taken by another process meanwhile is left alone."""
    removed = []
    for record, replaced_at in find_expired(ledger, settings, now, needed):
        snapshot = Snapshot.from_body(record.body)
        marked = ledger.mark_expiring(record, now)
        if marked is None:
            continue
        checkpoint("expiring")
        for directory in sorted({str(PurePosixPath(path).parent) for path in snapshot.paths}):
            lake.remove(directory)
        checkpoint("removed")
        ledger.mark_expired(marked, now)
        removed.append(Removed(snapshot, replaced_at))
    return removed


def _group(records: Iterable[Record]) -> dict[SnapshotKey, list[Record]]:
    groups: dict[SnapshotKey, list[Record]] = {}
    for record in records:
        if record.body.get("paths") is not None:
            groups.setdefault(Snapshot.from_body(record.body).key, []).append(record)
    return groups


def _marked_at(record: Record) -> dt.datetime:
    return dt.datetime.fromisoformat(record.body["expiring_at"])
