"""Promotion: of two promoters one wins, a failure is remembered, and nothing is done twice."""

import datetime as dt
import multiprocessing
import threading
from collections.abc import Sequence
from decimal import Decimal
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from ingestion.contracts import FileRef
from ingestion.expressions.dates import PlausibleDates
from ingestion.ledger import Ledger, LedgerError
from ingestion.planning import plan_source
from ingestion.snapshots import ControlTotal, Snapshot, SnapshotKey
from state import SqliteStateStore, Write
from tests.unit.ingestion.listing import Listing

KEY = SnapshotKey("aws_prod", dt.date(2026, 9, 1), "cost")
NOON = dt.datetime(2026, 10, 2, 12, tzinfo=dt.UTC)


class Ticks:
    """A clock that goes on one second at each look."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


def snapshot(delivery_id: str, key: SnapshotKey = KEY, total: str = "1.000000000001") -> Snapshot:
    money = ControlTotal("USD", "billed_cost", Decimal(total), Decimal("-2.6E-13"), 3)
    return Snapshot(key, delivery_id, "aws_cur", "aws_cur", (f"raw/{delivery_id}.parquet",), 3, (money,), ("a.csv",))


@pytest.fixture
def store(tmp_path: Path) -> SqliteStateStore:
    return SqliteStateStore(tmp_path / "state.sqlite")


@pytest.fixture
def ledger(store: SqliteStateStore) -> Ledger:
    return Ledger(store, Ticks())


def test_a_promoted_snapshot_comes_back_whole(ledger: Ledger) -> None:
    assert ledger.promote(snapshot("d1"))
    assert ledger.current_snapshots() == [(snapshot("d1"), NOON + dt.timedelta(seconds=1))]
    assert (ledger.current(KEY), ledger.status(KEY, "d1"), ledger.status(KEY, "d2")) == ("d1", "promoted", None)


def test_the_same_delivery_again_changes_nothing(ledger: Ledger, store: SqliteStateStore) -> None:
    ledger.promote(snapshot("d1"))
    before = [*store.list("current"), *store.list("snapshot")]
    assert not ledger.promote(snapshot("d1"))
    assert [*store.list("current"), *store.list("snapshot")] == before


def test_an_older_delivery_that_comes_back_is_current_again(ledger: Ledger, store: SqliteStateStore) -> None:
    assert ledger.promote(snapshot("d1")) and ledger.promote(snapshot("d2")) and ledger.promote(snapshot("d1"))
    ((found, at),) = ledger.current_snapshots()
    assert (found.delivery_id, at) == ("d1", NOON + dt.timedelta(seconds=3))
    assert store.list("current")[0].body["replaces"] == "d2"
    assert {r.body["delivery_id"] for r in store.list("snapshot")} == {"d1", "d2"}


def test_periods_and_datasets_stand_for_themselves(ledger: Ledger) -> None:
    keys = [
        SnapshotKey("azure", dt.date(2026, m, 1), d) for m in (9, 8) for d in ("amortised", "actual")
    ] + [SnapshotKey("azure_two", dt.date(2026, 7, 1), "cost")]  # fmt: skip
    for key in keys:
        ledger.promote(snapshot("d", key))
    assert [s.key for s, _ in ledger.current_snapshots("azure")] == sorted(keys[:4], key=lambda k: k.text)


def test_quarantine_is_remembered_and_current_stays(ledger: Ledger) -> None:
    ledger.promote(snapshot("good"))
    assert ledger.quarantine("aws_prod", KEY.billing_period, "cost", "bad", ["two currencies"])
    assert not ledger.quarantine("aws_prod", KEY.billing_period, "cost", "bad", ["something else"])
    assert (ledger.current(KEY), ledger.status(KEY, "bad")) == ("good", "quarantined")
    (record,) = ledger.quarantined("aws_prod")
    assert record.body["reasons"] == ["two currencies"] and record.body["at"] == "2026-10-02T12:00:02+00:00"
    assert ledger.quarantined("aws") == []


def test_quarantine_goes_by_the_files_that_failed(ledger: Ledger) -> None:
    def quarantine(content: str) -> bool:
        return ledger.quarantine("aws_prod", KEY.billing_period, "cost", "d1", [f"broken {content}"], content)

    assert quarantine("one") and not quarantine("one")
    assert ledger.quarantine_reasons(KEY, "d1", "one") == ("broken one",)
    assert ledger.quarantine_reasons(KEY, "d1", "two") == ()
    assert quarantine("two") and ledger.quarantine_reasons(KEY, "d1", "two") == ("broken two",)
    assert [r.body["reasons"] for r in ledger.quarantined()] == [["broken two"]]
    assert ledger.promote(snapshot("d1")) and not quarantine("three")
    assert (ledger.current(KEY), ledger.status(KEY, "d1")) == ("d1", "promoted")


def test_what_was_quarantined_can_be_promoted_later(ledger: Ledger) -> None:
    ledger.quarantine("aws_prod", KEY.billing_period, "cost", "d1", ["a rule that was wrong"])
    assert ledger.promote(snapshot("d1"))
    assert ledger.status(KEY, "d1") == "promoted" and ledger.quarantined() == []


def test_a_pointer_without_its_snapshot_is_a_defect(ledger: Ledger, store: SqliteStateStore) -> None:
    store.insert("current", KEY.text, {"delivery_id": "gone", "promoted_at": NOON.isoformat()})
    with pytest.raises(LedgerError, match="aws_prod/2026-09/cost gone has no record"):
        ledger.current_snapshots()


def test_of_two_threads_one_promotes(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    SqliteStateStore(path)
    start, won = threading.Barrier(8), []

    def promote() -> None:
        ledger = Ledger(SqliteStateStore(path), Ticks())
        start.wait()
        won.append(ledger.promote(snapshot("d1")))

    threads = [threading.Thread(target=promote) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


def _promote_many(path: Path, name: str, start: Barrier, results: "Queue[list[bool]]") -> None:
    ledger = Ledger(SqliteStateStore(path), Ticks())
    start.wait()
    results.put([ledger.promote(snapshot(delivery)) for delivery in ("same", f"own-{name}")])


def test_of_several_processes_each_change_is_made_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    path = tmp_path / "state.sqlite"
    SqliteStateStore(path)
    start, results = context.Barrier(3), context.Queue()
    processes = [context.Process(target=_promote_many, args=(path, str(n), start, results)) for n in range(3)]
    for process in processes:
        process.start()
    won = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    store = SqliteStateStore(path)
    (pointer,) = store.list("current")
    # every promotion that said True is one version of the pointer, and the last one stands
    assert pointer.version == sum(sum(w) for w in won)
    assert all(own for _, own in won) and any(same for same, _ in won)
    assert Ledger(store, Ticks()).current_snapshots()[0][0].delivery_id == pointer.body["delivery_id"]


class Racing(SqliteStateStore):
    """A store in which somebody else promotes between the look and the write."""

    def transact(self, writes: Sequence[Write]) -> None:
        if not self.list("snapshot", f"{KEY.text}/other"):
            other = snapshot("other")
            super().transact([
                Write.insert("snapshot", f"{KEY.text}/other", {**other.to_body(), "status": "promoted"}),
                Write.insert("current", KEY.text, {"delivery_id": "other", "promoted_at": NOON.isoformat()}),
            ])  # fmt: skip
        super().transact(writes)


def test_the_loser_of_a_race_looks_again(tmp_path: Path) -> None:
    store = Racing(tmp_path / "state.sqlite")
    ledger = Ledger(store, Ticks())
    assert ledger.promote(snapshot("mine"))
    pointer = store.get("current", KEY.text)
    assert ledger.current(KEY) == "mine" and pointer is not None and pointer.body["replaces"] == "other"


def plan(ledger: Ledger, folder: Listing, retry: bool = False) -> tuple[list[str], list[str], int, list[str]]:
    """Names to scan, pending snapshots, unchanged ones and problems."""
    if retry:
        ledger.release_quarantined("aws_prod")
    found = plan_source(
        "aws_prod", "aws", folder, ledger,
        reading="auto", dates=PlausibleDates(dt.date(2026, 10, 5)),
    )  # fmt: skip
    pending = [f"{p.key.billing_period:%Y-%m}:{'+'.join(f.ref.name for f in p.files)}" for p in found.pending]
    return [f.ref.name for f in found.unscanned], pending, found.unchanged, [p.message for p in found.problems]


def put_scan(ledger: Ledger, file: FileRef, **body: object) -> None:
    from ingestion.planning import fingerprint

    known = {"dataset": "cost", "rows": 2, "periods": {}} if "periods" in body else {}
    ledger.put_scan("aws_prod", fingerprint("aws_prod", file, "auto"), {**known, **body})


def test_plan_of_plain_files(ledger: Ledger) -> None:
    a, b = FileRef("a.csv", 10, "1"), FileRef("b.csv", 20, "1")
    folder = Listing(a, b)
    assert plan(ledger, folder) == (["a.csv", "b.csv"], [], 0, [])
    put_scan(ledger, a, periods={"2026-08-01": 1, "2026-09-01": 1})
    # as long as one file was not read, nobody knows which files belong to a period
    assert plan(ledger, folder) == (["b.csv"], [], 0, [])
    put_scan(ledger, b, periods={"2026-09-01": 2})
    assert plan(ledger, folder) == ([], ["2026-08:a.csv", "2026-09:a.csv+b.csv"], 0, [])
    changed = FileRef("b.csv", 20, "2")
    assert plan(ledger, Listing(a, changed))[0] == ["b.csv"]


def test_plan_after_promotion_and_quarantine(ledger: Ledger) -> None:
    from ingestion.discovery import delivery_id_for

    a = FileRef("a.csv", 10, "1")
    put_scan(ledger, a, periods={"2026-08-01": 1, "2026-09-01": 1})
    name = delivery_id_for([a])
    ledger.promote(snapshot(name))
    ledger.quarantine("aws_prod", dt.date(2026, 8, 1), "cost", name, ["broken"])
    assert plan(ledger, Listing(a)) == ([], [], 1, ["broken"])
    assert plan(ledger, Listing(a), retry=True) == ([], ["2026-08:a.csv"], 1, [])


def test_one_faulty_file_holds_back_its_source(ledger: Ledger) -> None:
    good, bad = FileRef("a.csv", 10, "1"), FileRef("b.csv", 20, "1")
    put_scan(ledger, good, periods={"2026-09-01": 2})
    put_scan(ledger, bad, fault="b.csv: line 3 is broken")
    assert plan(ledger, Listing(good, bad)) == ([], [], 0, ["b.csv: line 3 is broken"])
    assert plan(ledger, Listing(good, bad), retry=True)[0] == ["b.csv"]
    assert plan(ledger, Listing(good)) == ([], ["2026-09:a.csv"], 0, [])
