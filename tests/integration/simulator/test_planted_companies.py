"""A written company with planted waste: the same bytes again, and the truth as its files alone add up."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from simulator.opportunities import generate
from simulator.opportunities.__main__ import main
from tests.integration.simulator.native_totals import exact, read_csv
from tests.integration.simulator.test_simulated_files import hash_tree

_LAST_DAYS = "BETWEEN CAST($first AS DATE) AND CAST($last AS DATE)"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("planted")
    generate(root, company=2, seed=9, everything=True)
    return root


@pytest.fixture(scope="module")
def truth(root: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((root / "truth.json").read_text())
    return content


def _sources(root: Path) -> dict[str, tuple[str, str, str, str, list[str]]]:
    """Of each cloud: relation, effective cost, day, resource, files."""
    aws = f"""CASE line_item_line_item_type
        WHEN 'SavingsPlanCoveredUsage' THEN {exact("savings_plan_savings_plan_effective_cost")}
        WHEN 'SavingsPlanNegation' THEN 0
        WHEN 'DiscountedUsage' THEN {exact("reservation_effective_cost")}
        WHEN 'RIFee' THEN {exact("reservation_unused_recurring_fee")}
        WHEN 'SavingsPlanRecurringFee'
          THEN {exact("savings_plan_total_commitment_to_date")} - {exact("savings_plan_used_commitment")}
        ELSE {exact("coalesce(line_item_net_unblended_cost, line_item_unblended_cost)")} END"""
    credited = f"""coalesce(list_reduce(list_prepend(CAST(0 AS DECIMAL(38,12)),
        list_transform(credits, c -> {exact("c.amount")})), (a, b) -> CAST(a + b AS DECIMAL(38,12))), 0)"""
    return {
        "aws": (
            "read_parquet($files)",
            aws,
            "CAST(line_item_usage_start_date AS DATE)",
            "line_item_resource_id",
            [str(path) for path in sorted(root.glob("exports/aws/**/*.parquet"))],
        ),
        "azure": (
            read_csv("files"),
            "CAST(CostInBillingCurrency AS DECIMAL(38,12))",
            "CAST(strptime(Date, '%m/%d/%Y') AS DATE)",
            "ResourceId",
            [str(path) for path in sorted(root.glob("exports/azure/**/*amortized/**/*.csv"))],
        ),
        "gcp": (
            "read_parquet($files)",
            f"{exact('cost')} + {credited}",
            "CAST(usage_start_time AT TIME ZONE 'UTC' AS DATE)",
            "resource.global_name",
            [str(path) for path in sorted(root.glob("exports/gcp/**/*.parquet"))],
        ),
    }


def _sum_basis(root: Path, truth: dict[str, Any], cloud: str) -> dict[str, tuple[Decimal, int]]:
    """Effective cost of the last 30 days, and the days with any, of each resource."""
    relation, cost, day, resource, files = _sources(root)[cloud]
    last = dt.date.fromisoformat(truth["as_of"])
    rows = duckdb.execute(
        f"SELECT coalesce({resource}, ''), sum({cost}), count(DISTINCT {day}) FROM {relation} "
        f"WHERE {day} {_LAST_DAYS} GROUP BY 1",
        {"files": files, "first": last - dt.timedelta(days=29), "last": last},
    ).fetchall()
    return {name: (amount, days) for name, amount, days in rows}


def test_same_seed_writes_the_same_bytes(root: Path, tmp_path: Path) -> None:
    generate(tmp_path, company=2, seed=9, everything=True)
    assert hash_tree(tmp_path) == hash_tree(root)


def test_spend_is_what_the_files_add_up_to(root: Path, truth: dict[str, Any]) -> None:
    totals = {
        cloud: sum((amount for amount, _ in _sum_basis(root, truth, cloud).values()), Decimal(0))
        for cloud in _sources(root)
    }
    # this company's Azure bill is in euros, the others are in dollars
    by_currency = {"EUR": totals["azure"], "USD": totals["aws"] + totals["gcp"]}
    stated = {currency: Decimal(amount) for currency, amount in truth["spend"].items()}
    assert {name: amount.quantize(Decimal("0.000001")) for name, amount in by_currency.items()} == stated


def test_costs_of_wasteful_resources_are_those_of_the_files(root: Path, truth: dict[str, Any]) -> None:
    sums = {cloud: _sum_basis(root, truth, cloud) for cloud in _sources(root)}
    whole = [waste for waste in truth["waste"] if waste["component"] == "all"]
    assert len(whole) > 40
    for waste in whole:
        amount, days = sums[waste["cloud"]][waste["resource_id"]]
        assert (amount / days * 30).quantize(Decimal("0.000001")) == Decimal(waste["monthly_cost"]), waste
        assert waste["monthly_saving"] == waste["monthly_cost"]


def test_every_resource_of_the_truth_is_in_the_files(root: Path, truth: dict[str, Any]) -> None:
    for cloud, (relation, _, _, resource, files) in _sources(root).items():
        billed = {
            name
            for (name,) in duckdb.execute(f"SELECT DISTINCT {resource} FROM {relation}", {"files": files}).fetchall()
        }
        named = {entry["resource_id"] for entry in truth["waste"] + truth["decoys"] if entry["cloud"] == cloud}
        commitments = {
            name for name in named if "savingsplan" in name or "reservationOrders" in name or "/" not in name
        }
        assert {name for name in named - commitments if name not in billed} == set()


def test_command_line_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--company", "1", "--out", str(tmp_path), "--clouds", "aws,ibm"]) == 1
    assert capsys.readouterr().err == "opportunities: there is no cloud 'ibm'; there are aws, azure, gcp\n"
    assert main(["--company", "1", "--out", str(tmp_path), "--days", "30"]) == 1
    assert capsys.readouterr().err == "opportunities: a company needs at least 92 days, not 30\n"
    assert list(tmp_path.iterdir()) == []
