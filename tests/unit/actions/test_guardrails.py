"""One row per signal that can stand in the way; not knowing a signal is one of its ways."""

from dataclasses import fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from actions.guardrails import EXECUTION_RULES, ROLLBACK_RULES, Signals, evaluate, evaluate_rollback, find_protection
from tests.unit.actions.examples import START

GOOD = Signals(
    mode="live",
    safety_class="restorable",
    actions_this_run=0,
    max_actions_per_run=1,
    actions_today=0,
    max_actions_per_day=1,
    saving_today=Decimal("47.60"),
    max_saving_per_day=Decimal("47.60"),
    resource_tags={"team": "data"},
    protected_tags=("cloudcost:keep",),
    approved_at=START - timedelta(days=7),
    approval_seen_at=START - timedelta(days=7),
    approval_ttl_days=7,
    valid_approvals=1,
    unproven=(),
    audit_problem="",
    plan_changes=(),
    objection="",
    required_approvals=1,
    is_reconciled=True,
    account_id="1",
    allowed_accounts=("1",),
    region="eu",
    allowed_regions=("eu",),
    resource_read_at=START,
    resource_problems=(),
)
BLOCKING: list[tuple[str, dict[str, Any]]] = [
    ("mode", {"mode": "dry_run"}),
    ("safety_class", {"safety_class": "one_way"}),
    ("safety_class", {"safety_class": "harmless"}),
    ("run_limit", {"actions_this_run": 1}),
    ("run_limit", {"max_actions_per_run": 0}),
    ("day_limit", {"actions_today": 1}),
    ("day_limit", {"max_actions_per_day": 0}),
    ("day_saving", {"saving_today": Decimal("47.61")}),
    ("day_saving", {"saving_today": Decimal("NaN")}),
    ("protected_tags", {"resource_tags": {"CloudCost:Keep": ""}}),
    ("approval_age", {"approved_at": START - timedelta(days=7, seconds=1)}),
    ("approval_age", {"approved_at": START + timedelta(seconds=1)}),
    ("approval_age", {"approval_seen_at": START + timedelta(seconds=1)}),
    ("approvals", {"valid_approvals": 0}),
    ("evidence", {"unproven": ("the approval of 'ana' is not in the audit log",)}),
    ("audit_log", {"audit_problem": "the audit log is broken at row 3: the row was changed"}),
    ("approvals", {"valid_approvals": 1, "required_approvals": 2}),
    ("approvals", {"valid_approvals": 0, "required_approvals": 0}),
    ("plan", {"plan_changes": None}),
    ("plan", {"plan_changes": ("tag 'team' is 'web', the plan has 'data'",)}),
    ("finding", {"objection": "its finding was dismissed"}),
    ("reconciliation", {"is_reconciled": False}),
    ("account", {"account_id": "2"}),
    ("account", {"allowed_accounts": ()}),
    ("region", {"region": "us"}),
    ("region", {"allowed_regions": ()}),
    ("resource_read", {"resource_read_at": START - timedelta(minutes=5, seconds=1)}),
    ("resource_read", {"resource_read_at": START + timedelta(seconds=1)}),
    ("resource", {"resource_problems": ("it is attached",)}),
]


def test_nothing_in_the_way_is_eligible() -> None:
    assert evaluate(GOOD, START).failures == ()


@pytest.mark.parametrize(("signal", "change"), BLOCKING, ids=lambda value: str(value))
def test_a_blocking_signal_is_the_one_failure(signal: str, change: dict[str, Any]) -> None:
    verdict = evaluate(replace(GOOD, **change), START)
    assert [failure.signal for failure in verdict.failures] == [signal]
    assert verdict.failures[0].reason and not verdict.is_eligible


def test_every_rule_has_a_blocking_row() -> None:
    assert {signal for signal, _ in BLOCKING} == set(EXECUTION_RULES)


@pytest.mark.parametrize("name", [field.name for field in fields(Signals)])
def test_unknown_is_not_eligible(name: str) -> None:
    verdict = evaluate(replace(GOOD, **{name: None}), START)
    assert len(verdict.failures) == 1


def test_all_failures_are_told() -> None:
    nothing = Signals(**{field.name: None for field in fields(Signals)})
    assert {failure.signal for failure in evaluate(nothing, START).failures} == set(EXECUTION_RULES)


def test_a_rollback_needs_no_fresh_bill_but_mode_and_place() -> None:
    stale = replace(GOOD, is_reconciled=None, approved_at=None, resource_problems=("gone",), resource_tags=None)
    assert evaluate_rollback(stale, START).is_eligible
    for change in ({"mode": "dry_run"}, {"account_id": "2"}, {"region": None}, {"safety_class": "one_way"}):
        assert not evaluate_rollback(replace(stale, **change), START).is_eligible
    assert set(ROLLBACK_RULES) < set(EXECUTION_RULES)


@pytest.mark.parametrize(
    ("tags", "protected", "found"),
    [
        ({"env": "prod"}, ("env=prod",), "env=prod"),
        ({"ENV": "Prod"}, ("env=prod",), "env=prod"),
        ({"env": "production"}, ("env=prod",), None),
        ({"env": ""}, ("env",), "env"),
        ({"environment": "x"}, ("env",), None),
        ({"a": "b=c"}, ("a=b=c",), "a=b=c"),
        ({}, ("env",), None),
    ],
)
def test_protected_tags(tags: dict[str, str], protected: tuple[str, ...], found: str | None) -> None:
    assert find_protection(tags, protected) == found
