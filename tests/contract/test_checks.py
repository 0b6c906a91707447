"""What every recommendation check must keep to; a new one is held to it by standing below savings/checks."""

import datetime as dt
import inspect
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest

from actions.remediations import REMEDIATIONS
from cloudcost.installation import Installation
from orchestration.defs.savings import assets as defs
from orchestration.resources.installation import InstallationResource
from savings.inventory import Inventory
from savings.registry import CHECKS, find_checks
from savings.run import run_checks
from tests.contract.one_more_file import one_more_file

each = pytest.mark.parametrize("name", sorted(CHECKS))

#: A whole check: nothing else names it.
BIG_VOLUME = """
import json
from savings.check import Check
from savings.findings import Findings, Recommendation, make_recommendation_id

def run(inventory, costs, as_of, incomplete_scopes=()):
    if inventory is None or costs is None:
        raise ValueError("nothing to read")
    billed = {row["resource_id"]: row for row in costs}
    return Findings([
        Recommendation(
            make_recommendation_id("big_volume", "aws", row["account_id"], row["volume_id"]), "big_volume", "aws",
            row["account_id"], row["region"], row["volume_id"], billed[row["volume_id"]]["effective_cost"],
            "USD", "it is big", json.dumps({"size_gb": row["size_gb"]}), "", "reversible", as_of,
        )
        for row in inventory
        if row["size_gb"] > 1000
    ])

BIG_VOLUME = Check("big_volume", "Volumes of a terabyte.", {"inventory": ("size_gb",), "costs": ("effective_cost",)},
                   "", "reversible", run)
"""
ACCOUNT, REGION = "111122223333", "eu-west-1"
COST = {
    "source_name": "plain",
    "resource_id": "vol-1",
    "effective_cost": Decimal("8.000000000000"),
    "billing_currency": "USD",
    "days_seen": 30,
    "billing_period": dt.date(2026, 10, 1),
}


@each
def test_it_is_registered_under_its_name_in_a_module_of_that_name(name: str) -> None:
    assert CHECKS[name].name == name
    assert CHECKS[name].run.__module__.rpartition(".")[2] == name


@each
def test_what_it_asks_for_is_read_and_can_be_carried_out(name: str) -> None:
    check = CHECKS[name]
    assert set(check.required_inputs) <= {"inventory", "costs"}
    assert {*check.required_inputs, "as_of", "incomplete_scopes"} <= set(inspect.signature(check.run).parameters)
    assert not check.remediation or check.remediation in REMEDIATIONS


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation whose account has one big volume, attached to nothing."""
    (tmp_path / "cloudcost.yaml").write_text(
        "sources: [{name: plain, provider: aws, location: exports}]\n"
        f"actions: {{allowed_accounts: ['{ACCOUNT}'], allowed_regions: [{REGION}]}}\n"
    )
    volume = {
        "provider": "aws", "account_id": ACCOUNT, "region": REGION, "volume_id": "vol-1", "state": "available",
        "size_gb": 2000, "volume_type": "gp3", "created_at": dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
        "attachments": [], "tags": {},
    }  # fmt: skip
    monkeypatch.setattr(defs, "read_aws_volumes", lambda *_: Inventory((volume,), {}))
    monkeypatch.setattr(defs, "read_volume_costs", lambda *_: [COST])
    (tmp_path / "home").mkdir()
    return Installation(tmp_path / "cloudcost.yaml", tmp_path / "home")


def recommend(installation: Installation) -> tuple[list[tuple[str, str, str]], dg.AssetCheckEvaluation]:
    """What the asset writes, and how its check ended."""
    done = dg.materialize([defs.recommendations], resources={"installation": InstallationResource.of(installation)})
    with installation.warehouse.connect(read_only=True) as connection:
        query = "select check_name, resource_id, reason from ml.recommendations order by check_name"
        rows = connection.execute(query).fetchall()
    (judged,) = done.get_asset_check_evaluations()
    return rows, judged


def test_one_more_check_is_one_more_file(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    with one_more_file("savings.checks.aws", "big_volume", BIG_VOLUME, tmp_path / "more"):
        rows, judged = recommend(installation)
    assert rows == [
        ("big_volume", "vol-1", "it is big"),
        ("unattached_volume", "vol-1", "vol-1 is attached to nothing and costs 8.00 USD in 30 days"),
    ]
    assert judged.passed
    assert set(find_checks()) == set(CHECKS)


def test_a_check_that_fails_costs_the_others_nothing_and_is_seen(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    broken = BIG_VOLUME.replace('row["size_gb"] > 1000', 'row["no such column"]')
    with one_more_file("savings.checks.aws", "big_volume", broken, tmp_path / "more"):
        rows, judged = recommend(installation)
    assert [row[0] for row in rows] == ["unattached_volume"]
    assert not judged.passed
    assert judged.metadata["big_volume"].value == "the check failed: KeyError: 'no such column'"


def test_an_input_that_nobody_reads_is_none_for_the_check(tmp_path: Path) -> None:
    with one_more_file("savings.checks.aws", "big_volume", BIG_VOLUME, tmp_path):
        done = run_checks(find_checks(), {}, dt.date(2026, 11, 1))
    assert done.failed == {"big_volume": "the check failed: ValueError: nothing to read"}
    reasons = {one.check_name: one.reason for one in done.findings.skipped}
    assert reasons["unattached_volume"] == "the inventory of volumes could not be read"
    assert set(reasons) == {"big_volume", *CHECKS}
