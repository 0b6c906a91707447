"""What lies in one file, delivery or source costs itself alone, and says where it is."""

import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.ingest.conftest import AUGUST, SEPTEMBER, Desk
from tests.unit.ingestion.exports import CUR_HEADER, cur_rows, write_csv

GOOD = {"2026-09": (Decimal("3.375"), 3)}
FOCUS_COLUMNS = (
    "BilledCost,EffectiveCost,BillingAccountId,BillingCurrency,BillingPeriodStart,ChargeCategory,ChargePeriodStart"
)
FOCUS_ROW = "10,10,a,USD,2026-09-01,Usage,2026-09-03"


def write_report(desk: Desk, period: str = "20260901-20261001", **changes: object) -> None:
    """A legacy report with its manifest, in which anything may be changed."""
    folder = desk.exports / period
    write_csv(folder / "a1" / "report-1.csv", cur_rows(["1", "1.125", "1.25"], SEPTEMBER))
    manifest = {
        "assemblyId": "a1", "reportKeys": [f"p/{period}/a1/report-1.csv"], "reportName": "report",
        "billingPeriod": {"start": "20260901T000000.000Z", "end": "20261001T000000.000Z"}, **changes,
    }  # fmt: skip
    (folder / "report-Manifest.json").write_text(json.dumps(manifest))


def test_a_long_or_unprintable_execution_id_is_no_hindrance(tmp_path: Path) -> None:
    for n, identity in enumerate(["x" * 5_000, "a\nb", "../../escape", "a/b"]):
        desk = Desk(tmp_path / str(n))
        desk.root.mkdir()
        write_report(desk, assemblyId=identity)
        assert desk.problems() == [] and desk.totals() == GOOD
        assert desk.problems() == [] and desk.ingest().unchanged == 1
        assert [p for p in desk.root.rglob("*.parquet") if "raw" not in p.parts] == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"assemblyId": "\\ud800", "reportKeys": []}', "holds half a character, which is no text"),
        (b"[" * 200_000, "is not valid JSON"),
        (b"\xff\xfe{}", "is not valid JSON"),
        (b"[]", "is not a JSON object"),
    ],
)
def test_a_manifest_without_sense_is_named_and_other_months_are_taken(
    tmp_path: Path, content: bytes, message: str
) -> None:
    desk = Desk(tmp_path)
    write_report(desk)
    folder = desk.exports / "20260801-20260901"
    folder.mkdir()
    (folder / "report-Manifest.json").write_bytes(content)
    (problem,) = desk.problems()
    assert problem.startswith("the manifest 20260801-20260901/report-Manifest.json") and message in problem
    assert desk.totals() == GOOD


def test_an_implausible_billing_period_never_becomes_a_partition(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    write_report(desk)
    for folder in ("99991201-99991231", "00010101-00010201", "19500101-19500201"):
        year = folder[:4]
        rows = [{**row, "bill/BillingPeriodStartDate": f"{year}-12-01T00:00:00Z"} for row in cur_rows(["5"], SEPTEMBER)]
        write_csv(desk.exports / folder / "a1" / "report-1.csv", rows)
        manifest = {"assemblyId": f"b{year}", "reportKeys": [f"p/{folder}/a1/report-1.csv"], "reportName": "report"}
        (desk.exports / folder / "report-Manifest.json").write_text(json.dumps(manifest))
    problems = desk.problems()
    assert len(problems) == 3 and all("is not between 2000-01 and" in problem for problem in problems)
    assert desk.totals() == GOOD


def test_a_name_that_is_not_utf8_and_a_link_out_of_the_folder_cost_themselves_alone(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    write_csv(desk.exports / "good.csv", cur_rows(["1", "1.125", "1.25"], SEPTEMBER))
    odd = os.path.join(os.fsencode(desk.exports), b"b\xe4d.csv")  # noqa: PTH118 - pathlib takes no bytes
    Path(os.fsdecode(odd)).write_text("a,b\n1,2\n")
    (tmp_path / "secret.csv").write_text("root:x:0:0\n")
    (desk.exports / "out.csv").symlink_to(tmp_path / "secret.csv")
    problems = desk.problems()
    assert sorted(problems) == [
        r"b\udce4d.csv: its name is not written in UTF-8",
        "out.csv: is a link out of the folder; make what it leads to a source of its own, or put it there",
    ]
    assert desk.totals() == GOOD


DATED: dict[str, tuple[str, str]] = {
    "lineItem/UsageStartDate": ("9999-12-31T00:00:00Z", "is not a time between 2000-01-01 and"),
    "bill/BillingPeriodStartDate": ("0001-09-01T00:00:00Z", "is not a time between 2000-01-01 and"),
    "lineItem/UsageEndDate": ("infinity", "is not a time"),
}


@pytest.mark.parametrize("column", DATED)
def test_a_day_that_no_bill_can_have_is_refused_with_its_row(tmp_path: Path, column: str) -> None:
    value, message = DATED[column]
    desk = Desk(tmp_path)
    rows = cur_rows(["1", "2", "3"], SEPTEMBER)
    rows[1][column] = value
    write_csv(desk.exports / "bill.csv", rows)
    (problem,) = desk.problems()
    assert problem.startswith(f"bill.csv: data row 2 (line 3): {column} {value!r} {message}")
    assert desk.totals() == {}


def test_the_words_for_nothing_are_nothing_in_every_column(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    words = ["null", "NULL", "NaN", "nan", "None", "N/A", "n/a", "#N/A", ""]
    rows = cur_rows(["1"] * len(words), SEPTEMBER)
    for row, word in zip(rows, words, strict=True):
        row["lineItem/ResourceId"] = row["pricing/publicOnDemandCost"] = word
    write_csv(desk.exports / "bill.csv", rows)
    assert desk.problems() == [] and desk.totals() == {"2026-09": (Decimal(len(words)), len(words))}
    rows[4]["lineItem/UnblendedCost"] = "None"
    write_csv(desk.exports / "bill.csv", rows)
    assert desk.problems() == ["bill.csv: data row 5 (line 6): lineItem/UnblendedCost 'None' is not a number"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace(b"\n", b"\r\n", 1),
        lambda text: text.replace(b"\n", b"\r\n", 3),
        lambda text: text.replace(b"\n", b"\r\n"),
        lambda text: text.replace(b"\n", b"\r"),
        lambda text: text[:-1].replace(b"\n", b"\r\n") + b"\n",
        lambda text: b"\xef\xbb\xbf" + text,
        lambda text: text + b"," * CUR_HEADER.count(",") + b"\n",
        lambda text: text + b"\n\n",
    ],
)
def test_line_ends_and_blank_rows_change_nothing(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    desk = Desk(tmp_path)
    path = write_csv(desk.exports / "bill.csv", cur_rows(["1", "1.125", "1.25"], SEPTEMBER))
    path.write_bytes(spoil(path.read_bytes()))
    assert desk.problems() == [] and desk.totals() == GOOD


def test_a_header_with_a_line_break_is_refused(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    path = write_csv(desk.exports / "bill.csv", cur_rows(["1"], SEPTEMBER))
    path.write_bytes(path.read_bytes().replace(b"lineItem/UsageType", b'"lineItem\n/UsageType"', 1))
    (problem,) = desk.problems()
    assert problem == "bill.csv: line 1: the column name 'lineItem\\n/UsageType' holds a line break"


def test_columns_that_differ_in_case_alone_are_refused_and_never_chosen_between(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [{**row, "lineitem/unblendedcost": "7"} for row in cur_rows(["1"], SEPTEMBER)]
    write_csv(desk.exports / "bill.csv", rows)
    (problem,) = desk.problems()
    assert problem == (
        "bill.csv: the columns 'lineItem/UnblendedCost' and 'lineitem/unblendedcost' have one name; "
        "which one counts is not known"
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (1, "bill.csv: line 3 is longer than 2,097,152 characters"),
        (20, "bill.csv: line 22 (data row 21) cannot be read: Maximum line size of 2097152 bytes exceeded"),
    ],
)
def test_a_line_of_ten_megabytes_is_refused(tmp_path: Path, row: int, message: str) -> None:
    desk = Desk(tmp_path)
    rows = cur_rows(["1"] * 25, SEPTEMBER)
    rows[row]["lineItem/UsageType"] = "x" * 10_000_000
    write_csv(desk.exports / "bill.csv", rows)
    (problem,) = desk.problems()
    assert problem.startswith(message)


def test_a_line_identity_may_repeat_where_the_rows_differ(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = cur_rows(["5", "3"], SEPTEMBER)
    rows[1]["identity/LineItemId"] = rows[0]["identity/LineItemId"]
    write_csv(desk.exports / "bill.csv", rows)
    assert desk.problems() == [] and desk.totals() == {"2026-09": (Decimal(8), 2)}


def test_a_file_and_its_copy_count_once_and_that_is_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    rows = [FOCUS_ROW.replace("09-03", f"09-{day:02d}") for day in (1, 2, 3)]
    one = "\n".join([FOCUS_COLUMNS, *rows, ""])
    (desk.exports / "bill.csv").write_text(one)
    (desk.exports / "bill (1).csv").write_text(one)
    # the same rows in another order and with other line ends are the same rows
    (desk.exports / "sorted.csv").write_text("\r\n".join([FOCUS_COLUMNS, *reversed(rows), ""]))
    report = desk.ingest()
    assert report.problems == [] and desk.totals("focus") == {"2026-09": (Decimal(30), 3)}
    assert [n for n in report.notices if "is a copy of" in n] == [
        "bill.csv is a copy of bill (1).csv: the same content counts once",
        "sorted.csv is a copy of bill (1).csv: the same content counts once",
    ]
    assert desk.ingest().unchanged == 1


def test_dumps_that_overlap_are_doubted_until_somebody_accepts_them(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    columns = (
        "BilledCost,EffectiveCost,BillingAccountId,BillingCurrency,BillingPeriodStart,ChargeCategory,ChargePeriodStart"
    )
    rows = [f"{n},{n},a,USD,2026-09-01,Usage,2026-09-{n:02d}" for n in range(1, 9)]
    (desk.exports / "first.csv").write_text("\n".join([columns, *rows[:5]]))
    assert desk.problems() == []
    (desk.exports / "second.csv").write_text("\n".join([columns, *rows]))
    (problem,) = desk.problems()
    assert problem.startswith(
        "first.csv and second.csv share 5 rows: remove the older file or the copy from the folder; "
        "to accept both counts these rows twice; `cloudcost deliveries accept"
    )
    assert desk.totals("focus") == {"2026-09": (Decimal(15), 5)}
    (desk.exports / "first.csv").unlink()
    assert desk.problems() == [] and desk.totals("focus") == {"2026-09": (Decimal(36), 8)}


def test_what_a_manifest_lists_is_never_dropped(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    rows = [{**row, "identity/LineItemId": ""} for row in cur_rows(["1.5"], SEPTEMBER)]
    folder = desk.exports / "20260901-20261001"
    for number in (1, 2):
        write_csv(folder / "a1" / f"report-{number}.csv", rows)
    keys = [f"p/20260901-20261001/a1/report-{number}.csv" for number in (1, 2)]
    manifest = {"assemblyId": "a1", "reportKeys": keys, "reportName": "report"}
    (folder / "report-Manifest.json").write_text(json.dumps(manifest))
    assert desk.problems() == [] and desk.totals() == {"2026-09": (Decimal(3), 2)}


def test_a_flipped_lake_file_is_found_and_landed_anew(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    write_csv(desk.exports / "bill.csv", cur_rows(["1", "1.125", "1.25"], SEPTEMBER) + cur_rows(["4"], AUGUST))
    desk.ingest()
    ((snapshot, _),) = [s for s in desk.ledger.current_snapshots() if s[0].key.billing_period == SEPTEMBER]
    file = desk.lake.resolve(snapshot.paths[0])
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    ingestor = desk.ingestor()
    assert ingestor.find_damaged("test_source", {AUGUST}) == frozenset()
    damaged = ingestor.find_damaged("test_source")
    assert damaged == {snapshot.key}
    ingestor.ingest(desk.source(), None, damaged)
    assert ingestor.find_damaged("test_source") == frozenset()
    assert desk.totals() == GOOD | {"2026-08": (Decimal(4), 1)}


def test_any_exception_inside_a_delivery_is_its_quarantine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    rows = cur_rows(["1", "1.125", "1.25"], SEPTEMBER) + cur_rows(["4"], AUGUST)
    write_csv(desk.exports / "bill.csv", rows)
    real = desk.lake.publish

    def fail(self: object, staged: Path, target: str) -> list[str]:
        if "2026-08" in target:
            raise ZeroDivisionError("nobody thought of this")
        return real(staged, target)

    monkeypatch.setattr("ingestion.landing.local_lake.LocalLake.publish", fail)
    assert desk.problems() == ["bill.csv: cannot be taken: ZeroDivisionError: nobody thought of this"]
    assert desk.totals() == GOOD
    assert [r.body["billing_period"] for r in desk.ledger.quarantined()] == ["2026-08-01"]


def test_files_that_differ_in_a_column_that_is_not_landed_are_no_copies(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    for name in ("a", "b"):
        (desk.exports / f"{name}.csv").write_text(f"{FOCUS_COLUMNS},x_Project\n{FOCUS_ROW},proj-{name}\n")
    (problem,) = desk.problems()
    assert problem.startswith("a.csv and b.csv share 1 rows")
    (desk.exports / "b.csv").write_bytes((desk.exports / "a.csv").read_bytes())
    assert desk.problems() == [] and desk.totals("focus") == {"2026-09": (Decimal(10), 1)}


def test_one_equal_row_by_chance_is_no_overlap(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    for name, day in (("a", "04"), ("b", "05")):
        other = FOCUS_ROW.replace("09-03", f"09-{day}")
        (desk.exports / f"{name}.csv").write_text(f"{FOCUS_COLUMNS}\n{FOCUS_ROW}\n{other}\n")
    assert desk.problems() == [] and desk.totals("focus") == {"2026-09": (Decimal(40), 4)}


def test_a_companion_at_fault_holds_up_no_costs(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    (desk.exports / "costs.csv").write_text(f"{FOCUS_COLUMNS}\n{FOCUS_ROW}\n")
    (desk.exports / "periods.csv").write_text("BillingPeriodStart,BillingPeriodStatus\n9999-01-01,Open\n")
    (problem,) = desk.problems()
    assert problem.startswith("periods.csv: data row 1 (line 2): BillingPeriodStart '9999-01-01' is not a time between")
    assert desk.totals("focus") == {"2026-09": (Decimal(10), 1)}


def test_a_file_of_another_kind_that_comes_later_is_only_noted(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    (desk.exports / "costs.csv").write_text(f"{FOCUS_COLUMNS}\n{FOCUS_ROW}\n")
    desk.ingest()
    (desk.exports / "README.csv").write_text("what,this is\na,b\n")
    report = desk.ingest()
    assert report.problems == [] and report.unchanged == 1
    assert any("README.csv: not a known export" in notice for notice in report.notices)


def test_one_row_that_is_cut_is_no_short_header(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    (desk.exports / "costs.csv").write_text(f"{FOCUS_COLUMNS},ListCost,ServiceName\n{FOCUS_ROW},12")
    assert desk.problems() == ["costs.csv: line 2 (data row 1) has 8 columns where 9 are expected"]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("1_000", "is not a number"),
        ("1,000", "is not a number: a decimal comma is not read, a point is"),
        ("0x10", "is not a number"),
        ("1e400", "is too large: it has more digits than money has here (15 before the point)"),
        ("12 USD", "is not a number"),
        ("--5", "is not a number"),
    ],
)
def test_a_cost_that_is_no_number_is_refused(tmp_path: Path, written: str, why: str) -> None:
    desk = Desk(tmp_path, "focus")
    row = FOCUS_ROW.replace("10,", f'"{written}",', 1)
    (desk.exports / "costs.csv").write_text(f"{FOCUS_COLUMNS}\n{row}\n")
    assert desk.problems() == [f"costs.csv: data row 1 (line 2): BilledCost {written!r} {why}"]


def test_what_was_accepted_is_landed_anew_when_the_lake_lost_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    later = FOCUS_ROW.replace("09-03", "09-04")
    (desk.exports / "a.csv").write_text(f"{FOCUS_COLUMNS}\n{FOCUS_ROW}\n")
    (desk.exports / "b.csv").write_text(f"{FOCUS_COLUMNS}\n{FOCUS_ROW}\n{later}\n")
    assert len(desk.problems()) == 1
    store = desk.ledger._store
    (record,) = desk.ledger.quarantined()
    store.update("snapshot", record.key, {**record.body, "status": "accepted"}, record.version)
    assert desk.problems() == [] and desk.totals("focus") == {"2026-09": (Decimal(30), 3)}
    ((snapshot, _),) = desk.ledger.current_snapshots()
    desk.lake.resolve(snapshot.paths[0]).write_bytes(b"PAR1")
    assert desk.ingestor().find_damaged("test_source") == {snapshot.key}
    desk.ingestor().ingest(desk.source(), None, frozenset({snapshot.key}))
    assert desk.ingestor().find_damaged("test_source") == frozenset()
    assert desk.totals("focus") == {"2026-09": (Decimal(30), 3)}


def test_a_lake_file_that_is_cut_or_gone_is_seen_without_reading_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    write_csv(desk.exports / "bill.csv", cur_rows(["1"], SEPTEMBER) + cur_rows(["4"], AUGUST))
    desk.ingest()
    (august, september) = [s.paths[0] for s, _ in desk.ledger.current_snapshots()]
    assert desk.lake.find_unreadable([august, september]) == set()
    content = desk.lake.resolve(august).read_bytes()
    desk.lake.resolve(august).write_bytes(content[:-3])
    desk.lake.resolve(september).unlink()
    assert desk.lake.find_unreadable([august, september]) == {august, september}


def test_a_line_of_millions_of_cells_is_refused_before_it_is_taken_apart(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    (desk.exports / "costs.csv").write_bytes(b"x," * 3_000_000)
    assert desk.problems() == ["costs.csv: line 1 is longer than 2,097,152 characters"]


def test_a_cost_that_no_bill_can_have_is_named_with_its_row(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "focus")
    huge = FOCUS_ROW.replace("10,", "1e15,", 1)
    (desk.exports / "costs.csv").write_text(f"{FOCUS_COLUMNS}\n{FOCUS_ROW}\n{huge}\n")
    assert desk.problems() == [
        "costs.csv: data row 2 (line 3): BilledCost 1000000000000000.000000000000 has more digits than money has here "
        "(15 before the point)"
    ]
