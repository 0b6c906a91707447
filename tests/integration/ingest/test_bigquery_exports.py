"""A folder of what BigQuery exported: shards of several kinds beside what is none, each of its month, read exactly."""

import gzip
import json
from decimal import Decimal
from pathlib import Path

from tests.integration.ingest.conftest import Desk

ROW = {
    "billing_account_id": "01A", "service": {"id": "6F81", "description": "Compute Engine"},
    "sku": {"id": "k", "description": "N2 core"}, "usage_start_time": "2026-09-03 00:00:00 UTC", "cost": 0.1,
    "currency": "USD", "invoice": {"month": "202609"}, "cost_type": "regular",
}  # fmt: skip


def lines(*costs: float, month: str = "202609") -> bytes:
    return "".join(json.dumps({**ROW, "cost": cost, "invoice": {"month": month}}) + "\n" for cost in costs).encode()


def write_shards(folder: Path) -> None:
    (folder / "billing-000000000000").write_bytes(lines(0.1, 0.2, 1e-07))
    (folder / "billing-000000000001.gz").write_bytes(gzip.compress(lines(0.30000000000000004, 2, month="202608")))
    # BigQuery leaves an empty file where an export has no rows for it
    (folder / "billing-000000000002.json").write_bytes(b"")
    (folder / "september.json.gz").write_bytes(gzip.compress(lines(5)))
    (folder / "package.json").write_text('{"name": "not a bill"}')
    (folder / "manifest.json").write_text("{}")


def test_shards_are_taken_and_the_rest_is_left_alone(desk: Desk) -> None:
    desk.provider = "gcp"
    write_shards(desk.exports)
    report = desk.ingest()
    assert report.problems == []
    assert desk.totals("gcp_billing") == {"2026-08": (Decimal("2.3"), 2), "2026-09": (Decimal("5.3000001"), 4)}
    again = desk.ingest()
    assert (again.judged, again.problems) == ([], [])


def test_a_cut_shard_is_refused_and_the_others_stay(desk: Desk) -> None:
    desk.provider = "gcp"
    write_shards(desk.exports)
    desk.ingest()
    (desk.exports / "billing-000000000003.json").write_bytes(lines(7, 8)[:-2])
    assert desk.problems() == [
        "billing-000000000003.json: line 2: is not one whole JSON object (Expecting ',' delimiter, found the end)"
    ]
    assert desk.totals("gcp_billing") == {"2026-08": (Decimal("2.3"), 2), "2026-09": (Decimal("5.3000001"), 4)}
