"""A source that keeps failing is left alone by every process, then tried once."""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.errors import LocationError, Reason
from ingestion.circuit import CircuitBreaker, CircuitSettings, GuardedLocation
from ingestion.contracts import FileRef
from state import SqliteStateStore


@dataclass
class Desk:
    """Breakers of one source as several processes have them: one store, one time."""

    store: SqliteStateStore
    now: dt.datetime = field(default=dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC))

    def breaker(self, source: str = "aws_prod") -> CircuitBreaker:
        return CircuitBreaker(self.store, source, lambda: self.now, CircuitSettings(failures=3, open_seconds=600))

    def fail(self, reason: Reason = "unreachable", retry_after: float | None = None, source: str = "aws_prod") -> str:
        """The reason of the error that a failing call ends in."""

        def once() -> None:
            raise LocationError("the storage account cannot be reached", reason, retry_after)

        with pytest.raises(LocationError) as caught:
            self.breaker(source).call(once)
        return caught.value.reason

    def wait(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(SqliteStateStore(tmp_path / "state.sqlite"))


def test_it_opens_after_the_third_failure_and_only_for_its_source(desk: Desk) -> None:
    assert [desk.fail() for _ in range(5)] == ["unreachable"] * 3 + ["circuit_open"] * 2
    assert desk.breaker("azure_ea").call(lambda: 1) == 1
    with pytest.raises(LocationError) as caught:
        desk.breaker().call(lambda: 1)
    assert caught.value.retry_after == 600
    assert str(caught.value) == (
        "left alone for a while after repeated failures or a wait that was asked for: "
        "the storage account cannot be reached"
    )


def test_half_open_lets_one_caller_try(desk: Desk) -> None:
    for _ in range(3):
        desk.fail()
    desk.wait(599)
    assert desk.fail() == "circuit_open"
    desk.wait(1)
    first, second = desk.breaker(), desk.breaker()
    first.pass_through()
    with pytest.raises(LocationError):
        second.pass_through()
    first.record_success()
    second.pass_through()
    assert [desk.fail() for _ in range(4)] == ["unreachable"] * 3 + ["circuit_open"], "counted from the beginning"


def test_a_failed_trial_opens_it_again_and_a_killed_one_does_not_keep_it_open_for_ever(desk: Desk) -> None:
    for _ in range(3):
        desk.fail()
    desk.wait(600)
    assert [desk.fail(), desk.fail()] == ["unreachable", "circuit_open"]
    desk.wait(600)
    desk.breaker().pass_through()  # and is killed
    desk.wait(600)
    assert desk.breaker().call(lambda: 1) == 1


def test_what_a_pause_cannot_mend_does_not_count(desk: Desk) -> None:
    reasons: list[Reason] = ["no_permission", "not_found", "expired_credential", "no_credential", "invalid"]
    for reason in reasons * 2:
        assert desk.fail(reason) == reason


def test_success_forgets_the_failures_before(desk: Desk) -> None:
    for _ in range(4):
        desk.fail()
        desk.fail()
        desk.wait(1)
        assert desk.breaker().call(lambda: 1) == 1


def test_a_wait_that_the_provider_asked_for_holds_in_every_process(desk: Desk) -> None:
    assert desk.fail("throttled", retry_after=1800) == "throttled"
    desk.wait(1799)
    assert desk.fail() == "circuit_open"
    desk.wait(1)
    assert desk.breaker().call(lambda: 1) == 1


def test_a_guarded_location(desk: Desk, tmp_path: Path) -> None:
    class Broken:
        uri = "s3://exports/cur"
        calls = 0

        def list_files(self) -> list[FileRef]:
            self.calls += 1
            raise LocationError("away", "unreachable")

        def read_bytes(self, file: FileRef) -> bytes:
            return b"1"

        def fetch(self, file: FileRef, directory: Path) -> Path:
            return directory

    inner = Broken()
    location = GuardedLocation(inner, desk.breaker())
    for _ in range(6):
        with pytest.raises(LocationError):
            location.list_files()
    with pytest.raises(LocationError, match="left alone"):
        location.fetch(FileRef("a", 1, "e"), tmp_path)
    assert (inner.calls, location.uri) == (3, "s3://exports/cur")
