"""What a state store holds and promises: one record per (kind, key), changed only against a known version.

The vocabulary is the smallest that both an embedded database and a key-value service with conditional writes can
keep: point reads, ordered prefix reads inside one kind, and a batch of conditional writes that happens whole or not
at all. What is a fact of the past is never removed; what only counted for a while (a sign-in) can be. A batch names
each record at most once and holds at most 100 writes (DynamoDB's TransactWriteItems limits).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from core.errors import CloudcostError

Body = dict[str, Any]

MAX_TRANSACTION_WRITES = 100
HIGHEST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True)
class Record:
    """One stored fact: its body as of `version`, which starts at 1 and grows by 1 with every change."""

    kind: str
    key: str
    version: int
    body: Body


@dataclass(frozen=True)
class Write:
    """One conditional write: an insert when `expected_version` is None, else an update or removal of exactly that
    version. Versions begin at 1 again where a name is used after its record was removed.
    """

    kind: str
    key: str
    body: Body
    expected_version: int | None = None
    is_removal: bool = False

    @classmethod
    def insert(cls, kind: str, key: str, body: Body) -> Self:
        """A write that succeeds only while (kind, key) does not exist."""
        return cls(kind, key, body)

    @classmethod
    def update(cls, record: Record, body: Body) -> Self:
        """A write that succeeds only while `record` is still the newest version."""
        return cls(record.kind, record.key, body, record.version)

    @classmethod
    def remove(cls, record: Record) -> Self:
        """A write after which the record is not there, which happens only while it is still the newest version."""
        return cls(record.kind, record.key, {}, record.version, is_removal=True)


class ConflictError(Exception):
    """Somebody else wrote first: the record is not at the version the writer had read."""

    def __init__(self, kind: str, key: str, expected: int | None, found: int | None) -> None:
        self.kind = kind
        self.key = key
        self.expected = expected
        self.found = found
        wanted = "no record" if expected is None else f"version {expected}"
        there = "no record" if found is None else f"version {found}"
        super().__init__(f"{kind} {key!r}: expected {wanted}, found {there}")


class StateStoreError(CloudcostError):
    """The place of the records cannot be used; the message states why."""


class ReadOnlyStateError(StateStoreError):
    """The records can be read and not changed: whoever asks may not write their place."""


class RecordTooLargeError(StateStoreError, ValueError):
    """A record is larger than its backend can hold."""

    def __init__(self, kind: str, key: str, what: str, found: int, limit: int) -> None:
        self.kind = kind
        self.key = key
        super().__init__(f"{kind} {key[:200]!r}: the {what} has {found:,} bytes, at most {limit:,} can be stored")


class StateStore(Protocol):
    """Where process state lives; safe to share between threads and to open from several processes."""

    def get(self, kind: str, key: str) -> Record | None:
        """The newest version of one record, or None."""

    def insert(self, kind: str, key: str, body: Body) -> bool:
        """Create a record; False, and nothing changed, when (kind, key) is already there."""

    def update(self, kind: str, key: str, body: Body, expected_version: int) -> Record:
        """Replace the body of a record that is still at `expected_version`; raises ConflictError otherwise."""

    def list(self, kind: str, prefix: str = "") -> "list[Record]":
        """All records of a kind whose key starts with `prefix`, ordered by key (code point order)."""

    def transact(self, writes: Sequence[Write]) -> None:
        """All of `writes` or none; raises ConflictError naming the first write that could not happen."""


def encode_body(body: Body) -> str:
    """The stored form of a body. Money belongs in it as text: Decimal is a TypeError, NaN a ValueError."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def check_writes(writes: Sequence[Write]) -> None:
    """Refuse with ValueError what not every backend could do: an empty key, a record named twice, too many writes."""
    if len(writes) > MAX_TRANSACTION_WRITES:
        raise ValueError(f"a transaction holds at most {MAX_TRANSACTION_WRITES} writes, got {len(writes)}")
    seen: set[tuple[str, str]] = set()
    for write in writes:
        if not write.kind or not write.key or HIGHEST_CHARACTER in write.key:
            raise ValueError(f"not a usable record name: kind {write.kind!r}, key {write.key!r}")
        if (write.kind, write.key) in seen:
            raise ValueError(f"{write.kind} {write.key!r} is written twice in one transaction")
        seen.add((write.kind, write.key))
