"""A circuit breaker per source: a place that keeps failing is left alone for a while, by every process.

Kept in the state store (kind ``circuit``, one record per source): failures in a row, and until when the source is not
called. After that time one caller may try (half open); its success closes the circuit, its failure opens it again.
Only what a pause can mend counts: throttling and places that cannot be reached.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from core.errors import LocationError
from core.instants import Clock
from ingestion.contracts import FileRef, Location
from state import ConflictError, ReadOnlyStateError, Record, StateStore
from state.records import Body

KIND = "circuit"
COUNTED = ("throttled", "unreachable")

R = TypeVar("R")


@dataclass(frozen=True)
class CircuitSettings:
    """When a circuit opens, and for how long."""

    failures: int = 5
    open_seconds: float = 900.0


class CircuitBreaker:
    """The circuit of one source. ``now`` is injected, so that tests own the time."""

    def __init__(
        self,
        store: StateStore,
        source_name: str,
        now: Clock,
        settings: CircuitSettings | None = None,
    ) -> None:
        self._store = store
        self._source_name = source_name
        self._now = now
        self._settings = settings or CircuitSettings()

    def call(self, once: Callable[[], R]) -> R:
        """What ``once`` gives, unless the circuit is open; its outcome is remembered."""
        self.pass_through()
        try:
            answer = once()
        except LocationError as error:
            if error.reason in COUNTED:
                self.record_failure(error)
            else:
                self.record_success()
            raise
        self.record_success()
        return answer

    def pass_through(self) -> None:
        """Raises `LocationError` (circuit_open) while the source is left alone.

        When the time is over the caller takes the one trial: until its outcome is known, or as long as a circuit is
        open, everybody else still waits.
        """
        record = self._store.get(KIND, self._source_name)
        if record is None or record.body["open_until"] is None:
            return
        until, now = dt.datetime.fromisoformat(record.body["open_until"]), self._now()
        if now < until:
            raise self._explain(record, until)
        trial = now + dt.timedelta(seconds=self._settings.open_seconds)
        try:
            self._store.update(
                KIND, self._source_name, {**record.body, "open_until": trial.isoformat()}, record.version
            )
        except ConflictError:
            raise self._explain(record, trial) from None
        except ReadOnlyStateError:
            return

    def record_failure(self, error: LocationError) -> None:
        """One more failure; the last one allowed, or a wait that the provider requested, opens the circuit."""
        while True:
            record = self._store.get(KIND, self._source_name)
            known = record.body if record else {"failures": 0, "open_until": None}
            failures = int(known["failures"]) + 1
            seconds = self._settings.open_seconds if failures >= self._settings.failures else 0.0
            seconds = max(seconds, error.retry_after or 0.0)
            until = (self._now() + dt.timedelta(seconds=seconds)).isoformat() if seconds else None
            body = {"failures": failures, "open_until": until, "reason": error.reason, "message": str(error)}
            if self._write(record, body):
                return

    def record_success(self) -> None:
        """The source answers: failures are forgotten and the circuit is closed."""
        while True:
            record = self._store.get(KIND, self._source_name)
            if record is None or record.body["failures"] == 0:
                return
            if self._write(record, {"failures": 0, "open_until": None, "reason": None, "message": None}):
                return

    def _write(self, record: Record | None, body: Body) -> bool:
        """Whether it is remembered; whoever may only read, such as a check of another user, has nothing to remember."""
        try:
            if record is None:
                return self._store.insert(KIND, self._source_name, body)
            self._store.update(KIND, self._source_name, body, record.version)
        except ConflictError:
            return False
        except ReadOnlyStateError:
            return True
        return True

    def _explain(self, record: Record, until: dt.datetime) -> LocationError:
        return LocationError(
            # without the time, so that the same trouble stays one incident
            f"left alone for a while after repeated failures or a wait that was asked for: {record.body['message']}",
            "circuit_open",
            retry_after=(until - self._now()).total_seconds(),
        )


class GuardedLocation:
    """A location behind the circuit of its source."""

    def __init__(self, location: Location, breaker: CircuitBreaker) -> None:
        self.uri = location.uri
        self.inner = location
        self._breaker = breaker

    @property
    def scanned_bytes(self) -> int | None:
        """What queries have read so far, which costs money; None where files are read and not a table."""
        return getattr(self.inner, "scanned_bytes", None)

    def list_files(self) -> list[FileRef]:
        return self._breaker.call(self.inner.list_files)

    def read_bytes(self, file: FileRef) -> bytes:
        return self._breaker.call(lambda: self.inner.read_bytes(file))

    def fetch(self, file: FileRef, directory: Path) -> Path:
        return self._breaker.call(lambda: self.inner.fetch(file, directory))
