"""Incidents of deliveries that could not be taken are open as long as their fault is there."""

import datetime as dt
from pathlib import Path

import pytest

from alerts.incident_book import IncidentBook
from cloudcost.repair.failed_deliveries import report_failures
from ingestion.planning import Problem
from state.sqlite import SqliteStateStore

NOW = dt.datetime(2026, 11, 3, 12, tzinfo=dt.UTC)
CUT = Problem(None, "a.csv.gz: the gzip stream is cut")
LATE = Problem(dt.date(2026, 9, 1), "b.csv: data row 1 (line 2): BilledCost 'x' is not a number")


@pytest.fixture
def book(tmp_path: Path) -> IncidentBook:
    return IncidentBook(SqliteStateStore(tmp_path / "state.sqlite"), [], lambda: NOW.replace(hour=0))


def tell(book: IncidentBook, *problems: Problem, day: int = 3, is_whole: bool = True) -> None:
    report_failures(book, "aws", problems, NOW.replace(day=day), is_whole=is_whole)


def states(book: IncidentBook) -> list[tuple[str, str, str]]:
    found = [(i.state, i.finding.start.isoformat(), i.finding.scope["billing_period"]) for i in book.list()]
    return sorted(found, key=lambda state: (state[2], state[1]), reverse=True)


def test_an_incident_is_over_with_its_fault_and_new_when_it_returns(book: IncidentBook) -> None:
    tell(book, CUT, LATE)
    tell(book, CUT, LATE, day=6)
    assert states(book) == [("open", "2026-11-03", "unknown"), ("open", "2026-09-01", "2026-09")]
    tell(book, LATE)
    assert states(book)[0][0] == "resolved" and states(book)[1][0] == "open"
    tell(book, CUT, LATE, day=12)
    tell(book, CUT, LATE, day=12)
    assert states(book) == [
        ("open", "2026-11-12", "unknown"), ("resolved", "2026-11-03", "unknown"), ("open", "2026-09-01", "2026-09"),
    ]  # fmt: skip


def test_a_source_that_was_not_looked_at_closes_nothing(book: IncidentBook) -> None:
    tell(book, CUT)
    tell(book, Problem(None, "s3://x is unreachable"), is_whole=False)
    assert [i.state for i in book.list()] == ["open", "open"]
    tell(book)
    assert [i.state for i in book.list()] == ["resolved", "resolved"]


def test_what_a_person_resolved_is_told_again_only_after_it_was_gone(book: IncidentBook) -> None:
    tell(book, CUT)
    (incident,) = book.list()
    book.resolve(incident.incident_id, "ana", "known, and agreed with the vendor")
    tell(book, CUT)
    assert [i.resolved_by for i in book.list()] == ["ana"]
    tell(book)
    tell(book, CUT)
    assert sorted((i.state, i.resolved_by) for i in book.list()) == [("open", None), ("resolved", "ana")]


def test_what_another_run_found_meanwhile_stays_open(book: IncidentBook) -> None:
    tell(book, CUT)
    report_failures(book, "aws", [], NOW - dt.timedelta(days=1), is_whole=True)
    assert [i.state for i in book.list()] == ["open"]


def test_another_source_is_not_touched(book: IncidentBook) -> None:
    tell(book, CUT)
    report_failures(book, "azure", [], NOW, is_whole=True)
    assert [i.state for i in book.list()] == ["open"]
