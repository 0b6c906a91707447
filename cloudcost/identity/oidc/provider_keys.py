"""The public keys of a provider: remembered, fetched anew as they age, and for an unknown name at most once in a while.

What was fetched counts for a day while the provider is down. Nobody makes us ask it more often than every half minute,
whatever keys their tokens name.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from cloudcost.identity.oidc.metadata import Metadata, fetch_json, read_metadata
from cloudcost.identity.proofs import UnavailableError

#: Keys of this age are fetched anew; so long they count all the same; the shortest time between two fetches.
FRESH_SECONDS, LONGEST_SECONDS, COOLDOWN_SECONDS = 300.0, 86_400.0, 30.0
#: Of a request that comes while another one fetches; so many wait, each with a thread that other requests need.
WAIT_SECONDS, MOST_WAITING = 11.0, 12
KINDS = {"RSA", "EC", "OKP"}


class ProviderKeys:
    """The keys of one issuer. Safe to share between threads."""

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._clock = clock
        self._keys: Mapping[str, dict[str, Any]] = {}
        self._metadata: Metadata | None = None
        self._fetched_at = self._tried_at = float("-inf")
        self._lock = threading.Lock()
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)

    def find(self, kid: str, algorithm: str) -> jwt.PyJWK | None:
        """The key of that name for signatures of that kind; None where the provider has none.

        `UnavailableError` where the provider would have to be asked and cannot be.
        """
        entry = self._usable().get(kid)
        if entry is None or self._age() >= FRESH_SECONDS:
            self._fetch_if_due(is_needed=entry is None)
            entry = self._usable().get(kid)
        if entry is None:
            if self._fetched_at < self._tried_at:
                raise UnavailableError("The provider of this token cannot be asked for its keys just now.")
            return None
        if entry.get("alg", algorithm) != algorithm:
            return None
        try:
            return jwt.PyJWK(entry, algorithm=algorithm)
        except jwt.PyJWTError:
            return None  # such as a key of a curve with a token that states RSA

    def metadata(self) -> Metadata:
        """Where the provider is asked for what; `UnavailableError` where that is not known."""
        if self._metadata is None or self._age() >= FRESH_SECONDS:
            self._fetch_if_due(is_needed=True)
        if self._metadata is None:
            raise UnavailableError("The provider cannot be asked just now.")
        return self._metadata

    def _age(self) -> float:
        return self._clock() - self._fetched_at

    def _usable(self) -> Mapping[str, dict[str, Any]]:
        return self._keys if self._age() < LONGEST_SECONDS else {}

    def _fetch_if_due(self, is_needed: bool) -> None:
        """One thread fetches; who needs the answer waits for it, who has a key goes on with that."""
        if not self._lock.acquire(blocking=False) and not (is_needed and self._wait_for_turn()):
            return
        try:
            now = self._clock()
            if now - self._tried_at < COOLDOWN_SECONDS:
                return
            self._tried_at = now
            try:
                metadata = read_metadata(self._issuer)
                self._keys = _index(fetch_json("GET", metadata.jwks_uri))
                self._metadata = metadata
                self._fetched_at = now
            except UnavailableError:
                return
        finally:
            self._lock.release()

    def _wait_for_turn(self) -> bool:
        """Whether it has come."""
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._lock.acquire(timeout=WAIT_SECONDS)
        finally:
            self._waiting.release()


def _index(found: Mapping[str, Any]) -> Mapping[str, dict[str, Any]]:
    """Public keys that check signatures, by their names; a secret that somebody published is none."""
    entries = found.get("keys", [])
    listed = [one for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    return {
        str(one["kid"]): one
        for one in listed
        if "kid" in one and one.get("kty") in KINDS and one.get("use", "sig") == "sig"
    }
