"""Findings with what became of them and their part of the total, as rows of ml.recommendations and savings_history."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from savings.findings import Skipped
from savings.lifecycle.book import read_facts
from savings.lifecycle.status import OPEN, Action, Decision, Judging, Sighting
from savings.plan import make_plan

ZERO = Decimal(0)
Row = dict[str, Any]


def complete(
    rows: Iterable[Mapping[str, Any]],
    sightings: Mapping[str, Sighting],
    decisions: Mapping[str, Decision],
    actions: Mapping[str, Action],
    judging: Judging,
) -> list[Row]:
    """What is found, with its status and its part of the total; only what is open is in the plan."""
    found = [dict(row) for row in rows]
    for row in found:
        name = row["recommendation_id"]
        decision, seen = decisions.get(name), sightings.get(name)
        since = None if seen is None else seen.since
        status = judging.find_status(True, row["monthly_saving"], decision, actions.get(name), since)
        row |= {"status": status, **_describe(seen), **_describe_decision(decision, status)}
    plan = make_plan([row for row in found if row["status"] in OPEN])
    for row in found:
        part = plan.parts.get(row["recommendation_id"])
        planned = (ZERO, ZERO, _explain(row)) if part is None else (part.saving, part.freed, part.note)
        row["planned_saving"], row["freed_saving"], row["plan_note"] = planned
    return sorted(found, key=lambda row: (-(row["monthly_saving"] or ZERO), row["recommendation_id"]))


def list_history(
    sightings: Mapping[str, Sighting],
    found: Iterable[str],
    decisions: Mapping[str, Decision],
    actions: Mapping[str, Action],
    judging: Judging,
) -> list[Row]:
    """What was found and is not today: lapsed, done, or not judged this time. ``found``: the ids of today's."""
    rows = []
    for name in sorted(sightings.keys() - set(found)):
        one, decision = sightings[name], decisions.get(name)
        facts = read_facts(one)
        status = judging.find_status(not one.is_gone, facts["monthly_saving"], decision, actions.get(name), one.since)
        row = facts | {"status": status, **_describe(one), **_describe_decision(decision, status)}
        note = "not in the plan: it could not be judged in the last run" if not one.is_gone else _explain(row)
        rows.append(row | {"planned_saving": ZERO, "freed_saving": ZERO, "plan_note": note})
    return rows


def is_unjudged(one: Sighting, skipped: Sequence[Skipped]) -> bool:
    """Whether something kept its check from looking at it; what a skip leaves empty is all of it."""
    names = ("check_name", "provider", "account_id", "region", "resource_id")
    return any(all(getattr(skip, name) in ("", one.facts.get(name)) for name in names) for skip in skipped)


def _describe(one: Sighting | None) -> Row:
    if one is None:
        return {"first_seen": None, "last_seen": None, "days_persisting": None}
    return {"first_seen": one.first_seen, "last_seen": one.last_seen, "days_persisting": one.days_persisting}


def _describe_decision(decision: Decision | None, status: str) -> Row:
    """Who decided what holds now; of a decision that is void, nothing."""
    holds = decision is not None and decision.verdict == status
    return {
        "decided_by": decision.actor if decision is not None and holds else None,
        "decision_reason": decision.reason if decision is not None and holds else None,
        "dismissed_until": decision.until if decision is not None and holds else None,
    }


def _explain(row: Mapping[str, Any]) -> str:
    if row["status"] == "dismissed":
        return f"not in the plan: dismissed until {row['dismissed_until']} by {row['decided_by']}"
    return f"not in the plan: {row['status']}"
