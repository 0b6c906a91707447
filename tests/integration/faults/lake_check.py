"""What the lake and the ledger really hold, read without the code under test where that is possible."""

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from core.instants import utc_now
from ingestion.landing.local_lake import LocalLake
from ingestion.ledger import Ledger
from state import StateStore
from tests.integration.dbt.warehouse import Warehouse
from tests.integration.faults.clouds import Outcome
from warehouse import DuckDbWarehouse

#: What a landed row adds to its month, per raw table.
COSTS = {
    "aws_cur2": "line_item_unblended_cost",
    "azure_cost_details": "cost",
    "gcp_billing": "cost + credits_commitment + credits_negotiated + credits_free_tier + credits_promotion",
}
CURRENCY = {"aws_cur2": "line_item_currency_code", "azure_cost_details": "billing_currency", "gcp_billing": "currency"}
#: The measure of the ledger that says the same.
MEASURE = {"cost": "billed_cost", "actual": "billed_cost", "amortised": "effective_cost"}
#: Every company of the simulator is billed so.
BILLED_IN = {"aws": "USD", "azure": "EUR", "gcp": "USD"}


class LakeCheck:
    """Looks at one installation again and again; remembers what it saw, because a snapshot may never change."""

    def __init__(self, home: Path) -> None:
        self.lake = home / "lake"
        self.seen: dict[str, str] = {}

    def read(self, store: StateStore, source: str) -> tuple[dict[str, Outcome], list[str]]:
        """What is current of a source by the ledger's key, and every disagreement of ledger and lake."""
        outcomes: dict[str, Outcome] = {}
        faults: list[str] = []
        for pointer in store.list("current", f"{source}/"):
            snapshot = store.get("snapshot", f"{pointer.key}/{pointer.body['delivery_id']}")
            status = None if snapshot is None else snapshot.body["status"]
            if snapshot is None or status != "promoted":
                faults.append(f"{pointer.key}: the current delivery is not promoted but {status}")
                continue
            outcomes[pointer.key] = self._read_snapshot(pointer.key, snapshot.body, faults)
        return outcomes, faults

    def _read_snapshot(self, key: str, body: dict[str, Any], faults: list[str]) -> Outcome:
        paths = [self.lake / path for path in body["paths"]]
        folder = paths[0].parent
        lying = sorted(folder.iterdir()) if folder.is_dir() else []
        if sorted(paths) != lying:
            faults.append(f"{key}: {folder.name} holds {[p.name for p in lying]}, the ledger says {body['paths']}")
        for path in lying:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            if self.seen.setdefault(str(path), digest) != digest:
                faults.append(f"{key}: {path.name} of {folder.name} was changed")
        table = body["table"]
        rows = duckdb.execute(
            f"select {CURRENCY[table]}, sum({COSTS[table]})::decimal(38, 12), count(*) "
            "from read_parquet(?, hive_partitioning = false) group by 1 order by 1",
            [[str(p) for p in lying]],
        ).fetchall()
        if [row[0] for row in rows] != [BILLED_IN[body["source_name"]]]:
            faults.append(f"{key}: billed in {[row[0] for row in rows]}")
        total, count = sum((row[1] for row in rows), Decimal(0)), sum(row[2] for row in rows)
        stated = [t for t in body["control_totals"] if t[1] == MEASURE[body["dataset"]]]
        if [(Decimal(t[2]), t[4]) for t in stated] != [(total, count)] or body["row_count"] != count:
            faults.append(f"{key}: the lake holds {total} in {count} rows, the ledger says {stated}")
        return Outcome(None if table == "gcp_billing" else body["delivery_id"], total, count)

    def find_changed(self) -> list[str]:
        """Snapshots that were seen before and are not what they were."""
        return [
            f"{path} was changed or removed"
            for path, digest in self.seen.items()
            if not Path(path).exists() or hashlib.sha256(Path(path).read_bytes()).hexdigest() != digest
        ]


def read_warehouse(home: Path, store: StateStore) -> dict[tuple[str, str], dict[str, Decimal]]:
    """Build the warehouse from what is current; the four costs per source and month, as the monthly mart shows them.

    AssertionError where dbt fails or a reconciliation does not come out.
    """
    warehouse = DuckDbWarehouse(home / "warehouse.duckdb")
    warehouse.publish_snapshots(LocalLake(home / "lake"), Ledger(store, utc_now).current_snapshots())
    built = Warehouse(warehouse.path)
    built.configure()
    built.build()
    off = built.rows("select * from marts.fct_reconciliation where not is_reconciled")
    assert not off, off
    rows = built.rows(
        "select source_name, strftime(billing_period, '%Y-%m'), sum(billed_cost), sum(effective_cost) "
        "from marts.fct_cost_monthly group by all"
    )
    return {(source, period): {"billed": billed, "effective": effective} for source, period, billed, effective in rows}


def read_answer(path: Path) -> tuple[str, str]:
    """How a process ended: what it wrote, or that it was killed."""
    if not path.exists():
        return "killed", ""
    answer = json.loads(path.read_text())
    return answer["end"], answer["detail"]
