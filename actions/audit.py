"""The append-only audit log: who did what to which subject, each row chained to the one before by its hash.

A changed, removed or reordered row breaks the chain at a row that `verify_chain` names. Somebody who can rewrite the
whole file can also rewrite the whole chain: keep the newest hash (`AuditLog.head`) somewhere else to notice that too.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from actions.instants import Clock
from state import ConflictError, Record, StateStore, Write

ROW_KIND = "audit"
HEAD_KIND = "audit_head"
HEAD_KEY = "head"
FIRST_HASH = "0" * 64
# Each failed attempt means that another writer succeeded, so this many in a row means a broken store, not a busy one.
APPEND_ATTEMPTS = 1000


class AuditBusyError(Exception):
    """The log's head moved on every attempt to append to it."""


@dataclass(frozen=True)
class AuditEntry:
    """What is to be written down: an actor's event on a subject, with details that are JSON values."""

    actor: str
    event: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditRow:
    """One line of the log; `hash` covers every other field, `prev_hash` among them."""

    seq: int
    at: str
    actor: str
    event: str
    subject: str
    details: dict[str, Any]
    prev_hash: str
    hash: str


@dataclass(frozen=True)
class ChainVerdict:
    """Whether the log is what was written: the number of rows that hold, and the first that does not."""

    rows_checked: int
    broken_seq: int | None = None
    reason: str | None = None

    @property
    def is_intact(self) -> bool:
        """True when every row follows from the one before."""
        return self.broken_seq is None


class AuditLog:
    """Appends rows together with the state changes they tell about, in one transaction."""

    def __init__(self, store: StateStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def append(self, entry: AuditEntry) -> AuditRow:
        """Write down one event that changes no other record."""
        return self.commit([], [entry])[0]

    def commit(self, writes: Sequence[Write], entries: Sequence[AuditEntry]) -> tuple[AuditRow, ...]:
        """Do `writes` and append `entries`, all or nothing.

        Raises ConflictError when one of `writes` lost a race; a race for the log's own head is run again.
        """
        for _ in range(APPEND_ATTEMPTS):
            head = self._store.get(HEAD_KIND, HEAD_KEY)
            rows = self._chain(head, entries)
            try:
                self._store.transact([*writes, *(_plan_row(row) for row in rows), *_plan_head(head, rows)])
                return rows
            except ConflictError as conflict:
                if conflict.kind not in (ROW_KIND, HEAD_KIND):
                    raise
        raise AuditBusyError(f"the audit log moved {APPEND_ATTEMPTS} times while one entry waited")

    def rows(self) -> list[AuditRow]:
        """The whole log, oldest first."""
        return [AuditRow(**record.body) for record in self._store.list(ROW_KIND)]

    def rows_about(self, subject: str) -> list[AuditRow]:
        """The history of one subject, oldest first."""
        return [row for row in self.rows() if row.subject == subject]

    def head(self) -> tuple[int, str]:
        """The newest row's number and hash; (0, zeros) while the log is empty."""
        record = self._store.get(HEAD_KIND, HEAD_KEY)
        return (0, FIRST_HASH) if record is None else (record.body["seq"], record.body["hash"])

    def verify_chain(self) -> ChainVerdict:
        """Recompute every hash; the verdict names the first row that is missing, changed or out of its place."""
        expected_seq, expected_prev = 1, FIRST_HASH
        for record in self._store.list(ROW_KIND):
            reason = _find_break(record, expected_seq, expected_prev)
            if reason is not None:
                return ChainVerdict(expected_seq - 1, expected_seq, reason)
            expected_seq, expected_prev = expected_seq + 1, record.body["hash"]
        if self.head() != (expected_seq - 1, expected_prev):
            return ChainVerdict(expected_seq - 1, expected_seq, f"the log's head is row {self.head()[0]}")
        return ChainVerdict(expected_seq - 1)

    def _chain(self, head: Record | None, entries: Sequence[AuditEntry]) -> tuple[AuditRow, ...]:
        seq, prev = (0, FIRST_HASH) if head is None else (head.body["seq"], head.body["hash"])
        at = self._clock().astimezone(UTC).isoformat()
        rows = []
        for entry in entries:
            seq += 1
            row = AuditRow(seq, at, entry.actor, entry.event, entry.subject, entry.details, prev, "")
            prev = hash_row(row)
            rows.append(AuditRow(**{**vars(row), "hash": prev}))
        return tuple(rows)


def hash_row(row: AuditRow) -> str:
    """SHA-256 over the row's fields, its own hash left out, as JSON with sorted keys."""
    fields = [row.seq, row.at, row.actor, row.event, row.subject, row.details, row.prev_hash]
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plan_row(row: AuditRow) -> Write:
    return Write.insert(ROW_KIND, f"{row.seq:012d}", vars(row))


def _plan_head(head: Record | None, rows: Sequence[AuditRow]) -> list[Write]:
    if not rows:
        return []
    body = {"seq": rows[-1].seq, "hash": rows[-1].hash}
    return [Write.insert(HEAD_KIND, HEAD_KEY, body) if head is None else Write.update(head, body)]


def _find_break(record: Record, expected_seq: int, expected_prev: str) -> str | None:
    try:
        row = AuditRow(**record.body)
    except TypeError:
        return "the row does not have the fields of an audit row"
    if row.seq != expected_seq or record.key != f"{expected_seq:012d}":
        return f"row {expected_seq} is missing: found {record.key}"
    if row.prev_hash != expected_prev:
        return "the row does not follow from the one before"
    if row.hash != hash_row(row) or record.version != 1:
        return "the row was changed after it was written"
    return None
