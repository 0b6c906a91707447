"""What every savings check must keep to; a new one is held to it by standing below savings/checks."""

import datetime as dt
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import dagster as dg
import duckdb
import pytest

from actions.remediations import REMEDIATIONS
from cloudcost.installation import Installation
from orchestration.defs.savings import assets as defs
from orchestration.resources.installation import InstallationResource
from savings.bill import ask
from savings.check import BillCheck, Component, Confidence, Effort, JudgedCheck, Lever, QuestionCheck
from savings.evidence import SEEDS
from savings.findings import RiskClass
from savings.registry import CHECKS, find_checks
from tests.contract.one_more_file import one_more_file
from tests.peers.moto_server import ACCOUNT, MotoServer
from tests.savings_bill import Bill

each = pytest.mark.parametrize("name", sorted(CHECKS))
each_of_bill = pytest.mark.parametrize("name", sorted(n for n, c in CHECKS.items() if isinstance(c, BillCheck)))
each_question = pytest.mark.parametrize("name", sorted(n for n, c in CHECKS.items() if isinstance(c, QuestionCheck)))

#: A whole check: nothing else names it.
BIG_VOLUME = """
from savings.check import BillCheck

BIG_VOLUME = BillCheck(
    name="big_volume", title="Big volumes", clouds=("aws",), rule="It is big.", why="Big costs.", next_step="Look.",
    saving_basis="All of it.", lever="delete", component="all", effort="low", risk_class="restorable",
    confidence="low",
    evidence="select source_name, billing_period, cloud, account_id, region, resource_id, currency, monthly_cost, "
    "monthly_cost as monthly_saving, stored as size_gb from usage_30d where stored > 1000",
    reason="{resource_id} has {size_gb} GB",
)
"""
REGION = "eu-west-1"


@each
def test_it_is_registered_under_its_name_in_a_module_of_that_name_and_cloud(name: str) -> None:
    check = CHECKS[name]
    assert check.name == name
    (module,) = Path("savings/checks").glob(f"*/{name}.py")
    assert check.clouds == (module.parent.name,) or module.parent.name == "any"


@each
def test_people_are_told_what_it_is_about(name: str) -> None:
    check = CHECKS[name]
    for text in (check.title, check.rule, check.why, check.next_step, check.saving_basis):
        assert len(text) > 8 and text == text.strip() and "\n" not in text
    assert check.rule.endswith(".") and check.why.endswith(".") and check.next_step.endswith(".")
    assert all(link.startswith("https://") for link in check.links)
    assert not check.remediation or check.remediation in REMEDIATIONS


@each
def test_its_words_are_those_that_everybody_uses(name: str) -> None:
    check = CHECKS[name]
    assert check.lever in get_args(Lever) and check.component in get_args(Component)
    assert check.effort in get_args(Effort) and check.confidence in get_args(Confidence)
    assert check.risk_class in get_args(RiskClass)


@each_question
def test_every_figure_it_goes_by_has_a_reason_and_is_used(name: str) -> None:
    check = CHECKS[name]
    assert isinstance(check, QuestionCheck)
    asked = set(re.findall(r"\$([a-z_]+)", check.evidence))
    given = {one.name for one in check.parameters}
    assert asked <= given
    used = asked | (read_names(check.judge) if isinstance(check, JudgedCheck) else set())
    assert {one for one in given if f"{{{one}}}" not in check.reason} <= used
    assert all(len(one.reason) > 8 for one in check.parameters)


def read_names(judge: Callable[..., object]) -> set[str]:
    """The values that a judge looks up by name."""
    return set(re.findall(r'values\["([a-z_]+)"\]', inspect.getsource(sys.modules[judge.__module__])))


@each_question
def test_its_seeds_are_dated_and_have_sources(name: str) -> None:
    check = CHECKS[name]
    assert isinstance(check, QuestionCheck)
    for seed in check.seeds:
        header, *rows = (SEEDS / f"{seed}.csv").read_text(encoding="utf-8").splitlines()
        assert {"source", "as_of"} <= set(header.split(","))
        assert rows


@each_question
def test_it_has_tests_of_its_own_with_what_must_not_be_found(name: str) -> None:
    tests = Path(f"tests/unit/savings/checks/test_{name}.py").read_text(encoding="utf-8")
    assert f'"{name}"' in tests
    assert re.search(r"== \{\}|== \[\]|not in |not bill\.|assert not ", tests), "no decoy"


@pytest.fixture(scope="module")
def foreign_bill() -> Iterator[duckdb.DuckDBPyConnection]:
    """The evidence of a bill that has nothing for any check, with every seed."""
    seeds = {seed for check in CHECKS.values() if isinstance(check, BillCheck) for seed in check.seeds}
    with Bill("some vendor").add("thing", "widgets", cost="3", unit="Widgets").open(*seeds) as evidence:
        yield evidence


@each_of_bill
def test_a_bill_that_has_nothing_for_it_gives_nothing(name: str, foreign_bill: duckdb.DuckDBPyConnection) -> None:
    check = CHECKS[name]
    assert isinstance(check, BillCheck)
    assert ask(foreign_bill, check, {}, dt.date(2026, 11, 2)) == []


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """An installation whose account has a volume on nothing, and whose bill has that one and a big one."""
    (tmp_path / "cloudcost.yaml").write_text(
        "sources: [{name: plain, provider: aws, location: exports}]\n"
        f"actions: {{allowed_accounts: ['{ACCOUNT}'], allowed_regions: [{REGION}]}}\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    bill = Bill().add("vol-big", "EBS:VolumeUsage.gp3", cost="8", quantity="100", unit="GB-Months", first_days_ago=29)
    with MotoServer() as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)
        volume = server.add_old_volume(REGION)
        bill.add(volume, "EBS:VolumeUsage.gp3", cost="0.25", sub_account_id=ACCOUNT, region_id=REGION)
        bill.write(home / "warehouse.duckdb")
        yield Installation(tmp_path / "cloudcost.yaml", home)


def recommend(installation: Installation) -> tuple[list[tuple[str, str, str]], dg.AssetCheckEvaluation]:
    """What the asset writes, and how its check ended."""
    done = dg.materialize([defs.savings], resources={"installation": InstallationResource.of(installation)})
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
        ("big_volume", "vol-big", "vol-big has 3,100 GB"),
        ("unattached_volume", rows[1][1], f"{rows[1][1]} is attached to nothing and costs 7.50 USD in 30 days"),
    ]
    assert judged.passed
    assert set(find_checks()) == set(CHECKS)


def test_a_check_that_fails_costs_the_others_nothing_and_is_seen(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    broken = BIG_VOLUME.replace("stored as size_gb", "no_such_column")
    with one_more_file("savings.checks.aws", "big_volume", broken, tmp_path / "more"):
        rows, judged = recommend(installation)
        with installation.warehouse.connect(read_only=True) as connection:
            unjudged = dict(connection.execute("select check_name, reason from ml.unjudged_savings").fetchall())
    assert [row[0] for row in rows] == ["unattached_volume"]
    assert not judged.passed
    reason = judged.metadata["big_volume"].value
    assert (
        isinstance(reason, str)
        and reason.startswith("the check failed: BinderException")
        and "no_such_column" in reason
    )
    assert unjudged["big_volume"] == reason


def test_evidence_that_lacks_a_column_is_said_to_lack_it(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    lacking = BIG_VOLUME.replace("monthly_cost as monthly_saving, ", "")
    with one_more_file("savings.checks.aws", "big_volume", lacking, tmp_path / "more"):
        _, judged = recommend(installation)
    assert judged.metadata["big_volume"].value == "the check failed: EvidenceError: its evidence has no monthly_saving"


def test_a_disabled_check_does_not_run_and_a_changed_figure_counts(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    config = tmp_path / "cloudcost.yaml"
    config.write_text(
        config.read_text() + "savings: {disabled_checks: [unattached_volume], minimum_monthly_saving: 999}\n"
    )
    with one_more_file("savings.checks.aws", "big_volume", BIG_VOLUME, tmp_path / "more"):
        rows, _ = recommend(Installation(config, tmp_path / "home"))
    assert rows == [], "the big volume costs 240"
