"""`cloudcost savings`: a bill is judged, the findings are listed with the one total, and people decide about them."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner, Result

from actions.approvals import FindingClosedError, NotAllowedError
from audit.log import AuditLog
from cli.app import app
from cli.failures import UsageError
from cloudcost.analytics.savings import find_savings, write_savings
from cloudcost.identity.people import find_account
from cloudcost.installation import Installation
from core.instants import utc_now
from orchestration.defs.actions.assets import approved_action_sensor, is_proposed
from orchestration.defs.savings.assets import savings
from orchestration.resources.installation import InstallationResource
from savings.lifecycle.book import DecisionError
from tests.savings_bill import LAST_DAY, Bill
from tests.savings_plan import finding
from tests.unit.actions.examples import make_finding, propose_planned

ANA = "ana@example.com"
CONFIG = """
sources: [{{name: aws, provider: aws, location: exports}}]
people: [{{name: {name}, account: {account}, roles: [{role}], scopes: [{scope}]}}]
dashboards: {{scopes: [{{name: first, accounts: [account-1]}}, {{name: second, accounts: [account-2]}}]}}
"""


class Home:
    """A home whose bill has two gp2 volumes of 100 GB at 10 USD a month, in two accounts."""

    def __init__(self, folder: Path, bill: Bill | None = None) -> None:
        self.folder = folder
        self.let_act("approver", "first")
        (folder / "home").mkdir()
        (bill or self.two_volumes()).write(folder / "home" / "warehouse.duckdb")
        self.judge()

    def two_volumes(self) -> Bill:
        bill = Bill()
        for account, volume in (("account-1", "vol-1"), ("account-2", "vol-2")):
            day = Decimal(100) / 31
            meter: dict[str, Any] = {"quantity": day, "unit": "GB-Months", "sub_account_id": account}
            bill.add(volume, "EBS:VolumeUsage.gp2", cost=day / 10, **meter)
        return bill

    def let_act(self, role: str, scope: str) -> None:
        account = find_account()
        text = CONFIG.format(name=ANA, account=account, role=role, scope=scope)
        (self.folder / "cloudcost.yaml").write_text(text)

    @property
    def installation(self) -> Installation:
        return Installation(self.folder / "cloudcost.yaml", self.folder / "home", "cli")

    def judge(self) -> None:
        installation = self.installation
        write_savings(installation, find_savings(installation, LAST_DAY + dt.timedelta(days=2)))

    def call(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["savings", *arguments])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.installation.warehouse.connect(read_only=True) as connection:
            found: list[tuple[Any, ...]] = connection.execute(query).fetchall()
        return found

    def list(self, *arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.call("list", "--format", "json", *arguments).stdout)
        return found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home that `cloudcost` finds by itself."""
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(tmp_path / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    return Home(tmp_path)


def test_findings_are_listed_for_programs(home: Home) -> None:
    """100 GB of gp2 for 10 a month cost 8 as gp3; 30 days of a month of 31 are a little less."""
    found = home.list("--check", "gp2_to_gp3", "--account", "account-1")
    assert len(found) == 1
    one = found[0]
    assert one["resource"] == "vol-1" and one["cloud"] == "aws" and one["status"] == "found"
    assert one["planned_saving"] == one["monthly_saving"]
    assert round(Decimal(one["monthly_saving"]), 6) == round(Decimal(2) * 30 / 31, 6)
    assert one["first_seen"] == utc_now().date().isoformat()
    assert {"check", "cloud", "account", "region", "resource", "monthly_saving", "currency", "confidence", "effort",
            "class", "status", "first_seen", "planned_saving", "title", "reason"} <= one.keys()  # fmt: skip


def test_the_list_ends_with_the_one_total_and_how_it_adds_up(home: Home) -> None:
    found = home.list()
    home.call("dismiss", found[0]["id"], "--reason", "we need it")
    printed = home.call("list").stdout
    sums = home.rows("select sum(monthly_saving), max(monthly_saving) from ml.recommendations")
    total = round(sum(Decimal(one["planned_saving"]) for one in home.list()), 2)
    dismissed = round(Decimal(found[0]["monthly_saving"]), 2)
    line = next(line for line in printed.splitlines() if line.strip().startswith("USD"))
    cells = line.split()
    assert cells[0] == "USD" and Decimal(cells[2]) == round(sums[0][0], 2)
    assert Decimal(cells[5]) == dismissed and Decimal(cells[7]) == total
    assert "found + freed commitments - overlaps - dismissed - done = total" in printed


def test_a_dismissed_finding_is_out_of_the_plan_at_once_and_in_the_tables_of_the_next_run(home: Home) -> None:
    (one,) = home.list("--account", "account-1", "--check", "gp2_to_gp3")
    done = home.call("dismiss", one["id"][:8], "--reason", "it is tested with gp2", "--until", str(_in_days(30)))
    assert done.stdout == f"{one['id']}: dismissed until {_in_days(30)} by {ANA}\n"
    (now,) = home.list("--status", "dismissed")
    assert (now["planned_saving"], now["resource"]) == ("0", "vol-1")
    columns = "status, decided_by, dismissed_until, planned_saving"
    query = f"select {columns} from ml.recommendations where recommendation_id = '{one['id']}'"
    assert home.rows(query)[0][0] == "found"
    home.judge()
    assert home.rows(query) == [("dismissed", ANA, _in_days(30), Decimal(0))]
    home.call("restore", one["id"])
    assert home.list("--status", "dismissed") == []
    events = [row.event for row in AuditLog(home.installation.store, utc_now).rows_about(one["id"])]
    assert events == ["savings.dismissed", "savings.restored"]


def test_what_is_dismissed_is_neither_approved_nor_started(home: Home) -> None:
    """On the command line, and by the sensor that starts what is approved."""
    (one,) = home.list("--account", "account-1", "--check", "gp2_to_gp3")
    finding = make_finding(finding_id=one["id"], saving="2")
    approve = ["actions", "approve", propose_planned(home.installation.store, utc_now, finding)]
    home.call("dismiss", one["id"], "--reason", "kept for the audit")
    refused = CliRunner().invoke(app, approve)
    assert isinstance(refused.exception, FindingClosedError), refused.output
    assert f"was dismissed until {_in_days(90)} by {ANA}: 'kept for the audit'" in str(refused.exception)
    home.call("restore", one["id"])
    assert CliRunner().invoke(app, approve).exit_code == 0
    assert [request.run_key for request in _sense(home)]
    home.call("dismiss", one["id"], "--reason", "kept after all")
    assert _sense(home) == []


def _sense(home: Home) -> list[dg.RunRequest]:
    resource = InstallationResource(config_path=str(home.folder / "cloudcost.yaml"), home=str(home.folder / "home"))
    found = approved_action_sensor(dg.build_sensor_context(), installation=resource)
    assert isinstance(found, dg.SensorResult)
    return list(found.run_requests or ())


def test_what_is_no_longer_found_is_listed_as_lapsed(home: Home) -> None:
    (one,) = home.list("--account", "account-2", "--check", "gp2_to_gp3")
    installation = home.installation
    with installation.warehouse.connect(read_only=False) as connection:
        connection.execute("delete from marts.fct_charges where resource_id = 'vol-2'")
    home.judge()
    assert [row["id"] for row in home.list("--status", "lapsed", "--check", "gp2_to_gp3")] == [one["id"]]
    assert one["id"] not in [row["id"] for row in home.list()]
    assert ("lapsed",) in home.rows("select status from ml.savings_history where resource_id = 'vol-2'")
    printed = home.call("list", "--status", "lapsed", "--check", "gp2_to_gp3").stdout
    assert one["id"] in printed and "= total" not in printed, "what lapsed is neither found nor done"


def test_the_day_that_is_not_over_is_not_looked_at(home: Home) -> None:
    """Six hours of today would be a day of little use: a volume would cost less, and what is steady would not be."""
    with home.installation.warehouse.connect(read_only=False) as connection:
        connection.execute(
            "update marts.fct_charges set effective_cost = effective_cost / 4, pricing_quantity = pricing_quantity / 4 "
            "where charge_period_start = ?", [LAST_DAY]
        )  # fmt: skip
    done = find_savings(home.installation, LAST_DAY).done.findings.recommendations
    costs = {one.monthly_cost.quantize(Decimal("0.01")) for one in done if one.check_name == "gp2_to_gp3"}
    assert costs == {Decimal("9.68")}, "30 days of 31 of 10 a month"


def test_a_source_that_ended_has_no_savings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an export had that was given up in spring is not there to be saved; one that is two months late is."""
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(tmp_path / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    bill = Bill()
    for source, days_ago in (("late", 62), ("ended", 200), ("aws", 0)):
        meter: dict[str, Any] = {"quantity": 4, "unit": "GB-Months", "source_name": source}
        bill.add(f"vol-{source}", "EBS:VolumeUsage.gp2", cost="0.40", first_days_ago=days_ago + 29,
                 last_days_ago=days_ago, **meter)  # fmt: skip
    home = Home(tmp_path, bill)
    assert {one["resource"] for one in home.list("--check", "gp2_to_gp3")} == {"vol-late", "vol-aws"}
    query = "select reason from ml.unjudged_savings where resource_id = 'ended'"
    why = "others have: it is taken to have ended, and what it had is not looked at"
    assert home.rows(query) == [(f"source 'ended' has no usage since 2026-04-14, {why}",)]


@pytest.mark.parametrize("role", ["viewer", "analyst"])
def test_who_may_not_decide_is_refused(home: Home, role: str) -> None:
    one = home.list()[0]
    home.let_act(role, "first")
    for command in ("accept", "dismiss", "restore"):
        refused = home.call(command, one["id"], "--reason", "I want to")
        assert isinstance(refused.exception, NotAllowedError), refused.output
        assert "it needs the permission decide_savings" in str(refused.exception)
    assert home.list("--status", "found", "--check", one["check"])


@pytest.mark.parametrize(("scope", "may"), [("first", True), ("second", False)])
def test_a_team_lead_decides_about_their_accounts_alone(home: Home, scope: str, may: bool) -> None:
    (one,) = home.list("--account", "account-1", "--check", "gp2_to_gp3")
    home.let_act("team_lead", scope)
    answer = home.call("accept", one["id"])
    if may:
        assert answer.stdout == f"{one['id']}: accepted by {ANA}\n"
        assert [row["id"] for row in home.list("--status", "accepted")] == [one["id"]]
    else:
        assert isinstance(answer.exception, NotAllowedError)
        events = [row.event for row in AuditLog(home.installation.store, utc_now).rows_about(one["id"])]
        assert events == ["identity.refused"]


@pytest.mark.parametrize(
    ("arguments", "error", "why"),
    [
        (["list", "--status", "open"], UsageError, "--status 'open': it is one of found, accepted"),
        (["list", "--check", "gp2_to_gp"], UsageError, "there is no check 'gp2_to_gp'; did you mean gp2_to_gp3"),
        (["dismiss", "ffffffffff", "--reason", "x"], DecisionError, "0 findings start with 'ffffffffff'"),
        (["dismiss", "ffffffffff", "--reason", "x", "--until", "soon"], UsageError, "'soon' is not a day"),
    ],
)
def test_wrong_usage_is_a_sentence(home: Home, arguments: list[str], error: type[Exception], why: str) -> None:
    answer = home.call(*arguments)
    assert isinstance(answer.exception, error) and why in str(answer.exception)


def test_a_check_is_explained_with_its_figures(home: Home) -> None:
    printed = home.call("explain", "gp2_to_gp3").stdout
    assert "found when" in printed and "price_ratio = 0.8: gp3 0.08 to gp2 0.10 USD per GB-month" in printed
    assert "see https://aws.amazon.com/ebs/pricing/" in printed
    listed = list(csv.DictReader(io.StringIO(home.call("checks", "--format", "csv").stdout)))
    assert {"check": "gp2_to_gp3", "runs": "yes"}.items() <= next(
        one for one in listed if one["check"] == "gp2_to_gp3"
    ).items()


def test_without_findings_the_list_says_why(home: Home) -> None:
    installation = home.installation
    with installation.warehouse.connect(read_only=False) as connection:
        connection.execute("delete from marts.fct_charges where resource_id like 'vol%'")
    home.judge()
    printed = home.call("list").stdout
    assert "nothing was found:" in printed and "saves 1 USD or more in 30 days" in printed
    assert home.call("list", "--format", "json").stdout.strip() == "[]"


def _in_days(days: int) -> dt.date:
    return utc_now().date() + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("changed", "proposed"),
    [({}, True), ({"status": "accepted"}, True), ({"status": "dismissed"}, False), ({"status": "done"}, False),
     ({"monthly_saving": None}, False), ({"remediation": ""}, False)],
)  # fmt: skip
def test_what_is_dismissed_is_not_proposed(changed: dict[str, Any], proposed: bool) -> None:
    assert is_proposed(finding("a", "40", remediation="delete_unattached_volume") | changed) is proposed


def test_a_table_of_an_earlier_release_is_listed(home: Home) -> None:
    """Without status, plan and pools."""
    with home.installation.warehouse.connect(read_only=False) as connection:
        names = ("status", "planned_saving", "plan_note", "commitment_pool", "pool_on_demand_cost", "purchase_pool")
        for name in names:
            connection.execute(f"alter table ml.recommendations drop column {name}")
    assert {(one["status"], one["planned_saving"] == one["monthly_saving"]) for one in home.list()} == {("found", True)}


def test_a_commitment_is_bought_last_on_what_the_plan_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """19 % of 720 on demand less what another processor saves of them; what is dismissed leaves it all."""
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(tmp_path / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    machine: dict[str, Any] = {"x_service_code": "AmazonEC2", "service_name": "Machines", "x_instance_type": "m4.large"}
    home = Home(tmp_path, Bill().add("i-1", "EU-BoxUsage:m4.large", cost="24", x_operation="RunInstances", **machine))
    left = Decimal(720)
    for others in (1, 1, 1, 0):
        found = {one["check"]: one for one in home.list() if one["status"] == "found"}
        bought = found.pop("coverable_on_demand")
        saved = sorted(Decimal(one["planned_saving"]) for one in found.values())
        assert len([one for one in saved if one > 0]) == others
        assert Decimal(bought["monthly_saving"]) == Decimal("136.8")
        assert Decimal(bought["planned_saving"]) == Decimal("0.19") * (left - sum(saved))
        if saved:
            best = max(found.values(), key=lambda one: Decimal(one["planned_saving"]))
            home.call("dismiss", best["id"], "--reason", "kept", "--until", "2027-03-31")


def test_a_finding_is_shown_with_its_audit_trail(home: Home) -> None:
    one = home.list()[0]
    home.call("accept", one["id"], "--reason", "next sprint")
    printed = home.call("show", one["id"][:6]).stdout
    shown, _, rest = printed.partition("\n}\n")
    assert json.loads(shown + "}")["status"] == "accepted"
    assert "next step: Change the volume's type" in rest and f"{ANA} savings.accepted" in rest


def test_the_asset_writes_all_its_tables_in_one_go(home: Home) -> None:
    with home.installation.warehouse.connect(read_only=False) as connection:
        connection.execute("drop schema ml cascade")
    done = dg.materialize([savings], resources={"installation": InstallationResource.of(home.installation)})
    assert done.success
    written = {key.path[-1] for key in (event.asset_key for event in done.get_asset_materialization_events()) if key}
    assert written == {"recommendations", "savings_history", "unjudged_savings"}
    assert {name for (name,) in home.rows("select table_name from duckdb_tables() where schema_name = 'ml'")} == written
