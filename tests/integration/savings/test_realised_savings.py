"""Realised savings of an installation: from its book and its bill to the table, the mart's rules, and the command."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from actions.progress import Progress, StepRecord
from actions.proposal_book import SYSTEM, Change, ProposalBook
from actions.proposals import ResourceRef
from cli.app import app
from cli.failures import UsageError
from cloudcost.installation import Installation
from core.instants import utc_now
from orchestration.defs.savings.assets import realised_savings
from savings.lifecycle.book import SavingsBook
from tests.integration.pipeline.scoring import execute, materialise, read
from tests.savings_bill import LAST_DAY, Bill
from tests.savings_plan import finding
from tests.unit.actions.examples import make_finding
from warehouse.written_tables import find_written_table

D = Decimal
CONFIG = "sources: [{name: aws, provider: aws, location: exports}]\nforecasts: {immature_days: 0}\n"
MART = Path("dbt_project/models/marts/commitments/fct_realised_savings.yml")
#: So long before the last day things changed.
CHANGED = 20


class Home:
    """A home whose book kept findings until they were found no longer, and whose bill may be replaced."""

    def __init__(self, folder: Path) -> None:
        (folder / "cloudcost.yaml").write_text(CONFIG)
        (folder / "home").mkdir()
        self.installation = Installation(folder / "cloudcost.yaml", folder / "home", "cli")
        self.bill(Bill())

    def bill(self, bill: Bill) -> None:
        """Replace the bill; findings of the last run are none."""
        path = self.installation.home / "warehouse.duckdb"
        path.unlink(missing_ok=True)
        bill.write(path)
        columns = ", ".join(
            f"null::{_kind(f.type)} as {f.name}" for f in find_written_table("ml", "recommendations").columns
        )
        execute(self.installation, "create schema ml", f"create table ml.recommendations as select {columns} limit 0")

    def lapse(self, *rows: dict[str, Any]) -> None:
        """Findings that were last found two days after the change."""
        clock = _at(LAST_DAY - dt.timedelta(days=CHANGED - 2))
        book = SavingsBook(self.installation.store, lambda: clock)
        book.see(rows, lambda _: False)
        book.see([], lambda _: False)

    def judge(self) -> list[dict[str, Any]]:
        """The rows that a run writes, by name; they keep the rules of the mart."""
        materialise(self.installation, [realised_savings])
        for test in yaml.safe_load(MART.read_text())["models"][0]["data_tests"]:
            if condition := test.get("no_rows_where", {}).get("arguments", {}).get("condition"):
                assert read(self.installation, f"select * from ml.realised_savings where {condition}") == []
        names = find_written_table("ml", "realised_savings").columns.names
        rows = read(self.installation, "select * from ml.realised_savings order by recommendation_id")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def call(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["savings", "realised", *arguments])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(tmp_path / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    return Home(tmp_path)


def on_volume(name: str, saving: str | None, volume: str, **fields: Any) -> dict[str, Any]:
    place = {"source_name": "aws", "account_id": "account-1", "region": "region-1", "check_name": "gp2_to_gp3"}
    return finding(name, saving, **{**place, "resource_id": volume, **fields})


def add_volumes(after: str = "2.4") -> Bill:
    """A volume that moved to gp3, one that is gone, one that goes on, in an account that has other usage."""
    bill = Bill().add("vol-1", "gp2", cost="3", last_days_ago=CHANGED)
    bill.add("vol-1", "gp3", cost=after, first_days_ago=CHANGED - 1)
    return (
        bill.add("vol-2", "gp2", cost="1", last_days_ago=CHANGED)
        .add("vol-3", "gp2", cost="7")
        .add("i-1", "x", cost="9")
    )


def test_what_later_bills_show_is_written_and_a_restated_bill_is_judged_anew(home: Home) -> None:
    home.lapse(on_volume("a", "18", "vol-1"), on_volume("b", "30", "vol-2"), on_volume("c", "42", "vol-3"))
    home.bill(add_volumes())
    rows = home.judge()
    assert [(row["verdict"], row["change_kind"], row["realised_saving"]) for row in rows] == [
        ("saved", "meter_changed", D(18)), ("saved", "vanished", D(30)), ("not_judged", None, None)
    ]  # fmt: skip
    assert {row["known_until"] for row in rows[:2]} == {LAST_DAY}
    assert home.judge() == rows
    home.bill(add_volumes("3.3"))
    assert [(row["verdict"], row["realised_saving"]) for row in home.judge()] == [
        ("not_saved", D(-9)), ("saved", D(30)), ("not_judged", None)
    ]  # fmt: skip


def test_our_action_says_the_day_whatever_its_bills_said_of_it(home: Home) -> None:
    home.lapse(on_volume("a", "42", "vol-3"))
    book = ProposalBook(home.installation.store, utc_now)
    resource = ResourceRef(provider="aws", account_id="account-1", region="region-1", resource_id="vol-3")
    proposal, _ = book.propose(make_finding(finding_id="a", resource=resource, source_name="aws"))
    at = _at(LAST_DAY - dt.timedelta(days=10))
    steps = (StepRecord(name="modify", status="done", started_at=at, done_at=at),)
    for state in ("approved", "executing", "executed", "failed"):
        proposal = book.change(proposal, Change("x", SYSTEM, {"state": state, "execution": Progress(steps=steps)}))
    home.bill(add_volumes())
    (row,) = home.judge()
    assert (row["change_kind"], row["changed_on"], row["days_after"]) == ("executed", at.date(), 10)
    assert (row["verdict"], row["realised_saving"], row["status"]) == ("not_saved", D(0), "lapsed")
    proposal = book.change(proposal, Change("x", SYSTEM, {"state": "rolling_back"}))
    book.change(proposal, Change("x", SYSTEM, {"state": "rolled_back"}))
    assert [one["verdict"] for one in home.judge()] == ["not_judged"]


def test_without_closed_findings_or_a_bill_there_are_no_rows(home: Home) -> None:
    assert home.judge() == []
    assert "there is nothing to compare yet" in home.call().stdout
    home.lapse(on_volume("a", "18", "vol-1"))
    (row,) = home.judge()
    assert row["verdict"] == "not_judged" and row["reason"] == "the resource is not on the bill of that time"


def test_the_command_prints_findings_and_sums_that_add_up(home: Home) -> None:
    home.lapse(on_volume("a", "18", "vol-1"), on_volume("b", "30", "vol-2"), on_volume("c", "42", "vol-3"))
    home.bill(add_volumes("3.3"))
    home.judge()
    found = json.loads(home.call("--format", "json").stdout)
    assert [(one["id"], one["verdict"]) for one in found] == [("a", "not_saved"), ("b", "saved"), ("c", "not_judged")]
    assert D(found[1]["realised"]) == 30 and found[1]["changed_on"] == "2026-10-11"
    printed = home.call().stdout
    cells = next(line for line in printed.splitlines() if line.strip().startswith("USD")).split()
    # 30 - 9 = 21 in 30 days; 20 days of 1.00 less 0.30 so far
    assert cells[0] == "USD" and [D(cell) for cell in cells[1:]] == [3, 1, 48, 30, -9, 0, 21, 0, 14]
    assert home.call("--format", "csv", "--verdict", "saved").stdout.count("\n") == 2
    assert "none of the 3 closed findings is as asked for" in home.call("--account", "nobody").stdout
    refused = home.call("--verdict", "perhaps")
    assert isinstance(refused.exception, UsageError) and "saved, not_saved" in str(refused.exception)


def _at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), dt.UTC)


def _kind(kind: Any) -> str:
    names: dict[str, str] = {"string": "varchar", "date32[day]": "date", "int64": "bigint"}
    return names.get(str(kind), "decimal(38, 12)")
