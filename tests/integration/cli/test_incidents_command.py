"""`cloudcost incidents` lists, shows, acknowledges and resolves incidents; `--version` is one line."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from actions.approvals import NotAllowedError
from alerts.incident_book import IncidentBook, IncidentNotFoundError, IncidentStateError
from alerts.incidents import IncidentFinding
from alerts.severity import Severity
from audit.log import AuditLog
from cli.app import app
from cli.failures import UsageError
from cloudcost.audit_watch import describe_break
from cloudcost.identity.people import find_account
from cloudcost.installation import Installation
from core.errors import CloudcostError
from core.instants import utc_now

ANA = "ana@example.com"


class Home:
    """A home with two open incidents, one of a delivery and one of a broken audit log."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "cloudcost.yaml"
        self.config.write_text(
            "sources: [{name: plain, provider: aws, location: exports}]\n"
            f"people: [{{name: {ANA}, account: {find_account()}}}]\n"
        )
        self.installation = Installation(self.config, folder / "home", "cli")
        book = IncidentBook(self.installation.store, (), utc_now)
        finding = IncidentFinding(
            rule="delivery_failed",
            scope={"source": "plain", "billing_period": "2026-10"},
            start=dt.date(2026, 10, 1),
            severity=Severity.WARNING,
            title="A delivery cannot be taken",
            summary="It is cut off.",
        )
        self.delivery = book.open(finding)[0].incident_id
        verdict = AuditLog(self.installation.store, utc_now).verify_chain()
        self.broken = book.open(describe_break(verdict, dt.date(2026, 11, 1)))[0].incident_id

    def call(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["incidents", *arguments])

    def list(self, *arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.call("list", "--format", "json", *arguments).stdout)
        return found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(tmp_path / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CLOUDCOST_USER", raising=False)
    return Home(tmp_path)


def test_open_incidents_are_listed(home: Home) -> None:
    first, second = home.list()
    assert (first["incident"], first["state"], first["rule"]) == (home.delivery, "open", "delivery_failed")
    assert (first["period"], first["source"], first["severity"]) == ("2026-10", "plain", "warning")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", first["first_seen"]) and first["last_changed"]
    assert (second["incident"], second["period"], second["source"]) == (home.broken, "", "")


def test_a_person_says_that_one_is_over(home: Home) -> None:
    result = home.call("resolve", home.delivery[:10], "--reason", "sent again by hand")
    assert result.exit_code == 0 and f"{home.delivery}: resolved by {ANA}" in result.stdout
    assert [one["incident"] for one in home.list()] == [home.broken]
    assert home.list("--all")[0]["note"] == "sent again by hand"
    (row,) = [r for r in AuditLog(home.installation.store, utc_now).rows() if r.event == "incident.resolved"]
    assert (row.actor, row.subject, row.details) == (ANA, home.delivery, {"note": "sent again by hand"})
    assert (row.account, row.channel) == (find_account(), "cli")
    again = home.call("resolve", home.delivery, "--reason", "once more")
    assert again.exit_code == 0 and f"resolved already, by {ANA}: sent again by hand" in again.stdout


@pytest.mark.parametrize(
    ("incident", "reason", "kind", "code"),
    [
        ("inc-ffffffff", "why", IncidentNotFoundError, 1),
        ("{delivery}", "  ", UsageError, 2),
        ("{broken}", "I know", IncidentStateError, 1),
    ],
)
def test_what_cannot_be_resolved_is_one_sentence(
    home: Home, incident: str, reason: str, kind: type[Exception], code: int
) -> None:
    name = incident.format(delivery=home.delivery, broken=home.broken)
    error = home.call("resolve", name, "--reason", reason).exception
    assert isinstance(error, kind) and isinstance(error, CloudcostError) and error.exit_code == code
    assert len(home.list()) == 2


def test_a_person_says_that_they_take_care_of_one(home: Home) -> None:
    result = home.call("ack", home.delivery[:10], "--reason", "asked the payer account")
    assert result.exit_code == 0 and f"{home.delivery}: acknowledged by {ANA}" in result.stdout
    first, _ = home.list()
    assert (first["state"], first["note"]) == ("acknowledged", "asked the payer account")
    rows = AuditLog(home.installation.store, utc_now).rows()
    (row,) = [r for r in rows if r.event == "incident.acknowledged"]
    assert (row.actor, row.subject, row.details) == (ANA, home.delivery, {"note": "asked the payer account"})
    assert (row.account, row.channel) == (find_account(), "cli")
    again = home.call("ack", home.delivery)
    assert again.exit_code == 0 and f"acknowledged already, by {ANA}: asked the payer account" in again.stdout
    assert len(AuditLog(home.installation.store, utc_now).rows()) == len(rows)
    assert home.call("resolve", home.delivery, "--reason", "sent again").exit_code == 0
    late = home.call("ack", home.delivery).exception
    assert isinstance(late, IncidentStateError) and late.exit_code == 1


def test_one_is_shown_with_its_trail(home: Home) -> None:
    home.call("ack", home.delivery)
    shown = home.call("show", home.delivery[:10]).stdout
    assert '"summary": "It is cut off."' in shown and f'"acknowledged_by": "{ANA}"' in shown
    assert "cloudcost incident.opened" in shown and f"{ANA} incident.acknowledged" in shown


@pytest.mark.parametrize("command", [["ack"], ["resolve", "--reason", "why"]])
@pytest.mark.parametrize("reach", ["another name", "a namesake's account"])
def test_who_is_not_somebody_changes_nothing_and_is_written_down(home: Home, command: list[str], reach: str) -> None:
    if reach == "another name":
        command = [*command, "--as", "ben@example.com"]
    else:
        mine = f"name: {ANA}, account: {find_account()}"
        home.config.write_text(home.config.read_text().replace(mine, f"name: {find_account()}, account: ghost"))
    before = home.list()
    refused = home.call(*command, home.delivery).exception
    assert isinstance(refused, NotAllowedError) and refused.exit_code == 1
    assert home.list() == before
    assert AuditLog(home.installation.store, utc_now).rows()[-1].event == "identity.refused"


def test_the_version_is_one_line() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    number = r"\d+\.\d+\.\d+\S*"
    line = rf"cloudcost {number} \(DuckDB {number}, dbt {number}, Dagster {number}\)\n"
    assert re.fullmatch(line, result.stdout), result.stdout
