"""Which replaced snapshots are removed, and that a removal which is cut short is finished, never half a snapshot."""

import datetime as dt
from pathlib import Path
from typing import TypedDict

import pytest

from ingestion.contracts import DeliveryError
from ingestion.landing.lake import snapshot_directory
from ingestion.landing.local_lake import LocalLake
from ingestion.landing.retention import remove_expired
from ingestion.ledger import Ledger
from ingestion.sections.deliveries import IngestionSettings
from ingestion.snapshots import Snapshot, SnapshotKey
from state import SqliteStateStore

KEY = SnapshotKey("aws_prod", dt.date(2026, 9, 1), "cost")
START = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
NOTHING: frozenset[tuple[SnapshotKey, str]] = frozenset()


class Kept(TypedDict, total=False):
    """How long, and how many, deliveries that were replaced are kept."""

    keep_snapshots_days: int
    keep_last: int


class Store:
    """A lake and a ledger, with a clock that a test sets."""

    def __init__(self, root: Path) -> None:
        self.now = START
        self.lake = LocalLake(root / "lake")
        self.ledger = Ledger(SqliteStateStore(root / "state.sqlite"), lambda: self.now)

    def deliver(self, name: str, day: int, was_expired: bool = False) -> None:
        """Land and promote a delivery on that day, counted from the first."""
        self.now = START + dt.timedelta(days=day)
        staged = self.lake.root / f"staged-{name}-{day}"
        staged.mkdir(parents=True)
        (staged / "part.parquet").write_text(name)
        paths = self.lake.publish(staged, snapshot_directory("aws_cur", KEY, name, "files"))
        snapshot = Snapshot(KEY, name, "aws_cur", "aws_cur", tuple(paths), 1, (), ("a.csv",))
        assert self.ledger.promote(snapshot, was_expired=was_expired)

    def remove(
        self, day: float, needed: frozenset[tuple[SnapshotKey, str]] = NOTHING, stop_at: str = "", **kept: int
    ) -> list[str]:
        """Remove what has expired on that day; returns the deliveries."""

        def checkpoint(name: str) -> None:
            if name == stop_at:
                raise KeyboardInterrupt

        settings = IngestionSettings(**{"keep_last": 0, **kept})
        now = START + dt.timedelta(days=day)
        removed = remove_expired(self.lake, self.ledger, settings, now, needed, checkpoint)
        return [r.snapshot.delivery_id for r in removed]

    @property
    def there(self) -> list[str]:
        """The deliveries whose files are in the lake."""
        return sorted(p.read_text() for p in self.lake.root.glob("raw/**/part.parquet"))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Deliveries a, b and c, of days 0, 10 and 20; c is current."""
    store = Store(tmp_path)
    for name, day in (("a", 0), ("b", 10), ("c", 20)):
        store.deliver(name, day)
    return store


def test_everything_is_kept_unless_told_otherwise(store: Store) -> None:
    assert store.remove(day=5000) == [] and store.there == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("day", "kept", "removed"),
    [
        (39, {"keep_snapshots_days": 30}, []),  # a was replaced on day 10
        (40, {"keep_snapshots_days": 30}, ["a"]),
        (50, {"keep_snapshots_days": 30}, ["a", "b"]),
        (5000, {"keep_snapshots_days": 0}, ["a", "b"]),  # never what is current
        (5000, {"keep_snapshots_days": 0, "keep_last": 1}, ["a"]),
        (5000, {"keep_snapshots_days": 0, "keep_last": 2}, []),
    ],
)
def test_what_was_replaced_long_enough_ago_goes(store: Store, day: int, kept: Kept, removed: list[str]) -> None:
    assert store.remove(day, **kept) == removed
    assert store.there == sorted({"a", "b", "c"} - set(removed))
    for name in removed:
        assert store.ledger.status(KEY, name) == "expired"
    assert store.ledger.current(KEY) == "c"
    assert store.remove(day, **kept) == []


def test_what_the_warehouse_still_needs_stays(store: Store) -> None:
    assert store.remove(5000, frozenset([(KEY, "b")]), keep_snapshots_days=0) == ["a"]


def test_what_became_current_again_is_not_old(store: Store) -> None:
    store.deliver("a", 30)
    assert store.remove(5000, keep_snapshots_days=0) == ["b", "c"]
    store.deliver("c", 6000, was_expired=True)
    assert store.there == ["a", "c"] and store.ledger.status(KEY, "c") == "promoted"


@pytest.mark.parametrize(("step", "left"), [("expiring", ["a", "b", "c"]), ("removed", ["b", "c"])])
def test_a_removal_that_was_killed_is_finished(store: Store, step: str, left: list[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        store.remove(40, stop_at=step, keep_snapshots_days=30)
    assert store.there == left and store.ledger.status(KEY, "a") == "expiring"
    # somebody may be at work on it: nobody else touches it, and it cannot become current
    assert store.remove(40.001, keep_snapshots_days=30) == []
    with pytest.raises(DeliveryError, match="delivery a is just being removed; a later run takes it anew"):
        store.deliver("a", 41)
    assert store.ledger.current(KEY) == "c"
    assert store.remove(42, keep_snapshots_days=30) == ["a"]
    assert store.there == ["b", "c"] and store.ledger.status(KEY, "a") == "expired"


def test_what_was_landed_before_a_removal_is_not_promoted_after_it(store: Store) -> None:
    store.remove(40, keep_snapshots_days=30)
    with pytest.raises(DeliveryError, match="a later run takes it anew"):
        store.ledger.promote(Snapshot(KEY, "a", "aws_cur", "aws_cur", ("gone",), 1, (), ("a.csv",)))
    assert store.ledger.current(KEY) == "c"


def test_somebody_promotes_what_is_to_be_removed(store: Store) -> None:
    (record,) = [r for r in store.ledger.deliveries() if r.body["delivery_id"] == "a"]
    store.deliver("a", 30)
    assert store.ledger.mark_expiring(record, store.now) is None
    store.deliver("b", 31)
    assert store.ledger.mark_expiring(record, store.now) is None  # it was promoted since it was read
    assert store.ledger.status(KEY, "a") == "promoted"


def test_every_promotion_is_remembered(store: Store) -> None:
    store.deliver("a", 30)
    days = [(name, (at - START).days) for name, at in store.ledger.promotions(KEY)]
    assert days == [("a", 0), ("b", 10), ("c", 20), ("a", 30)]
    found = store.ledger.current_snapshot(KEY)
    assert found is not None and (found[0].delivery_id, found[1]) == ("a", START + dt.timedelta(days=30))
    assert store.ledger.current_snapshot(SnapshotKey("aws_prod", dt.date(2026, 9, 1), "cos")) is None
