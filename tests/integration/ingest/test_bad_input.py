"""Input that cannot be taken: what is wrong is said with file and row, and what was current before stays current."""

import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from core.errors import SourceError
from ingestion.ingest import Ingestor
from ingestion.locations import open_location
from ingestion.source import Source
from tests.integration.ingest.conftest import AUGUST, SEPTEMBER, Desk
from tests.unit.ingestion.exports import cur_rows, write_csv, write_parquet

GOOD = cur_rows([f"{n}.125" for n in range(40)], SEPTEMBER)
GOOD_TOTALS = {"2026-09": (Decimal(sum(range(40))) + 5, 40)}


@pytest.fixture
def good(desk: Desk) -> Desk:
    """A desk whose good delivery is current."""
    write_csv(desk.exports / "september.csv", GOOD)
    assert desk.problems() == []
    assert desk.totals() == GOOD_TOTALS
    return desk


def spoil_row(number: int, **changes: object) -> list[dict[str, object]]:
    """The good rows with one of them (counted from 1) changed."""
    return [{**row, **changes} if n == number else row for n, row in enumerate(GOOD, 1)]


def write_short_row(path: Path) -> None:
    lines = write_csv(path, GOOD).read_text().splitlines()
    lines[17] = lines[17].rpartition(",")[0]
    path.write_text("\n".join(lines) + "\n")


def write_long_row(path: Path) -> None:
    lines = write_csv(path, GOOD).read_text().splitlines()
    lines[17] += ",one more"
    path.write_text("\n".join(lines) + "\n")


def write_without_cost(path: Path) -> None:
    write_csv(path, [{k: v for k, v in row.items() if k != "lineItem/UnblendedCost"} for row in GOOD])


BAD_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "short row": (write_short_row, "september.csv: line 18 (data row 17) has 16 columns where 17 are expected"),
    "long row": (write_long_row, "september.csv: line 18 (data row 17) has 18 columns where 17 are expected"),
    "missing column": (
        write_without_cost,
        "september.csv: required column 'lineItem/UnblendedCost' is missing; format aws_cur needs it",
    ),
    "not a number": (
        lambda path: write_csv(path, spoil_row(23, **{"lineItem/UnblendedCost": "12,50"})),
        "september.csv: data row 23 (line 24): lineItem/UnblendedCost '12,50' is not a number: a decimal comma is not "
        "read, a point is",
    ),
    "not a time": (
        lambda path: write_csv(path, spoil_row(5, **{"lineItem/UsageStartDate": "yesterday"})),
        "september.csv: data row 5 (line 6): lineItem/UsageStartDate 'yesterday' is not a time",
    ),
    "no period": (
        lambda path: write_csv(path, spoil_row(5, **{"bill/BillingPeriodStartDate": ""})),
        "september.csv: data row 5 (line 6): its billing period cannot be told (bill/BillingPeriodStartDate empty)",
    ),
    "empty file": (
        lambda path: path.write_bytes(b""),
        "september.csv: the file is empty, not even a header row is there",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_is_named_and_the_earlier_data_stays(good: Desk, name: str) -> None:
    spoil, message = BAD_FILES[name]
    spoil(good.exports / "september.csv")
    assert good.problems() == [message]
    assert good.totals() == GOOD_TOTALS
    assert [r.body["reasons"] for r in good.ledger.quarantined()] == [[message]]
    # seen again, it says the same, so that its incident stays one
    again = good.ingest()
    assert [p.message for p in again.problems] == [message] and good.totals() == GOOD_TOTALS
    write_csv(good.exports / "september.csv", GOOD[:10])
    assert good.problems() == []
    assert good.totals() == {"2026-09": (Decimal(sum(range(10))) + Decimal("1.25"), 10)}


REPEATED = (
    "1 rows repeat the identity of another line item: "
    "line202609x0 2026-09-01T00:00:00Z/2026-09-01T01:00:00Z in september.csv"
)
BAD_DELIVERIES: dict[str, tuple[list[dict[str, object]], str]] = {
    "no currency code": (
        [{**row, "lineItem/CurrencyCode": "dbu"} for row in GOOD],
        "september.csv: data row 1 (line 2): lineItem/CurrencyCode 'DBU' is not an ISO 4217 code "
        "(and so in 39 more rows)",
    ),
    "repeated line": ([*GOOD, GOOD[0]], REPEATED),
    "no cost": (
        spoil_row(9, **{"lineItem/UnblendedCost": ""}),
        "september.csv: data row 9 (line 10): lineItem/UnblendedCost is empty",
    ),
    "no account": (
        spoil_row(9, **{"lineItem/UsageAccountId": ""}),
        "september.csv: data row 9 (line 10): lineItem/UsageAccountId is empty",
    ),
}


@pytest.mark.parametrize("name", BAD_DELIVERIES)
def test_bad_delivery_is_quarantined_and_the_earlier_data_stays(good: Desk, name: str) -> None:
    rows, message = BAD_DELIVERIES[name]
    write_csv(good.exports / "september.csv", rows)
    assert good.problems() == [message]
    assert good.totals() == GOOD_TOTALS
    (record,) = good.ledger.quarantined()
    assert (record.body["reasons"], record.body["billing_period"]) == ([message], "2026-09-01")
    again = good.ingest()
    assert [p.message for p in again.problems] == [message] and again.judged == []
    assert good.problems(retry=True) == [message]  # it is judged anew when asked, and no better
    assert good.totals() == GOOD_TOTALS


@pytest.mark.parametrize("account", ["999900009999", "111122223333"])
def test_billing_accounts_may_have_several_currencies(good: Desk, account: str) -> None:
    mixed = [{**r, "bill/PayerAccountId": account, "lineItem/CurrencyCode": "EUR"} if n < 4 else r
             for n, r in enumerate(GOOD)]  # fmt: skip
    write_csv(good.exports / "september.csv", mixed)
    report = good.ingest()
    totals = {
        t.billing_currency: t.file_total for t in report.judged[0].profile.control_totals if t.measure == "billed_cost"
    }
    assert totals == {"EUR": Decimal("6.5"), "USD": Decimal("778.5")}


def test_a_good_month_beside_a_bad_one_is_taken(good: Desk) -> None:
    write_csv(good.exports / "september.csv", [*GOOD, GOOD[0], *cur_rows(["7.5"], AUGUST)])
    assert good.problems() == [REPEATED]
    assert good.totals() == GOOD_TOTALS | {"2026-08": (Decimal("7.5"), 1)}


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_truncated_parquet(good: Desk, keep: float) -> None:
    whole = write_parquet(
        good.exports / "more.parquet", [{**r, "lineItem/UnblendedCost": 1.5} for r in GOOD]
    ).read_bytes()
    (good.exports / "more.parquet").write_bytes(whole[: int(len(whole) * keep)])
    (message,) = good.problems()
    assert message.startswith("more.parquet: not a complete Parquet file (")
    assert good.totals() == GOOD_TOTALS


@pytest.mark.parametrize("keep", [0.2, 0.95])
def test_truncated_gzip(good: Desk, keep: float) -> None:
    text = (good.exports / "september.csv").read_bytes()
    noise = b"".join(b"# " + hashlib.sha256(str(n).encode()).hexdigest().encode() for n in range(9))
    packed = gzip.compress(text.replace(b"search", noise) * 20)
    (good.exports / "more.csv.gz").write_bytes(packed[: int(len(packed) * keep)])
    (message,) = good.problems()
    assert message.startswith("more.csv.gz: ")
    assert good.totals() == GOOD_TOTALS


def test_empty_folder(good: Desk) -> None:
    (good.exports / "september.csv").unlink()
    with pytest.raises(SourceError, match=f"no export files below {good.exports}"):
        good.ingest()
    assert good.totals() == GOOD_TOTALS


def test_a_folder_named_like_a_file(good: Desk) -> None:
    (good.exports / "x.csv").mkdir()
    assert good.problems() == [] and good.totals() == GOOD_TOTALS


READER = """
import os, sys
from pathlib import Path
from tests.integration.ingest.conftest import Desk
os.setgid(65534); os.setuid(65534)
try:
    print(Desk(Path(sys.argv[1])).problems())
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_file_without_permission(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("shared")
    root.chmod(0o777)
    for folder in root.parents[:3]:
        folder.chmod(folder.stat().st_mode | 0o055)
    desk = Desk(root)
    write_csv(desk.exports / "september.csv", GOOD).chmod(0)
    done = subprocess.run(
        [sys.executable, "-c", READER, str(root)], capture_output=True, text=True, check=False,
        cwd=Path(__file__).resolve().parents[3], env={**os.environ, "HOME": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert f"{desk.exports}/september.csv cannot be read: the user that runs this has no permission" in done.stdout, (
        done
    )


def write_azure_run(desk: Desk, rows: list[dict[str, object]], **promises: object) -> None:
    """An Azure export run with its manifest, whose promises can be changed."""
    folder = desk.exports / "daily" / "20260901-20260930" / "202610020712" / "5f2e1f7e-2d4c-4c8d-9d1a-0a1b2c3d4e5f"
    data = write_csv(folder / "part_0_0001.csv", rows)
    blob = {
        "blobName": data.relative_to(desk.exports).as_posix(),
        "byteCount": data.stat().st_size,
        "dataRowCount": len(rows),
    }
    run_id = promises.pop("run_id", "run-1")
    blob |= promises
    manifest = {
        "manifestVersion": "2024-04-01", "byteCount": blob["byteCount"], "blobCount": 1,
        "dataRowCount": blob["dataRowCount"],
        "exportConfig": {"exportName": "daily", "type": "ActualCost", "dataVersion": "2021-10-01",
                         "timeFrame": "MonthToDate", "resourceId": "/providers/x"},
        "deliveryConfig": {"partitionData": True, "fileFormat": "Csv", "compressionMode": "None"},
        "runInfo": {"executionType": "Scheduled", "submittedTime": "2026-10-02T07:12:00Z",
                    "runId": run_id, "startDate": "2026-09-01T00:00:00",
                    "endDate": "2026-09-30T00:00:00"},
        "blobs": [blob],
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))


def azure_rows(count: int, month: int = 9) -> list[dict[str, object]]:
    return [
        {"SubscriptionId": "s-1", "Date": f"{month:02d}/{n % 28 + 1:02d}/2026", "MeterCategory": "Storage",
         "BillingCurrencyCode": "EUR", "CostInBillingCurrency": f"{n}.5", "ChargeType": "Usage"}
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("promises", "rows", "message"),
    [
        ({"byteCount": 12}, azure_rows(4), "bytes where its manifest promises 12"),
        ({"dataRowCount": 9}, azure_rows(4), "4 rows where the manifest promises 9"),
        ({}, azure_rows(2, 8), "2 rows belong to another billing period"),
    ],
)
def test_a_delivery_that_breaks_its_manifest(
    tmp_path: Path, promises: dict[str, object], rows: list[dict[str, object]], message: str
) -> None:
    desk = Desk(tmp_path, "azure")
    write_azure_run(desk, azure_rows(3))
    assert desk.problems() == [] and desk.totals("azure_cost_details") == {"2026-09": (Decimal("4.5"), 3)}
    write_azure_run(desk, rows, run_id="run-2", **promises)
    (problem,) = desk.problems()
    assert message in problem
    assert desk.totals("azure_cost_details") == {"2026-09": (Decimal("4.5"), 3)}
    write_azure_run(desk, azure_rows(4), run_id="run-3")
    assert desk.problems() == [] and desk.totals("azure_cost_details") == {"2026-09": (Decimal("8"), 4)}


def test_a_delivery_that_is_mended_under_its_own_id_is_taken(tmp_path: Path) -> None:
    desk = Desk(tmp_path, "azure")
    write_azure_run(desk, azure_rows(4), dataRowCount=9)
    standing = desk.problems()
    assert "4 rows where the manifest promises 9" in standing[0]
    assert desk.problems() == standing
    write_azure_run(desk, azure_rows(5), dataRowCount=8)
    assert "5 rows where the manifest promises 8" in desk.problems()[0]
    assert [r.body["reasons"][0][-16:] for r in desk.ledger.quarantined()] == ["ifest promises 8"]
    write_azure_run(desk, azure_rows(5))
    assert desk.problems() == [] and desk.totals("azure_cost_details") == {"2026-09": (Decimal("12.5"), 5)}
    assert desk.ledger.quarantined() == []


def test_what_a_killed_run_landed_is_not_taken_for_newer_files_of_the_same_id(tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    def stop(name: str) -> None:
        if name == "landed":
            raise Killed

    desk = Desk(tmp_path, "azure")
    write_azure_run(desk, azure_rows(3))
    source = Source("test_source", "azure", "auto", open_location(str(desk.exports), desk.root), "USD")
    with pytest.raises(Killed):
        Ingestor(desk.lake, desk.ledger, checkpoint=stop).ingest(source)
    write_azure_run(desk, azure_rows(4))
    assert desk.problems() == []
    ((snapshot, _),) = desk.ledger.current_snapshots()
    billed = next(t for t in snapshot.control_totals if t.measure == "billed_cost")
    assert desk.totals("azure_cost_details") == {"2026-09": (billed.file_total, snapshot.row_count)}
    assert (billed.file_total, snapshot.row_count) == (Decimal("8"), 4)


def test_a_manifest_whose_file_is_missing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    folder = desk.exports / "20260901-20261001"
    rows = [*GOOD[:3]]
    write_csv(folder / "a1" / "report-1.csv", rows)
    manifest = {"assemblyId": "a1", "reportKeys": ["p/20260901-20261001/a1/report-1.csv"], "reportName": "report",
                "billingPeriod": {"start": "20260901T000000.000Z", "end": "20261001T000000.000Z"}}  # fmt: skip
    (folder / "report-Manifest.json").write_text(json.dumps(manifest))
    assert desk.problems() == [] and desk.totals() == {"2026-09": (Decimal("3.375"), 3)}
    manifest |= {
        "assemblyId": "a2",
        "reportKeys": ["p/20260901-20261001/a2/report-1.csv", "p/20260901-20261001/a2/report-2.csv"],
    }
    write_csv(folder / "a2" / "report-1.csv", rows)
    (folder / "report-Manifest.json").write_text(json.dumps(manifest))
    (problem,) = desk.problems()
    assert problem.endswith("lists 1 of 2 data files that are not there: p/20260901-20261001/a2/report-2.csv")
    assert desk.totals() == {"2026-09": (Decimal("3.375"), 3)}
