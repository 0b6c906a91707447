"""Staying in, and having reports sent, after `people.json` has said that somebody may no longer."""

import json
import os
import uuid
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest import mock

from attacked import PASSWORD, app, attack, bearer, client, sign_in, tokens

WILMA, XAVER = "wilma@example.com", "xaver@example.com"
HOME = Path(os.environ["CLOUDCOST_DASHBOARDS_HOME"])


def write(roles: dict[str, str], *refused: str) -> None:
    """Another `people.json`, looked at from the next request on."""
    from cloudcost_superset.server import following

    following.LOOK_SECONDS = following.FOLLOWER._look_at = 0.0
    people = [{"email": name, "role": role, "scopes": []} for name, role in roles.items()]
    (HOME / "new").write_text(json.dumps({"people": people, "refused": refused, "copies": []}))
    (HOME / "new").replace(HOME / "people.json")


def begin() -> None:
    """Two people with a role of ours, and the file as it is at the start."""
    from superset import db, security_manager

    with app.app_context():
        role = security_manager.add_role("cloudcost_finance")
        role.permissions = security_manager.find_role("reader").permissions
        for name in ("cloudcost_viewer", "cloudcost_none"):
            security_manager.add_role(name).permissions = []
        for name in (WILMA, XAVER):
            if security_manager.find_user(username=name) is None:
                security_manager.add_user(name, name, "", name, role, password=PASSWORD)
        db.session.commit()
    write({WILMA: "finance", XAVER: "finance"})
    assert client().get("/api/v1/me/").status_code == 401  # any request looks at the file


def come_in(name: str) -> list[Any]:
    """In a browser, and by a token and the one that renews it: each asks whether it still counts."""
    page = client()
    sign_in(page, name)
    return [lambda: page.get("/api/v1/me/").status_code, *by_token(tokens(name).json)]


def by_token(answer: dict[str, str]) -> list[Any]:
    """Whether a token, and the one that renews it, still count."""
    return [
        lambda: client().get("/api/v1/me/", headers=bearer(answer["access_token"])).status_code,
        lambda: client().post("/api/v1/security/refresh", headers=bearer(answer["refresh_token"])).status_code,
    ]


@attack
def stay_after_the_directory_changed() -> dict[str, list[int]]:
    """With another role, disabled, enabled again, left out; and somebody else all the while."""
    begin()
    other, ways = come_in(XAVER), come_in(WILMA)
    found = {"before": [ask() for ask in ways]}
    for step, roles, refused in (
        ("another role", {WILMA: "viewer", XAVER: "finance"}, []),
        ("disabled", {XAVER: "finance"}, [WILMA]),
        ("enabled", {WILMA: "finance", XAVER: "finance"}, []),
        ("left out", {XAVER: "finance"}, []),
    ):
        write(roles, *refused)
        found[step] = [ask() for ask in ways]
        answer = tokens(WILMA)
        found[f"{step}, again"] = [answer.status_code]
        if answer.status_code == 200:
            ways = [ways[0], *by_token(answer.json)]  # attempts are limited: the browser comes in once
    found["somebody else"] = [ask() for ask in other]
    return found


@attack
def stay_while_the_database_cannot_follow() -> dict[str, list[int]]:
    """The person whose change fails is out, and comes in when it succeeds; others notice nothing."""
    from cloudcost_superset.server import users

    begin()
    other, ways = come_in(XAVER), come_in(WILMA)
    write({WILMA: "viewer", XAVER: "finance"})
    with mock.patch.object(users, "set_user", side_effect=OSError("locked")):
        found = {"failing": [ask() for ask in ways], "again": [tokens(WILMA).status_code]}
        found["somebody else"] = [ask() for ask in other]
    found["later"] = [tokens(WILMA).status_code]
    return found


@attack
def stay_while_the_file_is_spoilt() -> dict[str, list[int]]:
    """Nobody but the first administrator, until the file is there again."""
    begin()
    ways = come_in(WILMA)
    (HOME / "people.json").write_text("{")
    found = {"spoilt": [ask() for ask in ways], "administrator": [tokens("admin").status_code]}
    write({WILMA: "finance", XAVER: "finance"})
    found["whole"] = [ask() for ask in ways]
    return found


@attack
def have_reports_sent() -> dict[str, list[str]]:
    """To whom each of these is handed over; drawing is done by a stand-in, during which the file may change."""
    begin()
    finance = {WILMA: "finance", XAVER: "finance"}
    found = {
        "let in": run_report(lambda: None),
        "changed while it is drawn": run_report(lambda: write({**finance, WILMA: "viewer"})),
        "disabled while it is drawn": run_report(lambda: write({XAVER: "finance"}, WILMA)),
        "disabled": run_report(lambda: None),
    }
    write(finance)
    found["to somebody disabled"] = run_report(lambda: write(finance, "paul@example.com"), "paul@example.com")
    return found


def run_report(meanwhile: Any, address: str = WILMA) -> list[str]:
    """Executes a report of Wilma's as Celery's worker does; the addresses it was handed over for."""
    from superset import db, security_manager
    from superset.commands.report import execute
    from superset.models.slice import Slice
    from superset.reports.models import ReportRecipients, ReportSchedule
    from superset.reports.notifications.base import NotificationContent

    handed: list[str] = []

    def draw(state: Any) -> Any:
        meanwhile()
        return NotificationContent(name="report", header_data={}, text="drawn")

    def hand_over(recipient: Any, content: Any) -> Any:
        kind = "error to" if content.name != "report" else "report to"
        handed.append(f"{kind} {json.loads(recipient.recipient_config_json)['target']}")
        return mock.Mock()

    with app.app_context():
        wilma = security_manager.find_user(username=WILMA)
        recipient = ReportRecipients(type="Email", recipient_config_json=json.dumps({"target": address}))
        schedule = ReportSchedule(
            name=uuid.uuid4().hex, type="Report", crontab="* * * * *", timezone="UTC", active=True, owners=[wilma],
            chart=db.session.query(Slice).first(), recipients=[recipient], report_format="TEXT", extra_json="{}",
            grace_period=0,
        )  # fmt: skip
        db.session.add(schedule)
        db.session.commit()
        with (
            mock.patch.object(execute.BaseReportState, "_get_notification_content", draw),
            mock.patch.object(execute, "create_notification", hand_over),
            suppress(execute.CommandException),
        ):
            execute.AsyncExecuteReportScheduleCommand(str(uuid.uuid4()), schedule.id, datetime.now()).run()
    return handed
