"""The ledger on every state store: of concurrent promoters one wins, and a delivery that is seen often lands once."""

import datetime as dt
import multiprocessing
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.instants import utc_now
from ingestion.ingest import Ingestor
from ingestion.landing.local_lake import LocalLake
from ingestion.ledger import Ledger
from ingestion.locations import open_location
from ingestion.snapshots import Snapshot, SnapshotKey
from ingestion.source import Source
from state import StateStore
from tests.contract.stores import Open
from tests.unit.ingestion.exports import cur_rows, write_csv

KEY = SnapshotKey("aws_prod", dt.date(2026, 9, 1), "cost")
SPAWN = multiprocessing.get_context("spawn")


def snapshot(delivery_id: str) -> Snapshot:
    return Snapshot(KEY, delivery_id, "aws_cur", "aws_cur", (f"raw/{delivery_id}.parquet",), 3, (), ("a.csv",))


def test_of_many_threads_one_promotes(open_store: Open) -> None:
    store = open_store()
    barrier, won = threading.Barrier(8), []

    def promote() -> None:
        ledger = Ledger(store, utc_now)
        barrier.wait()
        won.append(ledger.promote(snapshot("d1")))

    threads = [threading.Thread(target=promote) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]
    assert [(r.key, r.version) for r in store.list("current")] == [(KEY.text, 1)]


def _promote_in_turn(open_store: Open, name: str, barrier: Any, results: Any) -> None:
    ledger = Ledger(open_store(), utc_now)
    barrier.wait(60)
    results.put([ledger.promote(snapshot(d)) for d in ("same", f"own-{name}", f"last-{name}")])


def test_every_promotion_of_many_processes_is_one_version(open_store: Open) -> None:
    store = open_store()
    barrier, results = SPAWN.Barrier(3), SPAWN.Queue()
    processes = [SPAWN.Process(target=_promote_in_turn, args=(open_store, str(n), barrier, results)) for n in range(3)]
    for process in processes:
        process.start()
    won = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    (pointer,) = store.list("current")
    assert pointer.version == sum(sum(w) for w in won)
    assert all(own and last for _, own, last in won) and any(same for same, _, _ in won)
    ((found, _),) = Ledger(store, utc_now).current_snapshots()
    assert found.delivery_id == pointer.body["delivery_id"] and found.delivery_id.startswith("last-")


def _ingest_often(open_store: Open, root: Path, barrier: Any, results: Any) -> None:
    ingestor = Ingestor(LocalLake(root / "lake"), Ledger(open_store(), utc_now))
    source = Source("aws_prod", "aws", "auto", open_location(str(root / "exports"), root), "USD")
    barrier.wait(60)
    reports = [ingestor.ingest(source) for _ in range(5)]
    results.put((sum(len(r.promoted) for r in reports), [p.message for r in reports for p in r.problems]))


def test_a_delivery_seen_ten_times_from_two_processes_lands_once(
    open_store: Open, store: StateStore, tmp_path: Path
) -> None:
    write_csv(tmp_path / "exports" / "a.csv", cur_rows(["1.25", "2.5", "4"]))
    barrier, results = SPAWN.Barrier(2), SPAWN.Queue()
    processes = [SPAWN.Process(target=_ingest_often, args=(open_store, tmp_path, barrier, results)) for _ in range(2)]
    for process in processes:
        process.start()
    outcomes = [results.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    assert (sum(promoted for promoted, _ in outcomes), [problems for _, problems in outcomes]) == (1, [[], []])
    assert [(r.key, r.version) for r in store.list("current")] == [(KEY.text, 1)]
    assert len(store.list("snapshot")) == 1
    ((found, _),) = Ledger(store, utc_now).current_snapshots()
    assert [t.file_total for t in found.control_totals if t.measure == "billed_cost"] == [Decimal("7.75")]
    landed = [p.relative_to(tmp_path / "lake").as_posix() for p in (tmp_path / "lake" / "raw").rglob("*.parquet")]
    assert landed == list(found.paths)
