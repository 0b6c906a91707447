"""Folders without manifests: the rows tell the billing periods, and a changed folder replaces exactly what changed."""

import datetime as dt
import gzip
import os
import time
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.ingest import Ingestor
from ingestion.locations import open_location
from ingestion.source import Source
from tests.integration.ingest.conftest import AUGUST, SEPTEMBER, Desk
from tests.unit.ingestion.exports import CUR_HEADER, cur_rows, write_csv

JULY = dt.date(2026, 7, 1)


def fill(desk: Desk) -> None:
    """July and August in one file, August and September in the other."""
    write_csv(desk.exports / "first.csv", cur_rows(["1.1", "1.2"], JULY) + cur_rows(["2.1", "2.2", "2.3"], AUGUST))
    later = [{**row, "identity/LineItemId": f"b{n}"} for n, row in enumerate(cur_rows(["2.05"], AUGUST))]
    write_csv(desk.exports / "second.csv", later + cur_rows(["3.1"], SEPTEMBER))


FILLED = {"2026-07": (Decimal("2.3"), 2), "2026-08": (Decimal("8.65"), 4), "2026-09": (Decimal("3.1"), 1)}


def pointers(desk: Desk) -> dict[str, str]:
    return {f"{s.key.billing_period:%Y-%m}": s.delivery_id for s, _ in desk.ledger.current_snapshots()}


def test_files_of_several_periods_are_split(desk: Desk) -> None:
    fill(desk)
    report = desk.ingest()
    assert (report.problems, len(report.promoted)) == ([], 3)
    assert desk.totals() == FILLED
    by_period = {f"{j.key.billing_period:%Y-%m}": j.profile for j in report.judged}
    for period, (cost, rows) in FILLED.items():
        billed = next(t for t in by_period[period].control_totals if t.measure == "billed_cost")
        assert (billed.file_total, billed.row_count, billed.rounding_remainder) == (cost, rows, Decimal(0))


def test_nothing_new_changes_nothing(desk: Desk) -> None:
    fill(desk)
    desk.ingest()
    before = (pointers(desk), sorted(p for p in desk.lake.root.rglob("*.parquet")))
    again = desk.ingest()
    assert (again.judged, again.unchanged, again.problems) == ([], 3, [])
    assert (pointers(desk), sorted(p for p in desk.lake.root.rglob("*.parquet"))) == before


def test_a_changed_file_replaces_exactly_its_periods(desk: Desk) -> None:
    fill(desk)
    desk.ingest()
    before = pointers(desk)
    write_csv(desk.exports / "second.csv", cur_rows(["3.5", "3.6"], SEPTEMBER))
    assert sorted(f"{j.key.billing_period:%Y-%m}" for j in desk.ingest().promoted) == ["2026-08", "2026-09"]
    assert desk.totals() == FILLED | {"2026-08": (Decimal("6.6"), 3), "2026-09": (Decimal("7.1"), 2)}
    assert pointers(desk)["2026-07"] == before["2026-07"]
    # the older snapshots stay readable
    assert {r.key for r in desk.ledger._store.list("snapshot")} >= {
        f"test_source/{period}/cost/{delivery}" for period, delivery in before.items()
    }
    assert all(desk.lake.resolve(p).exists() for r in desk.ledger._store.list("snapshot") for p in r.body["paths"])


def test_a_removed_file_takes_its_rows_along(desk: Desk) -> None:
    fill(desk)
    desk.ingest()
    (desk.exports / "second.csv").unlink()
    assert desk.problems() == []
    # August is there without it; of September nothing else is delivered, so what was current stays
    assert desk.totals() == FILLED | {"2026-08": (Decimal("6.6"), 3)}


def test_an_older_file_that_comes_back_is_current_again(desk: Desk) -> None:
    fill(desk)
    desk.ingest()
    first = (desk.exports / "second.csv").read_bytes()
    times = (desk.exports / "second.csv").stat().st_mtime_ns
    before = pointers(desk)
    write_csv(desk.exports / "second.csv", cur_rows(["9"], SEPTEMBER))
    desk.ingest()
    (desk.exports / "second.csv").write_bytes(first)
    os.utime(desk.exports / "second.csv", ns=(times, times))
    assert desk.problems() == []
    assert (desk.totals(), pointers(desk)) == (FILLED, before)


def test_a_header_without_rows_is_an_empty_delivery(desk: Desk) -> None:
    write_csv(desk.exports / "empty.csv", [], CUR_HEADER)
    report = desk.ingest()
    assert (report.problems, report.judged, report.empty_files) == ([], [], ["empty.csv"])
    assert desk.totals() == {}
    fill(desk)
    assert desk.problems() == [] and desk.totals() == FILLED


def test_zipped_files_and_folders_below(desk: Desk) -> None:
    text = write_csv(desk.root / "plain.csv", cur_rows(["1.5", "2E-13"], SEPTEMBER)).read_bytes()
    (desk.exports / "a" / "b").mkdir(parents=True)
    (desk.exports / "a" / "b" / "part.csv.gz").write_bytes(gzip.compress(text))
    assert desk.problems() == [] and desk.totals() == {"2026-09": (Decimal("1.5"), 2)}
    ((snapshot, _),) = desk.ledger.current_snapshots()
    billed = next(t for t in snapshot.control_totals if t.measure == "billed_cost")
    assert billed.file_total + billed.rounding_remainder == Decimal("1.5000000000002")


def test_two_formats_in_one_period_are_refused(desk: Desk) -> None:
    fill(desk)
    focus = {
        "BilledCost": "1", "EffectiveCost": "1", "BillingAccountId": "a", "BillingCurrency": "USD",
        "BillingPeriodStart": "2026-09-01", "ChargeCategory": "Usage", "ChargePeriodStart": "2026-09-02",
    }  # fmt: skip
    write_csv(desk.exports / "focus.csv", [focus])
    (problem,) = desk.problems()
    assert problem == (
        "focus.csv, second.csv: 2026-09 is there in two formats (aws_cur, focus): its cost would be counted twice; "
        "point the source at one of them"
    )
    assert desk.totals() == {p: t for p, t in FILLED.items() if p != "2026-09"}


def test_other_files_are_left_alone(desk: Desk) -> None:
    fill(desk)
    write_csv(desk.exports / "people.csv", [{"name": "a", "age": "1"}])
    (desk.exports / "readme.txt").write_text("hello")
    report = desk.ingest()
    assert report.problems == [] and desk.totals() == FILLED
    assert any("people.csv: not a known aws export (name, age, …)" in n for n in report.notices)
    assert any("readme.txt" in n for n in report.notices)


def test_only_other_files_is_an_error(desk: Desk) -> None:
    write_csv(desk.exports / "people.csv", [{"name": "a", "age": "1"}])
    for _ in range(2):
        assert desk.problems() == ["people.csv: not a known aws export (name, age, …)"]


@pytest.mark.parametrize("step", ["scanned", "judged", "landed", "promoted"])
@pytest.mark.parametrize("count", [1, 2])
def test_interrupted_at_any_step_the_next_run_ends_in_the_same_state(desk: Desk, step: str, count: int) -> None:
    class Killed(BaseException):
        pass

    passed: list[str] = []

    def stop(name: str) -> None:
        passed.append(name)
        if passed.count(step) == count:
            raise Killed

    fill(desk)
    source = Source("test_source", "aws", "auto", open_location(str(desk.exports), desk.root), "USD")
    try:
        Ingestor(desk.lake, desk.ledger, checkpoint=stop).ingest(source)
    except Killed:
        pass
    else:
        assert (step, count) == ("scanned", 2)
    assert desk.problems() == []
    assert desk.totals() == FILLED
    assert [p.name for p in (desk.lake.root / "incoming").glob("*") if p.name != "scans"] == []
    assert [*(desk.lake.root / "incoming" / "scans").glob("*")] == []


def test_what_a_killed_run_left_is_removed_in_time(desk: Desk) -> None:
    fill(desk)
    left, working = (desk.lake.root / "incoming" / name for name in ("left", "working"))
    for folder in (left, working):
        folder.mkdir(parents=True)
        (folder / "part.parquet").write_bytes(b"x")
    yesterday = time.time() - 90_000
    os.utime(left, (yesterday, yesterday))
    desk.ingest()
    assert (left.exists(), working.exists()) == (False, True)


def test_progress_is_told(desk: Desk) -> None:
    fill(desk)
    progress: list[tuple[str, int, int]] = []
    source = Source("test_source", "aws", "auto", open_location(str(desk.exports), desk.root), "USD")
    Ingestor(desk.lake, desk.ledger, lambda *step: progress.append(step)).ingest(source)
    assert progress == [
        ("test_source: reading", 0, 2), ("test_source: reading", 1, 2), ("test_source", 0, 3), ("test_source", 1, 3),
        ("test_source", 2, 3), ("test_source", 3, 3),
    ]  # fmt: skip


def test_names_that_need_quoting(tmp_path: Path) -> None:
    desk = Desk(tmp_path / 'it\'s a "folder" é')
    desk.root.mkdir()
    write_csv(desk.exports / "o'brien's [1] {a,b} %.csv", cur_rows(["4.25"], SEPTEMBER))
    assert desk.problems() == [] and desk.totals() == {"2026-09": (Decimal("4.25"), 1)}
