"""The scheduled reports of the configuration in Superset: one schedule per report and person, drawn on their behalf."""

import functools
import json
from typing import Any

#: What marks a schedule as ours, with its format.
REPORT_MARK = "cloudcost"
#: Of the grid, in pixels: what heights count in, what lies between rows, and what a window has around its page.
UNIT, GUTTER, AROUND = 8, 16, 240
#: What mails call the files.
TYPES = {
    "csv": "text/csv",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def ensure_reports(settings: dict[str, Any]) -> None:
    """The reports as configured and no others of ours; those that people made themselves stay as they are."""
    from superset import db, security_manager
    from superset.reports.models import ReportSchedule

    known = {s.name: s for s in db.session.query(ReportSchedule) if REPORT_MARK in s.extra}
    for report in settings["reports"]:
        page, chart = find_subject(report)
        for address in report["to"]:
            if security_manager.find_user(username=address.lower()) is None:
                continue  # was never let in
            name = f"{report['name']} ({address.lower()})"
            schedule = known.pop(name, None) or ReportSchedule(name=name, type="Report")
            db.session.add(schedule)
            describe_schedule(schedule, report, page, chart, address.lower())
    for schedule in known.values():
        db.session.delete(schedule)
    db.session.flush()


def find_subject(report: dict[str, Any]) -> tuple[Any, Any]:
    """The page, or of a chart's report none, and the chart. Raises ValueError where there is no such one."""
    from croniter import croniter  # type: ignore[import-untyped]
    from superset import db
    from superset.models.dashboard import Dashboard

    if not croniter.is_valid(report["schedule"]):
        raise ValueError(f"report {report['name']!r}: {report['schedule']!r} is no cron expression")
    pages = {page.slug: page for page in db.session.query(Dashboard)}
    page = pages.get(report["page"])
    if page is None:
        raise ValueError(f"report {report['name']!r}: no such page; there are {', '.join(sorted(filter(None, pages)))}")
    if report["chart"] is None:
        return page, None
    charts = {chart.slice_name: chart for chart in page.slices}
    if report["chart"] not in charts:
        raise ValueError(f"report {report['name']!r}: page {report['page']} has {', '.join(sorted(charts))}")
    return None, charts[report["chart"]]


def describe_schedule(schedule: Any, report: dict[str, Any], page: Any, chart: Any, address: str) -> None:
    """Say of a schedule what, when, and to whom it belongs and goes."""
    from superset import security_manager
    from superset.reports.models import ReportRecipients

    kind = report["format"]
    schedule.email_subject, schedule.crontab, schedule.timezone = report["name"], report["schedule"], report["timezone"]
    schedule.dashboard, schedule.chart = page, chart
    schedule.custom_height = height_of(page) if page else None
    schedule.report_format = "CSV" if kind == "xlsx" else kind.upper()
    schedule.extra_json = json.dumps({REPORT_MARK: kind})
    schedule.owners = [security_manager.find_user(username=address)]
    schedule.active, schedule.force_screenshot, schedule.working_timeout = True, True, 600
    schedule.creation_method, schedule.log_retention = "alerts_reports", 90
    recipient = {"target": address, "ccTarget": "", "bccTarget": ""}
    schedule.recipients = [ReportRecipients(type="Email", recipient_config_json=json.dumps(recipient))]


def height_of(page: Any) -> int:
    """Pixels of a window in which the whole page is seen: a picture of it holds no more than the window."""
    grid = json.loads(page.position_json)
    rows = [grid[row]["children"] for row in grid["GRID_ID"]["children"]]
    return sum(max(grid[name]["meta"]["height"] for name in row) * UNIT + GUTTER for row in rows) + AROUND


def send_workbooks() -> None:
    """Superset's reports know CSV alone; one that says so gets the same chart's data as a workbook instead.

    The route of a chart's data writes workbooks itself, so only the address is another.
    """
    from superset.commands.report.execute import BaseReportState
    from superset.common.chart_data import ChartDataResultFormat

    find_address = BaseReportState._get_url

    @functools.wraps(find_address)
    def find_address_of_workbook(state: Any, *args: Any, **options: Any) -> str:
        address: str = find_address(state, *args, **options)
        is_data = options.get("result_format") == ChartDataResultFormat.CSV
        if is_data and state._report_schedule.extra.get(REPORT_MARK) == "xlsx":
            return address.replace("format=csv", "format=xlsx").replace("type=post_processed", "type=full")
        return address

    BaseReportState._get_url = find_address_of_workbook


def name_attachments(message: Any, **header: Any) -> Any:
    """A mail whose attached files are called and typed as what they are, so that every mail program offers them."""
    for part in message.get_payload():
        if part.get_content_maintype() != "application":
            continue
        name = part.get_param("name")
        if part.get_payload(decode=True).startswith(b"PK\x03\x04"):
            name = name.removesuffix(".csv") + ".xlsx"
        part.replace_header("Content-Type", TYPES[name.rpartition(".")[2]])
        part.set_param("name", name)
        part.add_header("Content-Disposition", "attachment", filename=name)
    return message
