"""Who may change people and settings on the command line, and who may not."""

import os
import pwd
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from actions.approvals import NotAllowedError
from audit.log import AuditEntry, AuditLog
from cli.app import app
from cloudcost.installation import Installation
from core.instants import utc_now

ME = pwd.getpwuid(os.getuid()).pw_name
CONFIG = """\
sources: [{{name: plain, provider: aws, location: exports}}]
people:
  - {{name: ada@example.com, account: {ada}, roles: [{role}]}}
  - {{name: ben@example.com, account: ben, roles: [{other}]}}
"""


class Desk:
    """A home, and the command line on it as the person whose account this process runs as."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        monkeypatch.setenv("CLOUDCOST_CONFIG", str(folder / "cloudcost.yaml"))
        monkeypatch.setenv("CLOUDCOST_HOME", str(folder / "home"))
        monkeypatch.delenv("CLOUDCOST_USER", raising=False)

    def am(self, role: str, other: str = "viewer") -> None:
        (self.folder / "cloudcost.yaml").write_text(CONFIG.format(ada=ME, role=role, other=other))

    def call(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, arguments)

    @property
    def installation(self) -> Installation:
        return Installation(self.folder / "cloudcost.yaml", self.folder / "home", "cli")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


def writing(folder: Path) -> list[list[str]]:
    """Every command that changes people or settings, and the one that ends a stop."""
    file = folder / "budgets.yaml"
    file.write_text("budgets: [{name: all, amount: 5, currency: USD}]\n")
    why = ["--reason", "because"]
    return [
        ["people", "add", "cem@example.com", "--role", "viewer", *why],
        ["people", "change", "ben@example.com", "--role", "analyst", *why],
        ["people", "disable", "ben@example.com", *why],
        ["people", "enable", "ben@example.com", *why],
        ["people", "reset", "ben@example.com", *why],
        ["settings", "set", "budgets", "--file", str(file), *why],
        ["settings", "rollback", "budgets", "--version", "0", *why],
        ["settings", "reset", "budgets", *why],
        ["actions", "resume", *why],
    ]


@pytest.mark.parametrize("role", ["viewer", "analyst", "team_lead", "approver"])
def test_only_an_administrator_changes_people_and_settings(desk: Desk, tmp_path: Path, role: str) -> None:
    desk.am(role, "admin")
    for command in writing(tmp_path):
        result = desk.call(*command)
        assert isinstance(result.exception, NotAllowedError), (command, result.output)
        assert "ada@example.com" in str(result.exception) and "it needs the permission" in str(result.exception)
    rows = AuditLog(desk.installation.store, utc_now).rows()
    assert {row.event for row in rows} == {"identity.refused"} and len(rows) == len(writing(tmp_path))


def test_an_administrator_changes_them_all(desk: Desk, tmp_path: Path) -> None:
    desk.am("admin")
    for command in writing(tmp_path):
        result = desk.call(*command)
        assert result.exit_code == 0, (command, result.output, result.exception)
    assert "cem@example.com" in desk.call("people", "list").stdout
    shown = desk.call("people", "show", "BEN@example.com").stdout
    assert "person.changed" in shown and "{'is_disabled': True}" in shown
    assert "version 1" not in desk.call("settings", "show", "budgets").stdout
    assert "because" in desk.call("settings", "versions", "budgets").stdout


@pytest.mark.parametrize(
    ("role", "words", "sees"),
    [
        ("analyst", [], "every row"), ("analyst", ["disable"], "nothing: disabled"),
        ("team_lead", [], "no row: no scope"), ("viewer", [], "every row"),
    ],
)  # fmt: skip
def test_what_somebody_sees_is_said(desk: Desk, role: str, words: list[str], sees: str) -> None:
    desk.am("admin", role)
    for word in words:
        assert desk.call("people", word, "ben@example.com").exit_code == 0
    shown = desk.call("people", "show", "ben@example.com").stdout
    assert f"sees         {sees}\n" in shown, shown


def test_who_counts_for_nobody_is_told_why(desk: Desk) -> None:
    """Of a home in which somebody of the same looks was added before names were compared."""
    desk.am("admin")
    twin = "ben@example\u2024com"
    entry = AuditEntry("ada@example.com", "person.added", f"person {twin}", {"fields": {"roles": ["admin"]}})
    AuditLog(desk.installation.store, utc_now).append(entry)
    shown = desk.call("people", "show", twin).output
    assert "nothing: disabled" in shown and "looks like   ben@example.com" in shown
    assert "looks like" not in desk.call("people", "show", "ada@example.com").output


@pytest.mark.parametrize("role", ["viewer", "analyst", "team_lead"])
def test_who_may_not_stop_executions_does_not(desk: Desk, role: str) -> None:
    desk.am(role)
    assert isinstance(desk.call("actions", "stop", "--reason", "x").exception, NotAllowedError)


@pytest.mark.parametrize("role", ["approver", "admin"])
def test_approvers_and_administrators_stop_executions(desk: Desk, role: str) -> None:
    desk.am(role)
    assert "mode is dry_run" in desk.call("actions", "stop", "--reason", "look first").stdout
    assert "stopped_actions" in desk.call("settings", "list").stdout


def test_where_nobody_administers_the_owner_of_the_home_makes_the_first(desk: Desk) -> None:
    desk.am("viewer")
    done = desk.call("people", "change", "ada@example.com", "--role", "admin")
    assert "somebody else has to change your own roles" in str(done.exception)
    assert desk.call("people", "change", "ben@example.com", "--role", "admin").exit_code == 0
    refused = desk.call("people", "add", "cem@example.com", "--role", "viewer")
    assert isinstance(refused.exception, NotAllowedError)


def test_who_is_disabled_decides_nothing(desk: Desk, tmp_path: Path) -> None:
    desk.am("admin", "admin")
    desk.installation.directory.change("ben@example.com", "ada@example.com", is_disabled=True)
    for command in [*writing(tmp_path), ["actions", "stop", "--reason", "x"]]:
        result = desk.call(*command)
        assert isinstance(result.exception, NotAllowedError) and "is disabled" in str(result.exception), command


def test_a_command_that_means_nothing_is_told_how(desk: Desk, tmp_path: Path) -> None:
    desk.am("admin")
    assert "say what they are" in str(desk.call("people", "add", "x@example.com").exception)
    assert "say what changes" in str(desk.call("people", "change", "ben@example.com").exception)
    assert "there is nobody called" in str(desk.call("people", "show", "x").exception)
    (tmp_path / "two.yaml").write_text("budgets: []\nmetrics: []\n")
    done = desk.call("settings", "set", "budgets", "--file", str(tmp_path / "two.yaml"), "--reason", "x")
    assert "a mapping with the one key 'budgets' is expected" in str(done.exception)
