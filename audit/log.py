"""The append-only audit log: who did what to which subject, from where; each row chained to the one before by its hash.

Where the store is a `SealedStore`, as every installation's is, rows are sealed by a key that is not in the store, and a
witness beside it remembers the newest. `audit.check` states what that finds.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property

from audit.check import ChainVerdict, check_log, digest_records, is_witness_gone
from audit.histories import Histories
from audit.keys import name_key
from audit.rows import (
    ACCEPTED,
    FIRST_HASH,
    HEAD_KEY,
    HEAD_KIND,
    ROW_KIND,
    SEALED,
    AuditEntry,
    AuditRow,
    find_last,
    hash_row,
    is_genuine,
    name_row,
    read_head,
    read_row,
    write_row,
)
from audit.seal import EMPTY, Seal, SealedStore, Sighting
from core.errors import CloudcostError
from core.instants import Clock
from state import ConflictError, Record, StateStore, Write

__all__ = ["FIRST_HASH", "AuditBusyError", "AuditEntry", "AuditLog", "AuditRow", "ChainVerdict", "hash_row"]

SYSTEM = "cloudcost"
SUBJECT = "audit"
#: The first row of a demo's log. It is what makes a home a demo's: a home that has rows can never become one.
DEMO_MADE = "demo.made"
# Each failed attempt means that another writer succeeded, so this many in a row means a broken store, not a busy one.
APPEND_ATTEMPTS = 1000


class AuditBusyError(CloudcostError):
    """The log's head moved on every attempt to append to it."""


class AuditLog:
    """Appends rows together with the state changes they record, in one transaction."""

    def __init__(self, store: StateStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.seal: Seal | None = store.seal if isinstance(store, SealedStore) else None

    def append(self, entry: AuditEntry) -> AuditRow:
        """Write down one event that changes no other record."""
        return self.commit([], [entry])[0]

    def commit(self, writes: Sequence[Write], entries: Sequence[AuditEntry]) -> tuple[AuditRow, ...]:
        """Do `writes` and append `entries`, all or nothing.

        Raises ConflictError when one of `writes` lost a race; a race for the log's own head is run again.
        """
        if isinstance(self._store, SealedStore):
            self._store.check_writable()
        known = None
        for _ in range(APPEND_ATTEMPTS):
            head, newest = read_head(self._store)
            if newest == known or head is None:
                # nobody else wrote, and yet a row is there: the head was set back or lost
                newest = find_last(self._store.list(ROW_KIND))
            known = newest
            rows = self._chain(newest, [*self._accept_unsealed(newest), *entries])
            try:
                self._write(head, rows, writes)
            except ConflictError as conflict:
                if conflict.kind not in (ROW_KIND, HEAD_KIND):
                    raise
                continue
            return rows[len(rows) - len(entries) :]
        raise AuditBusyError(f"the audit log moved {APPEND_ATTEMPTS} times while one entry waited")

    def accept(self, actor: str, reason: str) -> AuditRow:
        """Go on with a log that is not intact: a person accepts, from here on, the rows that are there as they are.

        Later changes of these rows are found all the same. What they say of approvals counts no more.
        """
        found = self.verify_chain().reason
        for _ in range(APPEND_ATTEMPTS):
            head, _ = read_head(self._store)
            records = self._store.list(ROW_KIND)
            last = find_last(records)
            details = {"reason": reason, "found": found, "rows": last.seq, "head": last.hash}
            entry = AuditEntry(actor, ACCEPTED, SUBJECT, {**details, "digest": digest_records(records)})
            (row,) = self._chain(last, [entry])
            try:
                self._store.transact(_plan(head, [row]))
            except ConflictError:
                continue
            if self.seal is not None:
                self.seal.remember(Sighting(row.seq, row.hash))
            return row
        raise AuditBusyError(f"the audit log moved {APPEND_ATTEMPTS} times while it was to be accepted")

    def rows(self) -> list[AuditRow]:
        """The whole log, oldest first; what is no row is left out, and `verify_chain` names it.

        A genuine row that was copied to another place is no row: what came after it would seem to come before.
        """
        read = ((record, read_row(record)) for record in self._store.list(ROW_KIND))
        return [row for record, row in read if row is not None and record.key == name_row(row.seq)]

    def rows_about(self, subject: str) -> list[AuditRow]:
        """The history of one subject, oldest first."""
        return [row for row in self.rows() if row.subject == subject]

    def read_histories(self) -> Histories:
        """The log as it is now, for the histories of many subjects."""
        return Histories(self.rows(), None if self.seal is None else self.seal.known_key, self.seal is not None)

    def evidence_about(self, subject: str) -> list[AuditRow]:
        """The history of one subject in rows that count as evidence: genuine ones, after the last accepted break."""
        return self.read_histories().evidence_about(subject)

    def facts_about(self, subject: str) -> list[AuditRow]:
        """The history of one subject in rows that record what was done: genuine ones, whatever was accepted since.

        Those of a release without keys are among them as long as they are what was sealed.
        """
        return self.read_histories().facts_about(subject)

    def find_latest_time(self, since: int) -> datetime | None:
        """The latest time in genuine rows from this number on; None where there is none."""
        key = None if self.seal is None else self.seal.known_key
        later = sorted((row for row in self.rows() if row.seq >= since), key=lambda row: row.at, reverse=True)
        latest = next((row.at for row in later if is_genuine(row, key)), None)
        return None if latest is None else datetime.fromisoformat(latest)

    def head(self) -> tuple[int, str]:
        """The newest row's number and hash; (0, zeros) while the log is empty."""
        _, newest = read_head(self._store)
        return newest.seq, newest.hash

    def verify_chain(self, expected: Sighting | None = None) -> ChainVerdict:
        """Whether every row is what was written and none is missing; `expected` is a head that was kept elsewhere."""
        return check_log(self._store, self.seal, expected)

    @cached_property
    def is_demo(self) -> bool:
        """Whether this is a demo's log, whose people are chosen by name; shown by its very first row."""
        record = self._store.get(ROW_KIND, name_row(1))
        row = None if record is None else read_row(record)
        key = None if self.seal is None else self.seal.known_key
        return row is not None and key is not None and row.event == DEMO_MADE and is_genuine(row, key)

    def _accept_unsealed(self, newest: Sighting) -> list[AuditEntry]:
        """The entry that closes what a release without a key wrote; none in a log that is sealed or empty."""
        if self.seal is None or newest.seq == 0:
            return []
        record = self._store.get(ROW_KIND, name_row(newest.seq))
        if record is None or record.body.get("key_id"):
            return []
        return [AuditEntry(SYSTEM, SEALED, SUBJECT, {"rows": newest.seq, "head": newest.hash})]

    def _chain(self, newest: Sighting, entries: Sequence[AuditEntry]) -> tuple[AuditRow, ...]:
        seq, prev = newest.seq, newest.hash
        at = self._clock().astimezone(UTC).isoformat()
        key = None if self.seal is None else self.seal.key
        rows = []
        for entry in entries:
            seq += 1
            row = AuditRow(
                seq,
                at=at,
                actor=entry.actor,
                event=entry.event,
                subject=entry.subject,
                details=entry.details,
                prev_hash=prev,
                hash="",
            )
            if self.seal is not None and key is not None:
                origin = self.seal.origin
                channel = "demo" if self.is_demo else origin.channel
                row = replace(row, account=origin.account, host=origin.host, channel=channel, key_id=name_key(key))
            prev = hash_row(row, key)
            rows.append(replace(row, hash=prev))
        return tuple(rows)

    def _write(self, head: Record | None, rows: Sequence[AuditRow], writes: Sequence[Write]) -> None:
        """The transaction; the witness sees its last row, if what it saw before is still there."""
        if self.seal is not None and rows:
            self._begin_witness(self.seal)
        self._store.transact([*writes, *_plan(head, rows)])
        seal = self.seal
        if seal is not None and rows:
            seal.remember(Sighting(rows[-1].seq, rows[-1].hash), lambda: self._is_continued(seal, rows))

    def _begin_witness(self, seal: Seal) -> None:
        if not seal.witness.path.exists() and not is_witness_gone(seal, self._store.list(ROW_KIND), seal.key):
            try:
                seal.begin_witness()
            except OSError as error:
                logging.getLogger(__name__).warning("%s: the witness cannot be made: %s", seal.witness.path, error)

    def _is_continued(self, seal: Seal, rows: Sequence[AuditRow]) -> bool:
        try:
            seen = seal.witness.read(seal.key)
        except ValueError:
            return False
        if seen is None:
            # it is made before anything is written: it was taken away
            return False
        if seen == EMPTY:
            return True
        record = self._store.get(ROW_KIND, name_row(seen.seq))
        return seen.seq < rows[0].seq and record is not None and record.body.get("hash") == seen.hash


def _plan(head: Record | None, rows: Sequence[AuditRow]) -> list[Write]:
    if not rows:
        return []
    body = {"seq": rows[-1].seq, "hash": rows[-1].hash}
    moved = Write.insert(HEAD_KIND, HEAD_KEY, body) if head is None else Write.update(head, body)
    return [*(Write.insert(ROW_KIND, name_row(row.seq), write_row(row)) for row in rows), moved]
