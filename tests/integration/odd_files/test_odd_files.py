"""Files as they turn up: odd names, times with offsets, broken tags, no currency, a lake that lost a folder."""

import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from core.instants import utc_now
from ingestion.ingest import Ingestor
from ingestion.landing.local_lake import LocalLake
from ingestion.ledger import Ledger
from ingestion.locations import open_location
from ingestion.reports import IngestReport
from ingestion.source import Source
from state import SqliteStateStore

HEADER = (
    "BillingAccountId,BillingPeriodStart,ChargePeriodStart,ChargeCategory,BilledCost,EffectiveCost,ListCost,"
    "ContractedCost,BillingCurrency,Tags"
)


@dataclass
class Desk:
    """One source that reads the folder ``exports``."""

    root: Path

    def write(self, name: str, cost: str, start: str = "2026-09-01T00:00:00Z", tags: str = "") -> None:
        quoted = tags.replace('"', '""')
        row = f'a,{start},{start},Usage,{cost},{cost},{cost},{cost},USD,"{quoted}"'
        (self.root / "exports").mkdir(exist_ok=True)
        (self.root / "exports" / name).write_text(f"{HEADER}\n{row}\n")

    @property
    def lake(self) -> LocalLake:
        return LocalLake(self.root / "lake")

    @property
    def ledger(self) -> Ledger:
        return Ledger(SqliteStateStore(self.root / "state.sqlite"), utc_now)

    def ingest(self, currency: str = "USD") -> IngestReport:
        source = Source("bill", "focus", "auto", open_location("exports", self.root), currency)
        return Ingestor(self.lake, self.ledger).ingest(source)

    def read(self, columns: str) -> list[tuple[object, ...]]:
        paths = [str(self.lake.resolve(p)) for s, _ in self.ledger.current_snapshots() for p in s.paths]
        return duckdb.sql(f"select {columns} from read_parquet({paths}) order by all").fetchall()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_name_with_brackets_is_no_pattern(desk: Desk) -> None:
    desk.write("bill1.csv", "1")
    desk.write("bill[1].csv", "10")
    desk.write("b*.csv", "100")
    desk.ingest()
    assert desk.read("billed_cost") == [(Decimal(1),), (Decimal(10),), (Decimal(100),)]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-09-01T00:00:00Z", "2026-09-01 00:00:00"),
        ("2026-09-01 00:00:00", "2026-09-01 00:00:00"),
        ("2026-09-01T00:00Z", "2026-09-01 00:00:00"),
        ("2026-09-01 00:00:00 UTC", "2026-09-01 00:00:00"),
        ("2026-09-01T00:00:00-05:00", "2026-09-01 05:00:00"),
        ("2026-09-01T00:00:00+02:00", "2026-08-31 22:00:00"),
    ],
)
def test_a_time_keeps_its_offset_and_its_month(desk: Desk, written: str, utc: str) -> None:
    desk.write("bill.csv", "1", start=written)
    assert [j.key.text for j in desk.ingest().promoted] == ["bill/2026-09/cost"]
    assert desk.read("charge_period_start::varchar") == [(utc,)]


def test_a_broken_tag_is_kept_as_text_that_is_json(desk: Desk) -> None:
    desk.write("bill.csv", "1", tags='{"team": "search"')
    desk.ingest()
    assert desk.read("billed_cost, json_extract_string(tags, '$')") == [(Decimal(1), '{"team": "search"')]


def test_a_long_tag_in_the_first_row_is_read(desk: Desk) -> None:
    desk.write("bill.csv", "1", tags='{"note": "' + "x" * 200_000 + '"}')
    desk.ingest()
    assert desk.read("length(tags)") == [(200_000 + len('{"note":""}'),)]


def test_another_assumed_currency_is_another_snapshot(desk: Desk) -> None:
    desk.write("bill.csv", "1")
    path = desk.root / "exports" / "bill.csv"
    path.write_text(path.read_text().replace("BillingCurrency,", "").replace("USD,", ""))
    currencies = [desk.ingest(c).promoted[0].profile.billing_currencies for c in ("USD", "EUR")]
    assert currencies == [("USD",), ("EUR",)]
    assert desk.ingest("EUR").unchanged == 1


def test_costs_of_too_many_digits_are_refused(desk: Desk) -> None:
    desk.write("one.csv", "9" * 26)
    desk.write("two.csv", "9" * 26)
    problems = [problem.message for problem in desk.ingest().problems]
    assert [message.partition(":")[0] for message in problems] == ["one.csv", "two.csv"]
    assert all("data row 1" in message and "more digits than money has" in message for message in problems)


def test_what_the_lake_lost_is_landed_again(desk: Desk) -> None:
    desk.write("one.csv", "1")
    desk.write("two.csv", "2")
    desk.ingest()
    shutil.rmtree(desk.lake.root)
    desk.ingest()
    assert desk.read("sum(billed_cost)") == [(Decimal(3),)]


def test_a_snapshot_folder_that_lost_a_file_is_put_aside(desk: Desk) -> None:
    desk.write("one.csv", "1")
    desk.write("two.csv", "2")
    desk.ingest()
    sorted((desk.lake.root / "raw").rglob("*.parquet"))[0].unlink()
    (desk.root / "state.sqlite").unlink()
    desk.ingest()
    assert desk.read("sum(billed_cost)") == [(Decimal(3),)]
