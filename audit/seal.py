"""What makes the audit log hard to forge: a key that is not in the store, a witness of its newest row, and who writes.

The key is a file of the home's own key folder or comes from the environment (which may be filled from a secret store).
Who can write the store and not read the key can add no row and change none. The witness is a file beside the store: it
shows when the store was put back to an older state or its end was cut off.
"""

import fcntl
import hashlib
import hmac
import json
import logging
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core.errors import CloudcostError
from core.file_trust import ROOT, explain_key
from state import Record, SqliteStateStore, StateStore, Write
from state.records import Body

KEY_FOLDER = "keys"
KEY_FILE = "audit.key"
WITNESS_FILE = "audit_witness.json"
#: 32 characters of a password manager are more than 128 bits.
MIN_KEY_CHARACTERS = 32


class AuditKeyError(CloudcostError):
    """The key of the audit log cannot be used; the message states which and why."""


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


class KeyFile:
    """A key in a file that its owner alone may read, made with the first row that is sealed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def find(self) -> bytes | None:
        """The key of the file; None where there is no file.

        `AuditKeyError` where it cannot be read, holds none, or is one that others may know or have put there.
        """
        try:
            with self.path.open(encoding="ascii") as file:
                # of the opened file: the name may lead elsewhere a moment later
                found = os.fstat(file.fileno())
                text = file.read().strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise AuditKeyError(f"{self.path}: the key of the audit log cannot be read: {error}") from None
        # root may look at the home of any account, where the key is that account's
        why = explain_key(found, (found.st_uid if os.geteuid() == ROOT else os.geteuid(),))
        if why is not None:
            raise AuditKeyError(f"{self.path}: {why}")
        if len(text) < MIN_KEY_CHARACTERS:
            raise AuditKeyError(f"{self.path}: there is no key of the audit log in it: put a backup of it back")
        return text.encode()

    def make(self, before: Callable[[bytes], None]) -> bytes:
        """A new key; ``before`` is called with it while there is no file yet. One process at a time may do this."""
        text = secrets.token_hex(32)
        before(text.encode())
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.new")
        write_durably(draft, text)
        draft.replace(self.path)
        return text.encode()


class KeyVariable:
    """A key in an environment variable, which `secrets:` may fill."""

    def __init__(self, name: str, environ: Mapping[str, str]) -> None:
        self._name = name
        self._environ = environ

    def find(self) -> bytes:
        """The key; `AuditKeyError` where the variable is not set or too short to be one."""
        text = self._environ.get(self._name, "").strip()
        if len(text) < MIN_KEY_CHARACTERS:
            what = f"holds {len(text)} characters" if text else "is not set"
            raise AuditKeyError(
                f"audit.key_env: the variable {self._name} {what}; the key of the audit log needs at least "
                f"{MIN_KEY_CHARACTERS}, the same ones on every machine"
            )
        return text.encode()


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


def name_key(key: bytes) -> str:
    """A name that distinguishes one key from another and reveals nothing about it."""
    return sign(key, "the name of this key")[:16]


def sign(key: bytes, text: str) -> str:
    """HMAC-SHA-256 of a text, in hexadecimal."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def write_durably(path: Path, text: str) -> None:
    """A file that its owner alone may read, on the disk when this returns; what a killed process left is replaced."""
    flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _mac_of(seen: Sighting, key: bytes) -> str:
    return sign(key, f"witness {seen.seq} {seen.hash}")
