"""The ingestion ledger: every delivery that was seen, and which snapshot of each period is current.

Records in the state store: ``snapshot`` (one per delivery of a source, billing period and dataset, with its status),
``current`` (the snapshot that the warehouse must hold), ``promotion`` (every time that one became current, for ever)
and ``scan`` (what a file without a manifest was found to contain). Promotion is one conditional transaction, so of two
promoters one wins.

A snapshot is ``promoted`` or ``quarantined``; the latter may be turned into ``released`` or, by somebody who takes it
as it is, ``accepted``, and is then judged once more; it is ``superseded`` once it is at its source no more. A replaced
one whose time is over goes through ``expiring`` to ``expired`` and has no files any more. One that should never have
been taken is ``withdrawn``: it stays on record, is never taken again as it is, and its files go with those of other
replaced snapshots.
"""

import contextlib
import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from core.errors import CloudcostError
from core.instants import Clock
from ingestion.contracts import DeliveryError
from ingestion.snapshots import Snapshot, SnapshotKey
from state import ConflictError, Record, StateStore, Write

#: In a delivery's record: which files of it were withdrawn, by `delivery_id_for`, and why. One that was landed before
#: the ledger named files so is withdrawn whatever its files are.
TOMBSTONES, ANY_FILES = "withdrawn_files", "any"

#: The dataset of what never became a delivery.
UNKNOWN_DATASET = "unknown"


class Ledger:
    """Reads and writes the ingestion records of a state store. ``now`` is injected, so that tests own the time."""

    def __init__(self, store: StateStore, now: Clock) -> None:
        self._store = store
        self._now = now

    def current(self, key: SnapshotKey) -> str | None:
        """The delivery id that is current for ``key``, or None."""
        record = self._store.get("current", key.text)
        return None if record is None or _is_none(record) else str(record.body["delivery_id"])

    def current_snapshot(self, key: SnapshotKey) -> tuple[Snapshot, dt.datetime] | None:
        """The snapshot that is current for ``key`` and when it was promoted, or None."""
        return next((found for found in self._list_current(key.text) if found[0].key == key), None)

    def current_snapshots(self, source_name: str | None = None) -> list[tuple[Snapshot, dt.datetime]]:
        """All current snapshots and when each was promoted, ordered by source, period and dataset."""
        return self._list_current(f"{source_name}/" if source_name else "")

    def _list_current(self, prefix: str) -> list[tuple[Snapshot, dt.datetime]]:
        found = []
        for record in self._store.list("current", prefix):
            if _is_none(record):
                continue
            snapshot = self._store.get("snapshot", f"{record.key}/{record.body['delivery_id']}")
            if snapshot is None:
                raise LedgerError(f"current snapshot {record.key} {record.body['delivery_id']} has no record")
            found.append((Snapshot.from_body(snapshot.body), dt.datetime.fromisoformat(record.body["promoted_at"])))
        return found

    def status(self, key: SnapshotKey, delivery_id: str) -> str | None:
        """The status of that delivery, or None where it was never judged."""
        record = self._store.get("snapshot", f"{key.text}/{delivery_id}")
        return None if record is None else str(record.body["status"])

    def promote(self, snapshot: Snapshot, *, was_expired: bool = False) -> bool:
        """Make ``snapshot`` current; False where it already is. All or nothing; the loser of a race looks again.

        ``was_expired``: the delivery's files had been removed before it was landed now. `DeliveryError` where they were
        removed since: what was found in the lake is there no more.
        """
        while True:
            current = self._store.get("current", snapshot.key.text)
            if current is not None and current.body["delivery_id"] == snapshot.delivery_id:
                return False
            at = self._now().isoformat()
            name = f"{snapshot.key.text}/{snapshot.delivery_id}"
            known = self._store.get("snapshot", name)
            gone = ("expiring",) if was_expired else ("expiring", "expired")
            if known is not None and known.body["status"] in gone:
                raise DeliveryError(f"delivery {snapshot.delivery_id} is just being removed; a later run takes it anew")
            # other files of the same delivery id that were withdrawn stay so
            tombstones = known.body.get(TOMBSTONES, {}) if known else {}
            body = {**snapshot.to_body(), "status": "promoted", "promoted_at": at, TOMBSTONES: tombstones}
            pointer = {"delivery_id": snapshot.delivery_id, "promoted_at": at}
            writes = [
                Write.update(known, body) if known else Write.insert("snapshot", name, body),
                *_point_to(snapshot.key, current, pointer),
            ]
            try:
                self._store.transact(writes)
            except ConflictError:
                continue
            return True

    def remember_files(self, snapshot: Snapshot) -> None:
        """Record what a snapshot holds and where its files lie now: it was current and has been landed anew."""
        known = self._store.get("snapshot", f"{snapshot.key.text}/{snapshot.delivery_id}")
        if known is not None and known.body["status"] == "promoted":
            with contextlib.suppress(ConflictError):
                self._store.transact([Write.update(known, {**known.body, **snapshot.to_body()})])

    def withdrawal(self, record: Record, actor: str, reason: str) -> list[Write]:
        """The writes that withdraw a delivery: nobody counts on it any more, and the one that was current before it is
        again, where that one is still kept.

        The writes hold only while nothing of it has changed since ``record`` was read.
        """
        snapshot = Snapshot.from_body(record.body)
        at = self._now().isoformat()
        body = {
            **record.body,
            "status": "withdrawn",
            "withdrawn_by": actor,
            "withdrawn_because": reason,
            "at": at,
            TOMBSTONES: {**record.body.get(TOMBSTONES, {}), snapshot.files_id or ANY_FILES: reason},
        }
        current = self._store.get("current", snapshot.key.text)
        if current is None or current.body["delivery_id"] != snapshot.delivery_id:
            return [Write.update(record, body)]
        before = [name for name, _ in self.promotions(snapshot.key) if name != snapshot.delivery_id]
        kept = next((name for name in reversed(before) if self.promoted_snapshot(snapshot.key, name)), None)
        pointer = {"delivery_id": kept, "promoted_at": at}
        return [Write.update(record, body), *_point_to(snapshot.key, current, pointer)]

    def withdrawn(self, key: SnapshotKey, delivery_id: str, files_id: str) -> str | None:
        """Why that delivery, with these very files, was withdrawn; None where it was not."""
        record = self._store.get("snapshot", f"{key.text}/{delivery_id}")
        tombstones = {} if record is None else record.body.get(TOMBSTONES, {})
        reason = tombstones.get(files_id, tombstones.get(ANY_FILES))
        return None if reason is None else str(reason)

    def promotions(self, key: SnapshotKey) -> list[tuple[str, dt.datetime]]:
        """Every delivery that became current for ``key`` and when, oldest first."""
        records = [r for r in self._store.list("promotion", f"{key.text}/") if not _is_none(r)]
        return [(r.body["delivery_id"], dt.datetime.fromisoformat(r.body["promoted_at"])) for r in records]

    def promoted_snapshot(self, key: SnapshotKey, delivery_id: str) -> Snapshot | None:
        """A delivery that is or was current and is still kept, or None."""
        record = self._store.get("snapshot", f"{key.text}/{delivery_id}")
        return None if record is None or record.body["status"] != "promoted" else Snapshot.from_body(record.body)

    def quarantine(
        self,
        source_name: str,
        period: dt.date | None,
        dataset: str,
        delivery_id: str,
        reasons: Sequence[str],
        content: str | None = None,
        *,
        is_acceptable: bool = False,
    ) -> bool:
        """Record that a delivery failed, and why; what was current stays. False where it was known before.

        ``content`` names the files that failed: a record of other files of the same delivery is replaced.
        ``is_acceptable``: the delivery is complete and readable, and somebody may accept it as it is.
        """
        month = f"{period:%Y-%m}" if period else "unknown"
        name = f"{source_name}/{month}/{dataset}/{delivery_id}"
        body = {
            "source_name": source_name, "billing_period": period.isoformat() if period else None, "dataset": dataset,
            "delivery_id": delivery_id, "status": "quarantined", "reasons": list(reasons), "content": content,
            "is_acceptable": is_acceptable, "at": self._now().isoformat(),
        }  # fmt: skip
        while True:
            known = self._store.get("snapshot", name)
            if known is not None and known.body["status"] == "quarantined" and known.body.get("content") == content:
                return False
            was_promoted = known is not None and known.body["status"] == "promoted"
            if was_promoted and period and self.current(SnapshotKey(source_name, period, dataset)) == delivery_id:
                return False  # what is current was promoted, whatever a later reading of it found
            try:
                # what an earlier promotion recorded (where its files lie) stays on record
                write = Write.update(known, {**known.body, **body}) if known else Write.insert("snapshot", name, body)
                self._store.transact([write])
            except ConflictError:
                continue
            return True

    def deliveries(self, source_name: str | None = None) -> list[Record]:
        """The records of all deliveries that were judged, ordered by source, period and dataset."""
        return self._store.list("snapshot", f"{source_name}/" if source_name else "")

    def quarantine_reasons(self, key: SnapshotKey, delivery_id: str, content: str) -> tuple[str, ...]:
        """Why that delivery is in quarantine; empty where it is not, or where its files were mended since."""
        record = self._store.get("snapshot", f"{key.text}/{delivery_id}")
        if record is None or record.body["status"] != "quarantined":
            return ()
        return tuple(record.body["reasons"]) if record.body.get("content") in (None, content) else ()

    def release_quarantined(self, source_name: str) -> int:
        """Let the next run judge again what failed; returns how many deliveries and files that are."""
        held = self.quarantined(source_name)
        for record in held:
            with contextlib.suppress(ConflictError):
                self._store.update("snapshot", record.key, {**record.body, "status": "released"}, record.version)
        for record in self._store.list("scan", f"{source_name}/"):
            reason = record.body.get("fault", record.body.get("left_alone"))
            if reason is not None:
                with contextlib.suppress(ConflictError):  # another run has just done so
                    self._store.update("scan", record.key, {"released": reason}, record.version)
        return len(held)

    def supersede_quarantined(
        self, source_name: str, seen: Collection[str], begun: dt.datetime, is_held_up: bool = False
    ) -> int:
        """End the quarantine of what was mended, replaced or removed; returns how many deliveries and files that are.

        ``seen`` are the names of what lies at the source now: a delivery's key, or what a file or fault without a
        billing period is called; what another run put there since the look ``begun`` stays. ``is_held_up``: deliveries
        were not looked for, so theirs stays as it is.
        """
        gone = [
            record
            for record in self.quarantined(source_name)
            if (record.body["delivery_id"] if record.body["dataset"] == UNKNOWN_DATASET else record.key) not in seen
            and not (is_held_up and record.body["dataset"] != UNKNOWN_DATASET)
            and dt.datetime.fromisoformat(record.body["at"]) < begun
        ]
        for record in gone:
            with contextlib.suppress(ConflictError):
                self._store.update("snapshot", record.key, {**record.body, "status": "superseded"}, record.version)
            scan = self._store.get("scan", f"{source_name}/{record.body['delivery_id']}")
            if scan is not None and "fault" in scan.body:
                with contextlib.suppress(ConflictError):  # should the very same file come back, it is read anew
                    self._store.update("scan", scan.key, {"released": scan.body["fault"]}, scan.version)
        return len(gone)

    def quarantined(self, source_name: str | None = None) -> list[Record]:
        """The records of all deliveries that failed, ordered by source and period."""
        return [r for r in self.deliveries(source_name) if r.body["status"] == "quarantined"]

    def mark_expiring(self, record: Record, now: dt.datetime) -> Record | None:
        """Announce that a replaced snapshot is being removed; None where it changed since it was read, or is current.

        The pointer is read after the record was, and a promotion writes both: whoever promotes it now makes this fail.
        """
        snapshot = Snapshot.from_body(record.body)
        if self.current(snapshot.key) == snapshot.delivery_id:
            return None
        body = {**record.body, "status": "expiring", "expiring_at": now.isoformat()}
        try:
            return self._store.update("snapshot", record.key, body, record.version)
        except ConflictError:
            return None

    def mark_expired(self, record: Record, now: dt.datetime) -> None:
        """Record that the files of a snapshot are gone."""
        body = {**record.body, "status": "expired", "paths": [], "expired_at": now.isoformat()}
        with contextlib.suppress(ConflictError):
            self._store.update("snapshot", record.key, body, record.version)

    def get_scan(self, source_name: str, fingerprint: str) -> dict[str, Any] | None:
        """What a file without a manifest was found to contain, or None where it was not read yet."""
        record = self._store.get("scan", f"{source_name}/{fingerprint}")
        return None if record is None or "released" in record.body else record.body

    def put_scan(self, source_name: str, fingerprint: str, body: dict[str, Any]) -> None:
        """Remember what a file contains; the same fingerprint always says the same, unless it was released."""
        key = f"{source_name}/{fingerprint}"
        known = self._store.get("scan", key)
        if known is not None and "released" in known.body:
            with contextlib.suppress(ConflictError):  # another run has just read it
                self._store.update("scan", key, body, known.version)
        else:
            self._store.insert("scan", key, body)


def _is_none(pointer: Record) -> bool:
    """Whether a pointer states that nothing is current: all that ever was has been withdrawn."""
    return pointer.body["delivery_id"] is None


def _point_to(key: SnapshotKey, current: Record | None, pointer: dict[str, Any]) -> list[Write]:
    """The writes that make another delivery current and remember it, against the pointer as it was read."""
    if current is not None:
        pointer = {**pointer, "replaces": current.body["delivery_id"]}
    number = current.version + 1 if current else 1
    return [
        Write.update(current, pointer) if current else Write.insert("current", key.text, pointer),
        Write.insert("promotion", f"{key.text}/{number:08d}", pointer),
    ]


class LedgerError(CloudcostError):
    """The ledger contradicts itself: a defect, or a state file that was edited by hand."""
