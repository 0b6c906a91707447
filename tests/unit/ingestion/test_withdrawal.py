"""A delivery that should never have been taken is withdrawn: what was current before is again, and stays so."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.log import AuditLog
from cloudcost.repair.replay import find_missed
from core.short_names import ShortNameError
from ingestion.contracts import DeliveredFile, FileRef
from ingestion.expressions.dates import PlausibleDates
from ingestion.judging.acceptance import AcceptanceError, find_delivery, withdraw_delivery
from ingestion.landing.local_lake import LocalLake
from ingestion.landing.retention import find_expired
from ingestion.ledger import Ledger
from ingestion.planning import PendingSnapshot, plan_source
from ingestion.sections.deliveries import IngestionSettings
from ingestion.snapshots import Snapshot, SnapshotKey
from state import SqliteStateStore
from tests.unit.ingestion.listing import Listing

KEY = SnapshotKey("bill", dt.date(2026, 9, 1), "cost")
FILES = {name: (DeliveredFile(FileRef(f"{name}.csv", 10, name)),) for name in ("good", "bad")}


class Clock:
    def __init__(self) -> None:
        self.now = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


class Desk:
    def __init__(self, root: Path) -> None:
        self.clock = Clock()
        store = SqliteStateStore(root / "state.sqlite")
        self.ledger, self.audit = Ledger(store, self.clock), AuditLog(store, self.clock)

    def promote(self, name: str) -> None:
        files_id = PendingSnapshot(KEY, name, FILES[name]).files_id
        path = f"raw/focus/x/delivery_id={name}/part-0.parquet"
        snapshot = Snapshot(KEY, name, "focus", "focus", (path,), 3, (), (f"{name}.csv",), files_id=files_id)
        self.ledger.promote(snapshot)

    def withdraw(self, name: str, reason: str = "a line dated 9999") -> str | None:
        return withdraw_delivery(self.audit, self.ledger, find_delivery(self.ledger, name), "alice", reason)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.promote("good")
    desk.promote("bad")
    return desk


def test_what_was_current_before_is_current_again(desk: Desk) -> None:
    assert desk.withdraw("bad") == "good"
    assert desk.ledger.current(KEY) == "good"
    assert [name for name, _ in desk.ledger.promotions(KEY)] == ["good", "bad", "good"]
    record = find_delivery(desk.ledger, "bad")
    assert (record.body["status"], record.body["withdrawn_by"]) == ("withdrawn", "alice")
    (row,) = desk.audit.rows_about(record.key)
    assert (row.event, row.actor, row.details["reason"]) == ("delivery.withdrawn", "alice", "a line dated 9999")
    # once more changes nothing
    assert desk.withdraw("bad") == "good" and len(list(desk.audit.rows_about(record.key))) == 1


def test_without_another_nothing_is_current_and_a_mended_delivery_is_taken(desk: Desk) -> None:
    desk.withdraw("bad")
    assert desk.withdraw("good") is None
    assert desk.ledger.current(KEY) is None and desk.ledger.current_snapshots() == []
    desk.promote("good")  # its files were mended under the same id
    assert desk.ledger.current(KEY) == "good" and desk.ledger.status(KEY, "good") == "promoted"


def test_one_that_was_replaced_already_is_withdrawn_without_a_change_of_what_is_current(desk: Desk) -> None:
    assert desk.withdraw("good") == "bad"
    assert desk.ledger.current(KEY) == "bad" and len(desk.ledger.promotions(KEY)) == 2


@pytest.mark.parametrize(
    ("withdraw", "message"),
    [
        (lambda desk: desk.withdraw("bad", " "), "a withdrawal needs a reason"),
        (lambda desk: desk.withdraw("nowhere"), "there is no delivery 'nowhere'"),
    ],
)
def test_what_cannot_be_withdrawn_is_said(desk: Desk, withdraw: Callable[[Desk], object], message: str) -> None:
    with pytest.raises(AcceptanceError, match=message):
        withdraw(desk)
    desk.ledger.quarantine("bill", KEY.billing_period, "cost", "kept out", ["broken"])
    with pytest.raises(AcceptanceError, match="is quarantined: only one that was promoted can be withdrawn"):
        desk.withdraw("kept out")
    assert desk.ledger.current(KEY) == "bad"


@pytest.mark.parametrize("given", ["", " ", "g", "bill/", "goo"])
def test_a_few_characters_name_no_delivery(tmp_path: Path, given: str) -> None:
    desk = Desk(tmp_path)
    desk.promote("good")
    refusal = f"{given!r} is too short for a name: give the whole id, or at least its first 6 characters"
    with pytest.raises(ShortNameError, match=refusal):
        desk.withdraw(given)
    assert desk.ledger.current(KEY) == "good"
    assert find_delivery(desk.ledger, "bill/2").body["delivery_id"] == "good"


def test_other_files_under_the_same_id_do_not_revive_those_that_were_withdrawn(desk: Desk) -> None:
    bad = PendingSnapshot(KEY, "bad", FILES["bad"]).files_id
    desk.withdraw("bad")
    mended = (DeliveredFile(FileRef("bad.csv", 11, "mended")),)
    FILES["bad"], before = mended, FILES["bad"]
    try:
        desk.promote("bad")
        desk.withdraw("bad", "this one too")
    finally:
        FILES["bad"] = before
    again = PendingSnapshot(KEY, "bad", mended).files_id
    assert [desk.ledger.withdrawn(KEY, "bad", name) for name in (bad, again)] == ["a line dated 9999", "this one too"]


def test_a_run_takes_it_again_only_when_its_files_are_others(desk: Desk) -> None:
    desk.withdraw("bad")
    assert desk.ledger.withdrawn(KEY, "bad", PendingSnapshot(KEY, "bad", FILES["bad"]).files_id) == "a line dated 9999"
    assert desk.ledger.withdrawn(KEY, "bad", PendingSnapshot(KEY, "bad", FILES["good"]).files_id) is None
    assert desk.ledger.withdrawn(KEY, "good", PendingSnapshot(KEY, "good", FILES["good"]).files_id) is None


def test_a_plan_names_the_tombstone_and_its_reason(tmp_path: Path) -> None:
    from ingestion.discovery import delivery_id_for
    from ingestion.planning import fingerprint

    desk = Desk(tmp_path)
    file = FileRef("bill.csv", 10, "1")
    name = delivery_id_for([file])
    FILES[name] = (DeliveredFile(file),)
    desk.promote(name)
    desk.withdraw(name)
    body = {"dataset": "cost", "rows": 3, "periods": {"2026-09-01": 3}}
    desk.ledger.put_scan("bill", fingerprint("bill", file, "auto"), body)
    plan = plan_source(
        "bill", "focus", Listing(file), desk.ledger, reading="auto",
        dates=PlausibleDates(dt.date(2026, 10, 5)),
    )  # fmt: skip
    assert plan.pending == [] and plan.problems == []
    assert plan.notices == [f"2026-09: delivery {name} was withdrawn and is not taken again: a line dated 9999"]


def test_replay_leaves_it_out_and_retention_removes_it_in_time(desk: Desk, tmp_path: Path) -> None:
    desk.withdraw("bad")
    missed = find_missed(desk.ledger, LocalLake(tmp_path), desk.ledger.current_snapshots(), {}, {})
    assert all(s.delivery_id != "bad" for states in missed.values() for state in states for s, _ in state)
    settings = IngestionSettings(keep_snapshots_days=30, keep_last=5)
    later = desk.clock.now + dt.timedelta(days=29), desk.clock.now + dt.timedelta(days=31)
    found = [[r.body["delivery_id"] for r, _ in find_expired(desk.ledger, settings, at, frozenset())] for at in later]
    assert found == [[], ["bad"]]
    marked = desk.ledger.mark_expiring(find_delivery(desk.ledger, "bad"), later[1])
    assert marked is not None
    desk.ledger.mark_expired(marked, later[1])
    # the tombstone outlives the files
    assert desk.ledger.withdrawn(KEY, "bad", PendingSnapshot(KEY, "bad", FILES["bad"]).files_id) == "a line dated 9999"
