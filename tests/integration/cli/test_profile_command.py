"""`cloudcost people profile`, and tables that show times and amounts as the person prefers who reads them."""

import datetime as dt
import json
import os
import pwd
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from actions.approvals import NotAllowedError
from alerts.incident_book import IncidentBook
from alerts.incidents import IncidentFinding
from alerts.severity import Severity
from audit.log import AuditLog
from cli.app import app
from cli.output.presentation import READER, Moment, present
from cloudcost.identity.directory import InvalidPersonError
from cloudcost.identity.profile import PLAIN, Profile
from cloudcost.installation import Installation
from core.instants import utc_now

ME = pwd.getpwuid(os.getuid()).pw_name
CONFIG = f"""\
sources: [{{name: plain, provider: aws, location: exports}}]
alerts: {{channels: [{{type: webhook, name: ops, url_env: HOOK}}]}}
people:
  - {{name: ada@example.com, account: {ME}, roles: [ROLE], profile: {{quiet_hours: [{{start: 22:00, end: 07:00}}]}}}}
  - {{name: ben@example.com, account: ben, roles: [OTHER]}}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(tmp_path / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CLOUDCOST_USER", raising=False)
    am(tmp_path, "viewer")
    return Installation(tmp_path / "cloudcost.yaml", tmp_path / "home", "cli")


def am(folder: Path, role: str) -> None:
    # where nobody administered, the account of the home would
    (folder / "cloudcost.yaml").write_text(CONFIG.replace("ROLE", role).replace("OTHER", "admin"))


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_one_shows_and_changes_ones_own(home: Installation) -> None:
    shown = call("people", "profile", "show")
    assert shown.exit_code == 0 and "quiet hours    22:00-07:00\n" in shown.output, shown.output
    done = call(
        "people", "profile", "set", "--time-zone", "Asia/Tokyo", "--numbers", "point", "--channel", "ops",
        "--quiet", "23:30-06:00", "--quiet", "00:00-24:00 sat,sun", "--reason", "moved",
    )  # fmt: skip
    assert done.exit_code == 0 and "23:30-06:00; 00:00-24:00 sat,sun" in done.output, done.output
    assert "point (1.234.567,89)" in done.output and "+0900 now" in done.output
    (row,) = [row for row in AuditLog(home.store, utc_now).rows() if row.event == "person.changed"]
    assert (row.actor, row.details["reason"]) == ("ada@example.com", "moved")
    assert "never" in call("people", "profile", "set", "--quiet", "none", "--channel", "none").output


def test_what_cannot_be_and_that_of_others_is_refused(home: Installation) -> None:
    assert isinstance(call("people", "profile", "set", "--time-zone", "Mars").exception, InvalidPersonError)
    assert isinstance(call("people", "profile", "set", "--quiet", "late").exception, InvalidPersonError)
    for words in (["show", "ben@example.com"], ["set", "ben@example.com", "--numbers", "comma"]):
        assert isinstance(call("people", "profile", *words).exception, NotAllowedError)
    am(home.config_path.parent, "admin")
    assert call("people", "profile", "set", "ben@example.com", "--numbers", "comma").exit_code == 0
    found = Installation(home.config_path, home.home, "cli").directory.find("ben@example.com")
    assert found is not None and found.profile.number_format == "comma"


def test_tables_are_by_the_readers_clock_and_files_are_exact(home: Installation) -> None:
    at = dt.datetime(2026, 7, 14, 22, 30, tzinfo=dt.UTC)
    IncidentBook(home.store, (), lambda: at).open(
        IncidentFinding(rule="r", scope={"a": "b"}, start=at.date(), severity=Severity.WARNING, title="t", summary="s")
    )
    assert "2026-07-14 22:30" in call("incidents", "list").output
    call("people", "profile", "set", "--time-zone", "Europe/Berlin")
    table = call("incidents", "list").output
    assert "2026-07-15 00:30 +0200" in table and "2026-07-14 22:30" not in table
    (row,) = json.loads(call("incidents", "list", "--format", "json").output)
    assert row["first_seen"] == "2026-07-14 22:30"
    assert "2026-07-14 22:30" in call("incidents", "list", "--format", "csv").output


def test_amounts_have_the_readers_separators_and_counts_none() -> None:
    try:
        READER.be(lambda: Profile(number_format="apostrophe", time_zone="UTC"))
        assert present(Decimal("1234567.5"), "1234567.5") == "1'234'567.5"
        assert present(1234567, "1234567") == "1234567"
        assert present(Moment.read("2026-07-14T22:30:00+00:00"), "as it is") == "as it is"
        READER.be(lambda: PLAIN)
        assert present(Decimal("1234567.5"), "1234567.5") == "1234567.5"
    finally:
        READER.be(lambda: PLAIN)


def test_a_look_makes_no_state(home: Installation) -> None:
    call("people", "profile", "show")  # whoever acts is looked up in the state
    from cloudcost.actors import find_profile

    empty = Installation(home.config_path, home.home / "elsewhere", "cli")
    assert find_profile(empty) == PLAIN and not empty.home.exists()
