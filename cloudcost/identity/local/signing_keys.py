"""The key pairs that access tokens are signed with: a file of the home, private to its owner.

A pair is published an hour before it signs and a day after the last token that it signed, so whoever keeps the public
keys for that long always has the right one.
"""

import datetime as dt
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from audit.keys import write_durably
from core.errors import CloudcostError
from core.file_trust import ROOT, WRITABLE_BY_OTHERS, explain_owner
from core.instants import Clock

FILE = "tokens.json"
ALGORITHM = "ES256"
#: How long a pair signs; how long it is published before it does; how long after it did.
SIGNS, AHEAD, AFTER = dt.timedelta(days=30), dt.timedelta(hours=1), dt.timedelta(days=1)
#: Another process may have made a pair.
FRESH_SECONDS = 30.0


class SigningKeyError(CloudcostError):
    """The keys that sign tokens cannot be used; the message states why."""


@dataclass(frozen=True)
class KeyPair:
    """A private key with its name and when it was made."""

    kid: str
    made_at: dt.datetime
    private: ec.EllipticCurvePrivateKey

    @property
    def public_jwk(self) -> dict[str, Any]:
        """What others check its signatures by (RFC 7517)."""
        found = json.loads(ECAlgorithm.to_jwk(self.private.public_key()))
        return {**found, "kid": self.kid, "use": "sig", "alg": ALGORITHM}


class SigningKeys:
    """The pairs of a home, made and replaced as time goes on."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / FILE
        self._clock = clock
        self._pairs: Sequence[KeyPair] = ()
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def current(self) -> KeyPair:
        """The pair that signs now."""
        pairs, now = self.published(), self._clock()
        ready = [pair for pair in pairs if pair.made_at + AHEAD <= now]
        return max(ready, key=lambda pair: pair.made_at) if ready else min(pairs, key=lambda pair: pair.made_at)

    def published(self) -> Sequence[KeyPair]:
        """Every pair whose signatures count now; the newest is made where it is time."""
        with self._lock:
            if time.monotonic() - self._read_at >= FRESH_SECONDS or self._next(self._pairs) is not None:
                self._pairs = self._renew()
                self._read_at = time.monotonic()
            return self._pairs

    def find(self, kid: str) -> KeyPair | None:
        """The pair of that name, if its signatures count."""
        return next((pair for pair in self.published() if pair.kid == kid), None)

    def _renew(self) -> Sequence[KeyPair]:
        pairs = self._read()
        if self._next(pairs) is None:
            return pairs
        with self._locked():
            pairs = self._read()  # another process may have been first
            renewed = self._next(pairs)
            if renewed is None:
                return pairs
            self._write(renewed)
            return renewed

    def _next(self, pairs: Sequence[KeyPair]) -> Sequence[KeyPair] | None:
        """What the pairs become now; None where they stay."""
        now = self._clock()
        kept = [
            pair
            for pair in pairs
            if not any(later.made_at > pair.made_at and later.made_at + AHEAD + AFTER <= now for later in pairs)
        ]
        is_due = not kept or max(pair.made_at for pair in kept) + SIGNS - AHEAD <= now
        if not is_due and len(kept) == len(pairs):
            return None
        return [*kept, self._make()] if is_due else kept

    def _make(self) -> KeyPair:
        return KeyPair(os.urandom(8).hex(), self._clock(), ec.generate_private_key(ec.SECP256R1()))

    def _read(self) -> list[KeyPair]:
        try:
            with self._path.open(encoding="ascii") as file:
                found = os.fstat(file.fileno())
                text = file.read()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise SigningKeyError(f"{self._path}: the keys that sign tokens cannot be read: {error}") from None
        if found.st_mode & WRITABLE_BY_OTHERS or found.st_mode & 0o044:
            raise SigningKeyError(
                f"{self._path}: others can read or write the keys that sign tokens: remove the file, and sign in anew"
            )
        why = explain_owner(found, (found.st_uid if os.geteuid() == ROOT else os.geteuid(),))
        if why is not None:
            raise SigningKeyError(f"{self._path}: {why}")
        try:
            return [_load(entry) for entry in json.loads(text)["pairs"]]
        except (ValueError, TypeError, KeyError) as error:
            raise SigningKeyError(f"{self._path}: no keys are in it: remove the file, and sign in anew") from error

    def _write(self, pairs: Sequence[KeyPair]) -> None:
        draft = self._path.with_name(f"{self._path.name}.new")
        write_durably(draft, json.dumps({"pairs": [_dump(pair) for pair in pairs]}))
        draft.replace(self._path)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def _dump(pair: KeyPair) -> dict[str, str]:
    private = pair.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {"kid": pair.kid, "made_at": pair.made_at.isoformat(), "private": private.decode("ascii")}


def _load(entry: dict[str, str]) -> KeyPair:
    private = serialization.load_pem_private_key(entry["private"].encode("ascii"), None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise ValueError("no key of an elliptic curve")
    return KeyPair(entry["kid"], dt.datetime.fromisoformat(entry["made_at"]), private)
