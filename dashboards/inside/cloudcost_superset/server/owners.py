"""Scheduled reports show what their owner may see: nothing is drawn or sent for who is let in no more."""

import functools
import re
from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any

from flask import current_app

from cloudcost_superset.audit import note
from cloudcost_superset.server.following import FOLLOWER

#: The roles that the owner of the report had when it was begun.
_BEGUN: ContextVar[list[str] | None] = ContextVar("_BEGUN", default=None)


def hold_reports(app: Any) -> None:
    """Look who the owner is before a report is drawn, and again before it is handed over."""
    from superset import db, security_manager
    from superset.commands.report.exceptions import ReportScheduleUnexpectedError
    from superset.commands.report.execute import AsyncExecuteReportScheduleCommand, BaseReportState
    from superset.reports.models import ReportSchedule

    draw, send = AsyncExecuteReportScheduleCommand.run, BaseReportState._send

    @functools.wraps(draw)
    def draw_for_present_owner(command: Any) -> None:
        FOLLOWER.look(app)
        schedule = db.session.get(ReportSchedule, command._model_id)
        owner = find_owner(schedule) if schedule else None
        if owner is not None:
            user = security_manager.find_user(username=owner)
            if not (FOLLOWER.lets_in(owner) and user and user.is_active):
                note("report_refused", user.id if user else None, name=owner, report=schedule.name)
                return
        begun = _BEGUN.set(FOLLOWER.people.lines.get(owner.lower()) if owner else None)
        try:
            draw(command)
        finally:
            _BEGUN.reset(begun)

    @functools.wraps(send)
    def send_for_present_owner(state: Any, content: Any, recipients: Any) -> None:
        owner = find_owner(state._report_schedule)
        if owner is not None and not FOLLOWER.still_has(owner, _BEGUN.get()):
            raise ReportScheduleUnexpectedError(f"{owner} may see something else now than when this was drawn")
        for address in addresses_of(recipient.recipient_config_json for recipient in recipients):
            if not FOLLOWER.lets_in(address):
                raise ReportScheduleUnexpectedError(f"{address} is no longer let in: take them off the report")
        send(state, content, recipients)

    AsyncExecuteReportScheduleCommand.run = draw_for_present_owner
    BaseReportState._send = send_for_present_owner


def find_owner(schedule: Any) -> str | None:
    """The name of the person in whose name Superset draws a report; None where it will find nobody."""
    from superset.tasks.exceptions import ExecutorNotFoundError
    from superset.tasks.utils import get_executor

    try:
        _, name = get_executor(executors=current_app.config["ALERT_REPORTS_EXECUTORS"], model=schedule)
    except ExecutorNotFoundError:
        return None
    return str(name)


def addresses_of(configurations: Iterable[str]) -> list[str]:
    """All that a report's recipients name, as Superset splits them."""
    from superset.utils import json

    texts = [str(text) for one in configurations for text in json.loads(one).values() if text]
    return [address for text in texts for address in re.split(r"[\s,;]+", text) if address]
