"""`cloudcost outbox` shows what could not be delivered, and gives it another set of attempts."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from actions.approvals import NotAllowedError
from alerts.messages import KIND
from alerts.outbox import MessageNotFoundError, Outbox
from alerts.reports import Rendering
from alerts.settings import AlertSettings
from audit.log import AuditLog
from cli.app import app
from cloudcost.identity.people import find_account
from cloudcost.installation import Installation
from core.instants import utc_now
from tests.security.test_receivers import put_in

ANA = "ana@example.com"
DEAD, WAITING = "inc-1234567890/hook/opened", "inc-2345678901/hook/opened"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["outbox", *arguments])


def show(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(call("list", "--format", "json", *arguments).stdout)
    return found


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """A home with one message that was given up and one that waits; neither has a channel."""
    (tmp_path / "cloudcost.yaml").write_text(
        "sources: [{name: plain, provider: aws, location: exports}]\n"
        f"people: [{{name: {ANA}, account: {find_account()}}}]\n"
    )
    monkeypatch.setenv("CLOUDCOST_CONFIG", str(tmp_path / "cloudcost.yaml"))
    monkeypatch.setenv("CLOUDCOST_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CLOUDCOST_USER", raising=False)
    opened = Installation(tmp_path / "cloudcost.yaml", tmp_path / "home", "cli")
    words, now = Rendering("Costs rise", "text", "<p>text</p>"), dt.datetime.now(dt.UTC)
    put_in(opened.store, DEAD.partition("/")[0], "hook", words, now)
    Outbox(opened.store, {}, AlertSettings(max_attempts=1), utc_now).deliver_pending()
    put_in(opened.store, WAITING.partition("/")[0], "hook", words, now + dt.timedelta(seconds=1))
    return opened


def test_what_is_not_sent_is_listed_with_the_reason(installation: Installation) -> None:
    installation.store.insert(KIND, "inc-9/hook/opened", {"subject": "half a rec"})
    dead, waiting, damaged = show()
    assert (dead["message"], dead["status"], dead["attempts"], dead["subject"]) == (DEAD, "dead", 1, "Costs rise")
    assert dead["error"] == "channel 'hook' is not configured" and dead["due"] == ""
    assert (waiting["message"], waiting["status"], waiting["error"]) == (WAITING, "pending", "") and waiting["due"]
    assert (damaged["message"], damaged["status"]) == ("inc-9/hook/opened", "damaged")


def test_a_person_has_a_dead_message_tried_again(installation: Installation) -> None:
    result = call("requeue", DEAD[:10])
    assert result.exit_code == 0 and f"{DEAD}: is tried again" in result.stdout
    assert [(one["message"], one["status"], one["attempts"]) for one in show()] == [
        (DEAD, "pending", 0),
        (WAITING, "pending", 0),
    ]
    row = AuditLog(installation.store, utc_now).rows()[-1]
    assert (row.actor, row.event, row.subject) == (ANA, "message.requeued", DEAD)
    assert (row.account, row.channel) == (find_account(), "cli")


@pytest.mark.parametrize("key", [WAITING, "inc-ffffffff"])
def test_what_was_not_given_up_is_not_put_in_again(installation: Installation, key: str) -> None:
    error = call("requeue", key).exception
    assert isinstance(error, MessageNotFoundError) and error.exit_code == 1
    assert [one["status"] for one in show()] == ["dead", "pending"]


@pytest.mark.parametrize("reach", ["another name", "a namesake's account"])
def test_who_is_not_somebody_changes_nothing_and_is_written_down(installation: Installation, reach: str) -> None:
    arguments = ["--as", "ben@example.com"] if reach == "another name" else []
    if not arguments:
        text = installation.config_path.read_text()
        mine = f"name: {ANA}, account: {find_account()}"
        installation.config_path.write_text(text.replace(mine, f"name: {find_account()}, account: ghost"))
    refused = call("requeue", DEAD, *arguments).exception
    assert isinstance(refused, NotAllowedError) and refused.exit_code == 1
    assert [one["status"] for one in show()] == ["dead", "pending"]
    assert AuditLog(installation.store, utc_now).rows()[-1].event == "identity.refused"
