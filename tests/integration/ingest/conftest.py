"""An installation without Dagster: a folder of exports, a lake, a ledger and a warehouse."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from core.instants import utc_now
from ingestion.contracts import Provider
from ingestion.ingest import Ingestor
from ingestion.landing.local_lake import LocalLake
from ingestion.ledger import Ledger
from ingestion.locations import open_location
from ingestion.reports import IngestReport
from ingestion.source import Source
from state import SqliteStateStore
from warehouse import DuckDbWarehouse

#: Where the native cost of each raw table stands.
COST = {
    "aws_cur": "line_item_unblended_cost",
    "azure_cost_details": "cost",
    "focus": "billed_cost",
    "gcp_billing": "cost",
}


@dataclass
class Desk:
    """Ingests the folder ``exports`` and says what is current."""

    root: Path
    provider: Provider = "aws"
    format: str = "auto"

    @property
    def exports(self) -> Path:
        folder = self.root / "exports"
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def lake(self) -> LocalLake:
        return LocalLake(self.root / "lake")

    @property
    def ledger(self) -> Ledger:
        return Ledger(SqliteStateStore(self.root / "state.sqlite"), utc_now)

    def ingest(self, retry: bool = False) -> IngestReport:
        """Everything that is pending, read by an ingestor that remembers nothing but what is on disk."""
        if retry:
            self.ledger.release_quarantined("test_source")
        return self.ingestor().ingest(self.source())

    def source(self) -> Source:
        return Source("test_source", self.provider, self.format, open_location(str(self.exports), self.root), "USD")

    def ingestor(self) -> Ingestor:
        return Ingestor(self.lake, self.ledger)

    def problems(self, retry: bool = False) -> list[str]:
        return [p.message for p in self.ingest(retry).problems]

    def totals(self, table: str = "aws_cur") -> dict[str, tuple[Decimal, int]]:
        """Cost and rows per billing period, as the warehouse shows them."""
        warehouse = DuckDbWarehouse(self.root / "warehouse.duckdb")
        warehouse.publish_snapshots(self.lake, self.ledger.current_snapshots())
        with warehouse.connect(read_only=True) as connection:
            rows = connection.execute(
                f"select strftime(billing_period, '%Y-%m'), sum({COST[table]}), count(*) "
                f"from raw.{table} group by 1 order by 1"
            ).fetchall()
        return {period: (cost, count) for period, cost, count in rows}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


SEPTEMBER, AUGUST = dt.date(2026, 9, 1), dt.date(2026, 8, 1)
