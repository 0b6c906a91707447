"""Scheduled reports by the whole stack: PostgreSQL, Redis, Celery's worker and beat, a browser, and a mail server that
insists on STARTTLS and a login. Every report is received, opened and compared with the warehouse."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from dashboards.home import PYTHON
from tests.dashboards_site import PEOPLE, TEAM, Site, free_port
from tests.peers.smtp_sink import Mail, SmtpSink

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.requires_system("chromium", "chromedriver", "redis-server", "postgresql"),
]

LOGIN = ("reports", "a-password-of-the-mail-server")
SETTINGS = """\
  mail: {{host: 127.0.0.1, port: {port}, sender: cloudcost@fernhill.example,
         username_env: REPORT_MAIL_USER, password_env: REPORT_MAIL_PASSWORD}}
  reports:
    - {{name: Statements, page: my-team, chart: Statements, format: csv, schedule: "* * * * *",
       to: [{team}, {finance}]}}
    - {{name: Workbook, page: my-team, chart: Statements, format: xlsx, schedule: "* * * * *", to: [{finance}]}}
    - {{name: Overview, page: overview, format: pdf, schedule: "* * * * *", to: [{viewer}]}}
    - {{name: My team, page: my-team, format: png, schedule: "* * * * *", to: [{team}]}}
"""
WANTED = {
    ("Statements", "team"), ("Statements", "finance"), ("Workbook", "finance"), ("Overview", "viewer"),
    ("My team", "team"),
}  # fmt: skip
SQL = """
select team, billing_period, billing_currency, sum(direct_effective_cost), sum(billed_cost)
from marts.fct_statement_monthly {where} group by 1, 2, 3, is_reconciled
"""


@pytest.fixture(scope="module")
def mails(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], Mail]]:
    """The first mail of each report to each person, from a stack that was started for it."""
    root = tmp_path_factory.mktemp("reports")
    root.chmod(0o755)
    shutil.copytree(built / "home" / "serving", root / "home" / "serving", symlinks=True)
    with SmtpSink(login=LOGIN, cert_folder=tmp_path_factory.mktemp("certificate")) as sink:
        site = Site(root, free_port())
        site.configure(TEAM, SETTINGS.format(port=sink.port, **PEOPLE))
        try:
            site.start(
                "--full", SSL_CERT_FILE=str(sink.ca_file), REPORT_MAIL_USER=LOGIN[0], REPORT_MAIL_PASSWORD=LOGIN[1],
            )  # fmt: skip
            yield wait_for_mails(site, sink)
        finally:
            site.stop()


def wait_for_mails(site: Site, sink: SmtpSink, seconds: float = 600) -> dict[tuple[str, str], Mail]:
    people = {address: role for role, address in PEOPLE.items()}
    deadline = time.monotonic() + seconds
    found: dict[tuple[str, str], Mail] = {}
    while found.keys() != WANTED:
        for mail in list(sink.mails):
            assert len(mail.recipients) == 1
            subject = str(mail.message["Subject"])
            assert subject.startswith("[cloudcost] "), subject
            found.setdefault((subject.removeprefix("[cloudcost] "), people[mail.recipients[0]]), mail)
        log = (site.root / "home" / "dashboards" / "logs" / "worker.log").read_text()
        assert time.monotonic() < deadline, f"lacking {sorted(WANTED - found.keys())}\n{log[-6000:]}"
        time.sleep(1)
    return found


def attached(mail: Mail, kind: str) -> bytes:
    """The one part of this type, and that it says how it is called."""
    parts = [part for part in mail.message.walk() if part.get_content_type() == kind]
    assert len(parts) == 1, [part.get_content_type() for part in mail.message.walk()]
    part = parts[0]
    assert isinstance(part, EmailMessage)
    assert kind == "image/png" or part.get_content_disposition() == "attachment"
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    name = "picture.png" if kind == "image/png" else part.get_filename()
    keep = os.environ.get("CLOUDCOST_ARTIFACTS")
    if keep:
        (Path(keep) / f"report-{name}".replace(" ", "-")).write_bytes(body)
    return body


def open_in_superset(program: str, body: bytes) -> Any:
    """What a program says of a file; Superset's environment has what opens workbooks and pictures."""
    done = subprocess.run([str(PYTHON), "-c", program], input=body, capture_output=True, check=True)
    return json.loads(done.stdout)


Row = tuple[str, str, str, Decimal, Decimal]


def expect(built: Path, where: str = "") -> list[Row]:
    """The statements of the warehouse: team, month, currency, direct cost, billed cost."""
    rows = Site(built, 0).query(SQL.format(where=where))
    return in_order([(team, str(period), currency, direct, billed) for team, period, currency, direct, billed in rows])


def in_order(rows: list[Any]) -> list[Row]:
    """Amounts to the hundredth of a cent: workbooks and data frames hold binary numbers."""
    step = Decimal("0.0001")
    return sorted((*row[:3], *(Decimal(str(amount)).quantize(step) for amount in row[3:])) for row in rows)


def rows_of_csv(body: bytes) -> list[Row]:
    rows = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    return in_order([(r["Team"], r["Month"][:10], r["Currency"], r["Direct"], r["Billed total"]) for r in rows])


def test_every_mail_goes_encrypted_to_one_person_and_leads_to_the_dashboards(
    mails: dict[tuple[str, str], Mail],
) -> None:
    for mail in mails.values():
        assert mail.is_encrypted
        assert mail.message["From"] == "cloudcost@fernhill.example"
        text = next(part for part in mail.message.walk() if part.get_content_type() == "text/html")
        assert isinstance(text, EmailMessage)
        assert "http://127.0.0.1" in text.get_content()
        assert "error" not in text.get_content().lower()


def test_the_same_csv_shows_a_team_its_rows_and_finance_all(mails: dict[tuple[str, str], Mail], built: Path) -> None:
    of_team = rows_of_csv(attached(mails["Statements", "team"], "text/csv"))
    assert of_team == expect(built, f"where team = '{TEAM}'")
    of_all = rows_of_csv(attached(mails["Statements", "finance"], "text/csv"))
    assert len({row[0] for row in of_all}) > 1
    assert of_all == expect(built)


def test_a_workbook_holds_the_figures_as_numbers(mails: dict[tuple[str, str], Mail], built: Path) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    program = (
        "import sys, io, json, openpyxl\n"
        "sheet = openpyxl.load_workbook(io.BytesIO(sys.stdin.buffer.read())).active\n"
        "print(json.dumps([list(row) for row in sheet.iter_rows(values_only=True)], default=str))"
    )
    head, *rows = open_in_superset(program, attached(mails["Workbook", "finance"], kind))
    place = {name: number for number, name in enumerate(head)}
    wanted = ("Team", "Month", "Currency", "Direct", "Billed total")
    found = [[row[place[name]] for name in wanted] for row in rows]
    assert all(isinstance(row[3], int | float) for row in found)
    assert in_order([(row[0], row[1][:10], *row[2:]) for row in found]) == expect(built)


PICTURE = (
    "import sys, io, json\nfrom PIL import Image\n"
    "picture = Image.open(io.BytesIO(sys.stdin.buffer.read())).convert('RGB')\n"
    "print(json.dumps([*picture.size, len(set(picture.resize((400, 400)).getdata()))]))"
)


def test_pictures_show_the_page(mails: dict[tuple[str, str], Mail]) -> None:
    """A page drawn: as large as one, and not blank. What is on it, people look at (CLOUDCOST_ARTIFACTS)."""
    width, height, colours = open_in_superset(PICTURE, attached(mails["My team", "team"], "image/png"))
    assert width >= 1200 and 1000 <= height < 1400 and colours > 100
    document = attached(mails["Overview", "viewer"], "application/pdf")
    assert document.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", document)) == 1
    start = document.index(b"\xff\xd8\xff")
    width, height, colours = open_in_superset(PICTURE, document[start : document.index(b"endstream", start)])
    assert width >= 1200 and height >= 2100 and colours > 100, "the page is longer than a screen, and so is its picture"
