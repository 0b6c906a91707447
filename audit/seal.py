"""What makes the audit log hard to forge: a key that is not in the store, a witness of its newest row, and who writes.

The key is a file of the home's own key folder or comes from the environment (which may be filled from a secret store).
Who can write the store and not read the key can add no row and change none. The witness is a file beside the store: it
shows when the store was put back to an older state or its end was cut off.
"""

import fcntl
import hmac
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from audit.keys import KeyFile, KeyVariable, sign, write_durably
from state import Record, SqliteStateStore, StateStore, Write
from state.records import Body

WITNESS_FILE = "audit_witness.json"


@dataclass(frozen=True)
class Origin:
    """Where a row comes from: the operating system's account, the host and the way in (cli, dagster, demo …)."""

    account: str
    host: str
    channel: str


@dataclass(frozen=True)
class Sighting:
    """A row that was the newest one: its number and hash. Number 0 is the empty log."""

    seq: int
    hash: str


EMPTY = Sighting(0, "0" * 64)


class Witness:
    """A file that remembers the newest row that this machine has seen written; sealed with the key itself."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, key: bytes) -> Sighting | None:
        """What it has seen; None where there is no file. ValueError where it is not what was written."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        try:
            found = json.loads(text)
            seen = Sighting(int(found["seq"]), str(found["hash"]))
            is_ours = hmac.compare_digest(str(found["mac"]), _mac_of(seen, key))
        except (ValueError, TypeError, KeyError):
            is_ours = False
        if not is_ours:
            raise ValueError(f"{self.path} is not what was written there")
        return seen

    def begin(self, key: bytes) -> None:
        """Remember the empty log, for a new key; what was seen under an older key stays, and shows that it is lost."""
        try:
            is_used = json.loads(self.path.read_text(encoding="utf-8"))["seq"] != 0
        except FileNotFoundError:
            is_used = False
        except (ValueError, TypeError, KeyError):
            is_used = True
        if not is_used:
            self.write(EMPTY, key)

    def write(self, seen: Sighting, key: bytes) -> None:
        """Remember this row, whatever was seen before; to be called while it is `locked`."""
        body = {"seq": seen.seq, "hash": seen.hash, "mac": _mac_of(seen, key)}
        draft = self.path.with_name(f"{self.path.name}.new")
        write_durably(draft, json.dumps(body))
        draft.replace(self.path)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time; the folder is locked, since the file is replaced."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


class Seal:
    """The key, the witness and the origin of the rows that a process writes."""

    def __init__(self, source: KeyFile | KeyVariable, witness: Witness, origin: Origin) -> None:
        self._source = source
        self.witness = witness
        self.origin = origin

    def for_account(self, account: str) -> "Seal":
        """The same seal for rows that somebody else than this process's account writes through it."""
        return Seal(self._source, self.witness, replace(self.origin, account=account))

    @cached_property
    def key(self) -> bytes:
        """The key to write with; a key file is made where there is none."""
        if isinstance(self._source, KeyVariable):
            return self._source.find()
        found = self._source.find()
        if found is not None:
            return found
        with self.witness.locked():
            return self._source.find() or self._source.make(self.witness.begin)

    @property
    def known_key(self) -> bytes | None:
        """The key to check with; None where nothing was sealed yet."""
        return self._source.find()

    @property
    def is_key_file(self) -> bool:
        """Whether the key is the home's own, in a file that is there; else it is shared, or not made yet."""
        return isinstance(self._source, KeyFile) and self._source.find() is not None

    def begin_witness(self) -> None:
        """Make the witness of a shared key, before the first row that this account of this machine writes under it."""
        with self.witness.locked():
            self.witness.begin(self.key)

    def remember(self, seen: Sighting, is_continued: Callable[[], bool] = lambda: True) -> None:
        """Let the witness see the newest row, if it goes on from what it saw before.

        A witness that cannot be written is reported in the process's log: the row itself is written.
        """
        try:
            with self.witness.locked():
                if is_continued():
                    self.witness.write(seen, self.key)
        except OSError as error:
            logging.getLogger(__name__).warning(
                "%s: the newest row of the audit log cannot be kept there: %s", self.witness.path, error
            )


class SealedStore:
    """A state store together with what seals its audit log; a store like any other."""

    def __init__(self, inner: StateStore, seal: Seal) -> None:
        self.inner = inner
        self.seal = seal

    def check_writable(self) -> None:
        """`ReadOnlyStateError` where records can only be read: then no key is made either."""
        if isinstance(self.inner, SqliteStateStore):
            self.inner.check_writable()

    def get(self, kind: str, key: str) -> Record | None:
        """See `StateStore.get`."""
        return self.inner.get(kind, key)

    def insert(self, kind: str, key: str, body: Body) -> bool:
        """See `StateStore.insert`."""
        return self.inner.insert(kind, key, body)

    def update(self, kind: str, key: str, body: Body, expected_version: int) -> Record:
        """See `StateStore.update`."""
        return self.inner.update(kind, key, body, expected_version)

    def list(self, kind: str, prefix: str = "") -> "list[Record]":
        """See `StateStore.list`."""
        return self.inner.list(kind, prefix)

    def transact(self, writes: Sequence[Write]) -> None:
        """See `StateStore.transact`."""
        self.inner.transact(writes)


def _mac_of(seen: Sighting, key: bytes) -> str:
    return sign(key, f"witness {seen.seq} {seen.hash}")
