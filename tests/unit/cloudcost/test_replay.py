"""Which states of a month the history was never told: worked out from the ledger, and only those that were real."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudcost.repair.replay import find_missed
from ingestion.landing.local_lake import LocalLake
from ingestion.ledger import Ledger
from ingestion.snapshots import Snapshot, SnapshotKey
from state import SqliteStateStore

MARCH = dt.date(2026, 3, 1)
PAIR = ("azure", MARCH)
NOON = dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC)


class Desk:
    """Promotes deliveries minute by minute; each has a file in the lake."""

    def __init__(self, root: Path) -> None:
        self.lake = LocalLake(root)
        self.minute = 0
        self.ledger = Ledger(SqliteStateStore(root / "state.sqlite"), lambda: NOON + dt.timedelta(minutes=self.minute))

    def promote(self, *names: str, minutes: int = 1) -> None:
        """``A1``: the first delivery of actual cost; ``M2``: the second of amortised cost."""
        for name in names:
            self.minute += minutes
            key = SnapshotKey("azure", MARCH, "actual" if name[0] == "A" else "amortised")
            path = self.lake.root / f"{name}.parquet"
            path.touch()
            self.ledger.promote(Snapshot(key, name, "t", "t", (path.name,), 1, (), ()))

    def missed(self, remembered: str, told_until: int = 0) -> list[str]:
        """The states, each as the names of its deliveries, when the history last held ``remembered``."""
        known = {SnapshotKey("azure", MARCH, "actual" if n[0] == "A" else "amortised"): n for n in remembered.split()}
        until = {PAIR: NOON + dt.timedelta(minutes=told_until)} if told_until else {}
        found = find_missed(self.ledger, self.lake, self.ledger.current_snapshots("azure"), known, until)
        return [" ".join(s.delivery_id for s, _ in state) for state in found.get(PAIR, [])]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield Desk(tmp_path)


def test_what_was_replaced_before_it_was_built(desk: Desk) -> None:
    desk.promote("A1", "A2", "A3", "A4")
    assert desk.missed("A1") == ["A2", "A3"]
    assert desk.missed("A3") == desk.missed("A4") == []
    assert desk.missed("") == ["A1", "A2", "A3"], "a warehouse that was lost"


def test_two_exports_that_one_run_promoted_are_one_state(desk: Desk) -> None:
    desk.promote("A1", "M1", "A2", "M2", "A3", "M3")
    assert desk.missed("A1 M1") == ["A2 M2"]
    assert desk.missed("A2 M2") == []
    # of one that only its second export is missing of: as the ledger had it before that was replaced
    assert desk.missed("A2 M1") == ["A3 M2"]
    desk.promote("A4")
    assert desk.missed("A3 M3") == []
    assert desk.missed("A2 M2") == ["A3 M3"]


def test_a_delivery_that_came_back_counts_from_the_last_time(desk: Desk) -> None:
    desk.promote("A1", "A2", "A1", "A3")
    assert desk.missed("A1") == []
    assert desk.missed("A2") == ["A1"]


def test_a_source_that_was_put_back_is_not_told_twice(desk: Desk) -> None:
    desk.promote("A1", "A2", "A3")
    assert desk.missed("", told_until=2) == []
    desk.promote("A4")
    assert desk.missed("", told_until=2) == ["A3"]


def test_what_the_lake_has_no_more_is_left_out(desk: Desk) -> None:
    desk.promote("A1", "A2", "A3", "A4")
    (desk.lake.root / "A2.parquet").unlink()
    assert desk.missed("A1") == ["A3"]
    desk.ledger.quarantine("azure", MARCH, "actual", "A3", ["read again and found broken"])
    assert desk.missed("A1") == []


def test_a_clock_that_ran_ahead_and_back_hides_no_state(desk: Desk) -> None:
    desk.promote("A1")
    desk.promote("A2", minutes=1000)
    desk.promote("A3", minutes=-900)
    desk.promote("A4")
    assert desk.missed("A1") == ["A2", "A3"]
    # the history was told of A2 by the clock that was ahead
    assert desk.missed("A2", told_until=1001) == ["A3"]
