"""An incident is opened once, told once, and kept up to date."""

from datetime import date
from pathlib import Path

import pytest

from alerts.channels import ChannelOptions
from alerts.incident_book import IncidentBook, IncidentNotFoundError, IncidentStateError
from alerts.severity import Severity
from audit.log import AuditLog
from state import SqliteStateStore, StateStore
from tests.unit.actions.examples import HandClock, make_incident

MAIL = ChannelOptions(name="mail", type="smtp", min_severity=Severity.WARNING)
PAGER = ChannelOptions(name="pager", type="webhook", min_severity=Severity.CRITICAL)


@pytest.fixture
def store(tmp_path: Path) -> StateStore:
    return SqliteStateStore(tmp_path / "state.sqlite")


@pytest.fixture
def book(store: StateStore) -> IncidentBook:
    return IncidentBook(store, (MAIL, PAGER), HandClock())


def list_told(store: StateStore) -> list[tuple[str, str]]:
    return [(record.body["channel"], record.body["event"]) for record in store.list("outbox")]


def test_opening_tells_each_channel_that_wants_to_hear_it(book: IncidentBook, store: StateStore) -> None:
    incident, is_new = book.open(make_incident())
    assert is_new and incident.state == "open"
    assert list_told(store) == [("mail", "opened")]
    [record] = store.list("outbox")
    assert record.key == f"{incident.incident_id}/mail/opened"
    assert record.body["subject"] == "[WARNING] Amazon EC2 costs more than expected"
    assert record.body["data"]["figures"] == {"billed_cost": "412.10 USD"}


def test_scoring_again_updates_figures_and_tells_nobody(book: IncidentBook, store: StateStore) -> None:
    first, _ = book.open(make_incident())
    again, is_new = book.open(make_incident(figures={"billed_cost": "415.90 USD"}, summary="more"))
    assert not is_new and again.incident_id == first.incident_id
    assert book.get(first.incident_id).finding.figures == {"billed_cost": "415.90 USD"}
    assert list_told(store) == [("mail", "opened")]
    book.open(make_incident(figures={"billed_cost": "415.90 USD"}, summary="more"))
    events = [row.event for row in AuditLog(store, HandClock()).rows_about(first.incident_id)]
    assert events == ["incident.opened", "incident.rescored"]


def test_growing_louder_tells_those_who_had_been_spared_once(book: IncidentBook, store: StateStore) -> None:
    book.open(make_incident(severity=Severity.INFO))
    assert list_told(store) == []
    book.open(make_incident(severity=Severity.CRITICAL))
    assert list_told(store) == [("mail", "opened"), ("pager", "opened")]
    book.open(make_incident(severity=Severity.INFO))
    book.open(make_incident(severity=Severity.CRITICAL))
    assert list_told(store) == [("mail", "opened"), ("pager", "opened")]


def test_a_new_channel_is_not_flooded_with_old_incidents(book: IncidentBook, store: StateStore) -> None:
    book.open(make_incident())
    later = ChannelOptions(name="chat", type="webhook", min_severity=Severity.INFO)
    IncidentBook(store, (MAIL, later), HandClock()).open(make_incident(summary="changed"))
    assert list_told(store) == [("mail", "opened")]


@pytest.mark.parametrize(
    "change", [{"rule": "other"}, {"scope": {"source_name": "aws_prod"}}, {"start": date(2026, 3, 31)}]
)
def test_rule_scope_and_start_make_the_identity(book: IncidentBook, change: dict[str, object]) -> None:
    first, _ = book.open(make_incident())
    other, is_new = book.open(make_incident(**change))
    assert is_new and other.incident_id != first.incident_id


def test_the_order_of_the_scope_is_no_part_of_it() -> None:
    scope = {"service_name": "Amazon EC2", "source_name": "aws_prod"}
    assert make_incident(scope=scope).incident_id == make_incident().incident_id


def test_acknowledge_and_resolve(book: IncidentBook, store: StateStore) -> None:
    key = book.open(make_incident())[0].incident_id
    assert book.acknowledge(key, "ana", "on it").acknowledged_by == "ana"
    assert book.acknowledge(key, "ben").acknowledged_by == "ana"
    assert book.list("acknowledged") == [book.get(key)] and book.list("open") == []
    resolved = book.resolve(key, "ben", "stopped the instance")
    assert (resolved.state, resolved.resolved_by, resolved.note) == ("resolved", "ben", "stopped the instance")
    assert list_told(store) == [("mail", "opened"), ("mail", "resolved")]
    assert book.resolve(key, "cem").resolved_by == "ben"
    with pytest.raises(IncidentStateError, match="resolved already"):
        book.acknowledge(key, "ana")
    book.open(make_incident(severity=Severity.CRITICAL))
    assert len(list_told(store)) == 2 and book.get(key).state == "resolved"


def test_an_unknown_incident_has_a_clear_error(book: IncidentBook) -> None:
    with pytest.raises(IncidentNotFoundError, match="inc-nothing"):
        book.resolve("inc-nothing", "ana")
