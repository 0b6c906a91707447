"""What becomes of findings: seen, decided, done, lapsed; and what is kept of it."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from audit.log import AuditLog
from savings.findings import Skipped
from savings.lifecycle.book import DecisionError, SavingsBook
from savings.lifecycle.rows import complete, is_unjudged, list_history
from savings.lifecycle.status import Action, Judging, Sighting
from state import SqliteStateStore
from tests.savings_plan import finding

FIRST = dt.date(2026, 11, 1)


class Days:
    """A book of findings, on whatever day it is."""

    def __init__(self, home: Path) -> None:
        self.day = 0
        self.store = SqliteStateStore(home / "state.sqlite")
        self.book = SavingsBook(self.store, lambda: dt.datetime.combine(self.today, dt.time(8), dt.UTC))
        self.actions: dict[str, Action] = {}
        self.skipped: list[Skipped] = []

    @property
    def today(self) -> dt.date:
        return FIRST + dt.timedelta(days=self.day)

    def run(self, day: int, *rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """What is written on that day, found or not, by id."""
        self.day = day
        seen = self.book.see(rows, lambda one: is_unjudged(one, self.skipped))
        judging, decisions = Judging(self.today, Decimal("0.5")), self.book.decisions()
        found = complete(rows, seen, decisions, self.actions, judging)
        gone = list_history(seen, [row["recommendation_id"] for row in rows], decisions, self.actions, judging)
        return {row["recommendation_id"]: row for row in (*found, *gone)}


@pytest.fixture
def days(tmp_path: Path) -> Days:
    return Days(tmp_path)


def test_a_finding_keeps_the_day_on_which_it_was_first_seen(days: Days) -> None:
    days.run(0, finding("a", "40"))
    days.run(1, finding("a", "40"))
    row = days.run(3, finding("a", "41"))["a"]
    assert (row["first_seen"], row["last_seen"], row["days_persisting"]) == (FIRST, days.today, 4)
    assert (row["status"], row["planned_saving"]) == ("found", Decimal(41))


def test_what_is_no_longer_found_lapses_is_kept_for_90_days_and_starts_anew(days: Days) -> None:
    days.run(0, finding("a", "40"))
    row = days.run(1)["a"]
    assert (row["status"], row["planned_saving"], row["last_seen"]) == ("lapsed", Decimal(0), FIRST)
    assert (row["monthly_saving"], row["billing_period"]) == (Decimal(40), dt.date(2026, 10, 1))
    assert days.run(90)["a"]["status"] == "lapsed"
    again = days.run(90, finding("a", "40"))["a"]
    assert (again["status"], again["first_seen"], again["days_persisting"]) == ("found", FIRST, 1)
    assert days.run(181) == {}


@pytest.mark.parametrize(
    ("skip", "status"),
    [
        (Skipped(check_name="check_a", reason="it failed"), "found"),
        (Skipped(check_name="", provider="aws", account_id="111111111111", reason="denied"), "found"),
        (Skipped(check_name="check_b", reason="it failed"), "lapsed"),
        (Skipped(check_name="", provider="aws", account_id="222222222222", reason="denied"), "lapsed"),
    ],
)
def test_what_could_not_be_judged_does_not_lapse(days: Days, skip: Skipped, status: str) -> None:
    days.run(0, finding("a", "40"))
    days.skipped = [skip]
    row = days.run(1)["a"]
    assert (row["status"], row["planned_saving"]) == (status, Decimal(0))
    days.skipped = []
    assert days.run(2, finding("a", "40"))["a"]["days_persisting"] == (3 if status == "found" else 1)


def test_a_dismissed_finding_is_out_of_the_plan_and_its_rival_in(days: Days) -> None:
    rows = [finding("a", "40"), finding("b", "30")]
    days.run(0, *rows)
    days.book.dismiss(rows[0], "we need it", "ana@example.com", FIRST + dt.timedelta(days=10))
    found = days.run(10, *rows)
    assert (found["a"]["status"], found["a"]["planned_saving"]) == ("dismissed", Decimal(0))
    assert found["a"]["plan_note"] == "not in the plan: dismissed until 2026-11-11 by ana@example.com"
    assert (found["a"]["decided_by"], found["a"]["decision_reason"]) == ("ana@example.com", "we need it")
    assert found["b"]["planned_saving"] == Decimal(30)
    ended = days.run(11, *rows)["a"]
    assert (ended["status"], ended["planned_saving"], ended["decided_by"]) == ("found", Decimal(40), None)


@pytest.mark.parametrize(("saving", "status"), [("60", "dismissed"), ("60.01", "found")])
def test_a_dismissed_finding_that_grows_by_more_than_half_shows_again(days: Days, saving: str, status: str) -> None:
    days.book.dismiss(finding("a", "40"), "too little", "ana@example.com")
    assert days.run(1, finding("a", saving))["a"]["status"] == status


def test_an_accepted_finding_stays_in_the_plan_and_a_restored_one_is_found(days: Days) -> None:
    row = finding("a", "40")
    days.book.accept(row, "next sprint", "ana@example.com")
    assert days.run(0, row)["a"]["status"] == "accepted"
    assert days.run(0, row)["a"]["planned_saving"] == Decimal(40)
    days.book.restore(row, "not now", "ben@example.com")
    assert days.run(0, row)["a"]["status"] == "found"
    assert days.book.restore(finding("z", "1"), "nothing was said", "ben@example.com") is None


@pytest.mark.parametrize(("state", "status"), [("executed", "done"), ("verified", "verified"), ("approved", "found")])
def test_what_its_proposal_did_is_its_status(days: Days, state: str, status: str) -> None:
    row = finding("a", "40")
    days.actions = {"a": Action(state, FIRST)}
    assert days.run(20, row)["a"]["status"] == status
    assert days.run(21)["a"]["status"] == (status if status != "found" else "lapsed")
    assert days.run(46, row)["a"]["status"] == "found"


def test_every_decision_is_in_the_audit_log_once(days: Days) -> None:
    row = finding("a", "40")
    for _ in range(2):
        days.book.dismiss(row, "we need it", "ana@example.com", FIRST)
    days.book.accept(row, "after all", "ben@example.com")
    rows = AuditLog(days.store, lambda: dt.datetime.now(dt.UTC)).rows_about("a")
    assert [(one.actor, one.event) for one in rows] == [
        ("ana@example.com", "savings.dismissed"),
        ("ben@example.com", "savings.accepted"),
    ]
    assert rows[0].details["reason"] == "we need it"


@pytest.mark.parametrize(
    ("reason", "until", "why"),
    [
        (" ", FIRST, "say why it is dismissed: whoever looks at the total has to know"),
        ("no", FIRST - dt.timedelta(days=1), "a dismissal until 2026-10-31 would be over before it begins"),
        ("no", dt.date(2028, 11, 2), "a dismissal holds for two years at most: not until 2028-11-02"),
    ],
)
def test_a_dismissal_that_makes_no_sense_is_not_taken(days: Days, reason: str, until: dt.date, why: str) -> None:
    with pytest.raises(DecisionError, match=why):
        days.book.dismiss(finding("a", "40"), reason, "ana@example.com", until)
    assert days.book.decisions() == {}
    days.book.dismiss(finding("a", "40"), "two years to the day", "ana@example.com", dt.date(2028, 11, 1))


def test_facts_of_a_sighting_survive_the_store(days: Days) -> None:
    days.run(0, finding("a", "40.000000000001", resource_name=None))
    kept = days.book.sightings()["a"]
    assert isinstance(kept, Sighting) and kept.facts["monthly_saving"] == "40.000000000001"
    assert kept.facts["resource_name"] is None


def test_what_was_accepted_and_gone_is_found_when_it_is_there_again(days: Days) -> None:
    """Whoever took it on did it once; nobody has taken on what came after. A dismissal holds up to its day."""
    taken, refused = finding("a", "40"), finding("b", "30", resource_id="r-2")
    days.run(0, taken, refused)
    days.book.accept(taken, "next sprint", "ana@example.com")
    days.book.dismiss(refused, "we need it", "ana@example.com", FIRST + dt.timedelta(days=30))
    assert days.run(1, taken, refused)["a"]["status"] == "accepted"
    assert days.run(2)["a"]["status"] == "lapsed"
    again = days.run(5, taken, refused)
    assert (again["a"]["status"], again["a"]["decided_by"]) == ("found", None)
    assert again["b"]["status"] == "dismissed"
    days.book.accept(taken, "once more", "ana@example.com")
    assert days.run(6, taken)["a"]["status"] == "accepted"
