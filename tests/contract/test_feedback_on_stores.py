"""What people say of anomalies, on every state store: kept once, replaced by what they say later, and audited."""

import datetime as dt
from typing import Any

import pytest

from alerts.feedback import AnomalyFeedback, FeedbackBook, FeedbackError, Verdict
from audit.log import AuditLog
from state import StateStore

NOW = dt.datetime(2026, 10, 31, 12, tzinfo=dt.UTC)
SCOPE = {"provider": "AWS", "service": "AWS Glue"}
DAY = dt.date(2026, 10, 10)


def give(
    store: StateStore, verdict: Verdict = "expected", until: dt.date = DAY, reason: str = "a job"
) -> AnomalyFeedback:
    book = FeedbackBook(store, lambda: NOW)
    return book.give("an-1", SCOPE, verdict, DAY, until, "12.50", reason, "alice")


def test_a_statement_is_kept_with_its_audit_row(store: StateStore) -> None:
    given = give(store)
    assert FeedbackBook(store, lambda: NOW).list() == [given]
    rows = AuditLog(store, lambda: NOW).rows_about("an-1")
    assert [(row.actor, row.event, row.details["reason"]) for row in rows] == [("alice", "anomaly.expected", "a job")]
    assert AuditLog(store, lambda: NOW).verify_chain().is_intact


def test_the_same_again_changes_nothing_and_another_replaces_it(store: StateStore) -> None:
    give(store)
    give(store)
    assert len(AuditLog(store, lambda: NOW).rows_about("an-1")) == 1
    give(store, "unexpected", DAY + dt.timedelta(days=30))
    assert [one.verdict for one in FeedbackBook(store, lambda: NOW).list()] == ["unexpected"]
    assert [row.event for row in AuditLog(store, lambda: NOW).rows_about("an-1")] == [
        "anomaly.expected", "anomaly.unexpected"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"until": DAY - dt.timedelta(days=1)}, "it would end on 2026-10-09"),
        ({"verdict": "maybe"}, "verdict"),
        ({"reason": "  "}, "reason"),
    ],
)
def test_what_makes_no_sense_is_refused_and_leaves_nothing(
    store: StateStore, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(FeedbackError, match=message):
        give(store, **fields)
    assert FeedbackBook(store, lambda: NOW).list() == []
