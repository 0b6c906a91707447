"""Who may make keys and passwords on the command line, and who may not."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from actions.approvals import NotAllowedError
from api.sign_in.desk import make_doors
from audit.log import AuditLog
from cli.app import app
from cli.sign_in.remote import ApiClient, Login, LoginError, find_file, read_login, write_login
from cloudcost.identity.api_keys import ApiKeyError, NotGrantedError
from cloudcost.installation import Installation
from core.instants import utc_now

ME = pwd.getpwuid(os.getuid()).pw_name
CONFIG = """\
sources: [{{name: plain, provider: aws, location: exports}}]
people:
  - {{name: ada@example.com, account: {me}, roles: [{role}]}}
  - {{name: ben@example.com, account: ben, roles: [{other}]}}
"""


class Desk:
    """A home, and the command line on it as Ada, whose account this process runs as."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def am(self, role: str, other: str = "viewer") -> None:
        (self.folder / "cloudcost.yaml").write_text(CONFIG.format(me=ME, role=role, other=other))

    def call(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, arguments)

    @property
    def installation(self) -> Installation:
        return Installation(self.folder / "cloudcost.yaml", self.folder / "home", "cli")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(tmp_path / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("CLOUDCOST_USER", raising=False)
    return Desk(tmp_path)


@pytest.mark.parametrize("role", ["viewer", "analyst", "team_lead", "approver"])
def test_only_an_administrator_invites_others_and_sees_their_keys(desk: Desk, role: str) -> None:
    desk.am(role, "admin")
    for command in (["people", "password", "ben@example.com"], ["keys", "list", "--all"]):
        done = desk.call(*command)
        assert isinstance(done.exception, NotAllowedError) and "manage_people" in str(done.exception), command
    refused = [row for row in AuditLog(desk.installation.store, utc_now).rows() if row.event == "identity.refused"]
    assert [row.actor for row in refused] == ["ada@example.com"] * 2
    assert desk.installation.store.list("identity_accounts") == []


def test_everybody_makes_their_own_password_and_an_administrator_invites(desk: Desk) -> None:
    desk.am("viewer", "admin")
    done = desk.call("people", "password")
    assert done.exit_code == 0 and "ada@example.com: signed out everywhere" in done.output
    desk.am("admin", "viewer")
    done = desk.call("people", "password", "BEN@example.com")
    assert "/oauth/password?name=ben%40example.com&invitation=cci_" in done.output
    token = done.output.split("invitation=")[1].strip()
    records = desk.installation.store.list("identity_accounts")
    assert len(records) == 2 and not any(token in str(record.body) for record in records)
    events = [(row.actor, row.event) for row in AuditLog(desk.installation.store, utc_now).rows()]
    assert ("ada@example.com", "password.set") in events and ("ada@example.com", "password.invited") in events
    assert "there is nobody called" in str(desk.call("people", "password", "cem@example.com").exception)


def test_a_key_is_made_of_what_one_may_and_revoked_by_whoever_may(desk: Desk) -> None:
    desk.am("viewer", "admin")
    for permission in ("see_audit", "own_keys", "manage_people", "nonsense"):
        done = desk.call("keys", "create", "nightly", "--may", permission)
        assert isinstance(done.exception, NotGrantedError | ApiKeyError), permission
    done = desk.call("keys", "create", "nightly", "--may", "see_costs")
    assert done.exit_code == 0 and done.output.startswith("cck_")
    desk.am("viewer", "viewer")
    key_id = done.output.split("_")[1]
    others = desk.installation
    ben = others.directory.find("ben@example.com")
    assert ben is not None
    theirs, _ = make_doors(others).local.keys.create(ben, "weekly", ["see_costs"], 5)
    assert "no key" in str(desk.call("keys", "revoke", theirs.key_id).exception)
    assert desk.call("keys", "revoke", key_id).exit_code == 0
    listed = desk.call("keys", "list", "--format", "csv").output
    assert "nightly" in listed and "weekly" not in listed
    desk.am("admin", "viewer")
    assert desk.call("keys", "revoke", theirs.key_id).exit_code == 0
    assert "weekly" in desk.call("keys", "list", "--all", "--format", "csv").output


def test_a_login_that_others_can_read_is_not_used(desk: Desk) -> None:
    write_login(Login("http://127.0.0.1:1", "a", "b"))
    assert read_login() == Login("http://127.0.0.1:1", "a", "b")
    assert find_file().stat().st_mode & 0o777 == 0o600
    find_file().chmod(0o644)
    with pytest.raises(LoginError, match="others can read"):
        read_login()
    find_file().chmod(0o600)
    find_file().write_text("{")
    with pytest.raises(LoginError, match="cannot be read"):
        read_login()


@pytest.mark.parametrize("url", ["http://api.example.com", "ftp://127.0.0.1", "127.0.0.1:8090", "file:///etc/passwd"])
def test_tokens_travel_over_tls_or_on_this_machine(url: str) -> None:
    with pytest.raises(LoginError, match="https is needed"):
        ApiClient(url)


def test_an_api_that_is_not_there_is_a_sentence(desk: Desk) -> None:
    write_login(Login("http://127.0.0.1:1", "a", "b"))
    assert "cannot be reached" in str(desk.call("whoami").exception)
    assert "not told" in desk.call("logout").stderr
    assert read_login() is None
