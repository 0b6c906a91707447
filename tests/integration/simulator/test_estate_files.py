"""The files of a company with an estate: inventory, metrics and truth agree with the exports beside them."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from simulator.opportunities import generate
from tests.integration.simulator.test_planted_companies import _sum_basis

_COLUMNS = (
    "cloud", "account", "region", "resource_id", "namespace", "metric", "statistic", "unit", "start", "step_seconds",
    "values",
)  # fmt: skip
_FIELDS = {
    "cloud", "account", "region", "resource_id", "name", "kind", "type", "state", "created", "sku", "size", "owner",
    "tags", "links", "properties",
}  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("estate")
    generate(folder, company=2, seed=9, with_estate=True)
    return folder


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _ask(root: Path, question: str) -> list[tuple[Any, ...]]:
    return duckdb.execute(question, {"file": str(root / "metrics.parquet")}).fetchall()


def test_metrics_have_the_columns_that_are_documented(root: Path) -> None:
    assert tuple(duckdb.read_parquet(str(root / "metrics.parquet")).columns) == _COLUMNS
    as_of = _read(root / "inventory.json")["as_of"]
    stated = _ask(
        root,
        "SELECT DISTINCT step_seconds, len(values), CAST(timezone('UTC', start) + to_hours(len(values)) AS DATE) - 1, "
        "timezone('UTC', start)::TIME::VARCHAR FROM read_parquet($file)",
    )
    assert [(step, count, str(last)[:10], time) for step, count, last, time in stated] == [
        (3600, 31 * 24, as_of, "00:00:00")
    ]
    counts = _ask(root, "SELECT count(*), count(DISTINCT resource_id) FROM read_parquet($file)")
    assert counts[0][0] > 1500
    assert counts[0][1] > 300


def test_every_series_is_of_a_listed_resource(root: Path) -> None:
    listed = {(r["cloud"], r["resource_id"]) for r in _read(root / "inventory.json")["resources"]}
    measured = set(_ask(root, "SELECT DISTINCT cloud, resource_id FROM read_parquet($file)"))
    assert measured <= listed


def test_the_inventory_has_the_fields_that_are_documented(root: Path) -> None:
    inventory = _read(root / "inventory.json")
    assert set(inventory) == {"as_of", "metric_days", "unreadable", "resources"}
    assert {frozenset(resource) for resource in inventory["resources"]} == {frozenset(_FIELDS)}
    assert inventory["unreadable"] == _read(root / "truth.json")["unreadable"]


def test_savings_of_whole_resources_are_what_the_exports_bill(root: Path) -> None:
    truth = _read(root / "truth.json")
    sums = {cloud: _sum_basis(root, truth, cloud) for cloud in ("aws", "azure", "gcp")}
    whole = [w for w in truth["inventory_waste"] if w["component"] == "all" and w["check"] != "floor"]
    assert len(whole) > 25
    for waste in whole:
        total = Decimal(0)
        for name in waste.get("billed_on", [waste["resource_id"]]):
            amount, days = sums[waste["cloud"]][name]
            total += amount / days * 30
        assert f"{total:.6f}" == waste["monthly_saving"], waste


def test_the_plan_with_inventory_is_more_than_the_bill_alone_and_no_sum(root: Path) -> None:
    truth = _read(root / "truth.json")
    for currency, planned in truth["plan_with_inventory"].items():
        alone = float(truth["plan"][currency]["total"])
        added = sum(float(w["monthly_saving"] or 0) for w in truth["inventory_waste"] if w["currency"] == currency)
        assert alone < float(planned["total"]) < alone + added
