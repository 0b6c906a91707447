"""Reports of the configuration: what cannot be sent, or would show somebody what is not theirs, is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from cloudcost.config.dashboards import DashboardSettings

MAIL = {"host": "smtp.example.com", "sender": "cloudcost@example.com"}
PEOPLE = [
    {"email": "vera@example.com", "role": "viewer"},
    {"email": "pia@example.com", "role": "team", "scopes": ["one"]},
]
REPORT = {"name": "Weekly", "page": "overview", "schedule": "0 7 * * 1", "to": ["Vera@example.com"]}


def settings(report: dict[str, Any], **more: Any) -> DashboardSettings:
    scopes = [{"name": "one", "teams": ["payments"]}]
    body = {"people": PEOPLE, "scopes": scopes, "mail": MAIL, "reports": [{**REPORT, **report}], **more}
    return DashboardSettings.model_validate(body)


def test_a_report_is_a_page_printed_unless_it_says_otherwise() -> None:
    report = settings({}).reports[0]
    assert (report.format, report.chart, report.timezone) == ("pdf", None, "UTC")


@pytest.mark.parametrize(
    ("report", "complaint"),
    [
        ({"to": ["eve@example.com"]}, "eve@example.com is not among `people`"),
        ({"to": []}, "at least 1 item"),
        ({"chart": "Budgets"}, "vera@example.com is a viewer"),
        ({"format": "csv", "to": ["pia@example.com"]}, "csv is of one chart"),
        ({"format": "xlsx", "to": ["pia@example.com"]}, "xlsx is of one chart"),
        ({"schedule": "weekly"}, "should match pattern"),
        ({"timezone": "Mars/Olympus"}, "no such time zone 'Mars/Olympus'"),
        ({"name": "Weekly\nBcc: eve@example.com"}, "should match pattern"),
    ],
)
def test_a_report_that_cannot_be_is_refused(report: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=f"(?i){complaint}"):
        settings(report)


def test_reports_need_a_mail_server_and_names_of_their_own() -> None:
    with pytest.raises(ValidationError, match="reports need `mail`"):
        settings({}, mail=None)
    with pytest.raises(ValidationError, match="used twice"):
        settings({}, reports=[REPORT, REPORT])
