"""The book of findings: what people decided about them, each with its audit row, and on which days they were seen.

Sightings are many and change every day, so those of a 256th of all findings are one record, or several where that would
be too large for the store (`savings.lifecycle.shards`), and no audit row is written of them.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, get_args

from audit.log import AuditEntry, AuditLog, AuditRow
from core.errors import CloudcostError
from core.instants import Clock
from savings.lifecycle.shards import TOP, gather, list_shards, name_shard, split_shard
from savings.lifecycle.status import KEPT_DAYS, Decision, Sighting, Verdict
from state import ConflictError, Record, StateStore, Write
from state.records import Body

DECISIONS, SIGHTINGS = "savings_decision", "savings_sighting"
#: What the audit log calls decisions.
EVENTS: Mapping[str, Verdict] = {f"savings.{verdict}": verdict for verdict in get_args(Verdict)}
#: The longest that a finding may be dismissed for: what nobody looked at for two years is looked at again.
LONGEST_DAYS = 731
#: The longest reason, in characters, and what none may hold: whoever reads it later must see what was written.
LONGEST_REASON, _UNREADABLE = 500, re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
#: How long a dismissal holds where nothing is said: a quarter.
DEFAULT_DAYS = 90
# Two people deciding at once settle in one more try each; this many means a broken store.
ATTEMPTS = 50
#: What is kept of a finding: enough to show it when it is no longer found.
FACTS = tuple(
    "check_name title provider source_name billing_period account_id region resource_id resource_name service_name "
    "monthly_cost monthly_saving billing_currency lever component effort confidence risk_class remediation "
    "evidence_kind reason x_team".split()
)


class DecisionError(CloudcostError, ValueError):
    """The decision cannot be taken; the message states why."""


class SavingsBook:
    """Keeps decisions and sightings. Saying the same again changes nothing; saying something else replaces it."""

    def __init__(self, store: StateStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._audit = AuditLog(store, clock)

    def accept(self, found: Mapping[str, Any], reason: str, actor: str) -> Decision:
        """Somebody takes it on. ``found``: a row of ml.recommendations."""
        return self._decide(found, "accepted", reason, actor, None)

    def dismiss(self, found: Mapping[str, Any], reason: str, actor: str, until: dt.date | None = None) -> Decision:
        """Not to be shown up to a day, the last; `DecisionError` without a reason, or for a day that cannot be."""
        today = self._clock().date()
        last = today + dt.timedelta(days=DEFAULT_DAYS) if until is None else until
        if not reason.strip():
            raise DecisionError("say why it is dismissed: whoever looks at the total has to know")
        if last < today:
            raise DecisionError(f"a dismissal until {last} would be over before it begins")
        if (last - today).days > LONGEST_DAYS:
            raise DecisionError(f"a dismissal holds for two years at most: not until {last}")
        return self._decide(found, "dismissed", reason, actor, last)

    def restore(self, found: Mapping[str, Any], reason: str, actor: str) -> Decision | None:
        """Take back what was decided; None where nothing was, or it is taken back already."""
        last = self.find_decision(found["recommendation_id"])
        if last is None or last.verdict == "restored":
            return None
        return self._decide(found, "restored", reason, actor, None)

    def find_decision(self, name: str) -> Decision | None:
        """What was decided last of one finding; None where nothing was."""
        record = self._store.get(DECISIONS, name)
        return None if record is None else Decision.model_validate(record.body)

    def find_logged_decision(self, name: str) -> Decision | None:
        """What was decided last of one finding as the audit log proves it; None where it proves nothing."""
        rows = [row for row in self._audit.evidence_about(name) if row.event in EVENTS]
        return None if not rows else read_decision(rows[-1])

    def find_sighting(self, name: str) -> Sighting | None:
        """When one finding was seen; None where it never was, or is forgotten."""
        records = (self._store.get(SIGHTINGS, key) for key in list_shards(name))
        return gather([record for record in records if record is not None], [name]).get(name)

    def decisions(self) -> dict[str, Decision]:
        """What was decided last of each finding, by recommendation_id."""
        records = self._store.list(DECISIONS)
        return {record.key: Decision.model_validate(record.body) for record in records}

    def sightings(self) -> dict[str, Sighting]:
        """Every finding that is kept, by recommendation_id."""
        return gather(self._store.list(SIGHTINGS))

    def see(self, rows: Iterable[Mapping[str, Any]], is_unjudged: Callable[[Sighting], bool]) -> dict[str, Sighting]:
        """Note what is found today, and forget what was not for a while; returns all that is kept.

        ``is_unjudged``: whether a finding that is not found today might be there all the same. Its stretch goes on when
        it is found again.
        """
        today = self._clock().date()
        shards: defaultdict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
        for row in rows:
            shards[name_shard(row["recommendation_id"])][row["recommendation_id"]] = row
        known = {record.key[:TOP] for record in self._store.list(SIGHTINGS)}
        kept: dict[str, Sighting] = {}
        for key in sorted(known | shards.keys()):
            kept |= self._see_shard(key, shards[key], is_unjudged, today)
        return kept

    def _see_shard(
        self, key: str, rows: Mapping[str, Mapping[str, Any]], is_unjudged: Callable[[Sighting], bool], today: dt.date
    ) -> dict[str, Sighting]:
        for _ in range(ATTEMPTS):
            records = {record.key: record for record in self._store.list(SIGHTINGS, key)}
            after = _merge(gather(records.values()), rows, is_unjudged, today)
            try:
                self._write(records, split_shard(key, after))
            except ConflictError:
                continue
            return after
        raise CloudcostError(f"the findings {key} changed {ATTEMPTS} times at this very moment")

    def _write(self, records: Mapping[str, Record], parts: Mapping[str, Body]) -> None:
        """Each part by itself, then what is in no part any more is emptied: until then it is there twice, and the newer
        counts."""
        emptied: dict[str, Body] = {key: {"findings": {}} for key in records if key not in parts}
        for key, body in [*parts.items(), *emptied.items()]:
            record = records.get(key)
            if record is None:
                self._store.transact([Write.insert(SIGHTINGS, key, body)])
            elif record.body != body:
                self._store.transact([Write.update(record, body)])

    def _decide(
        self, found: Mapping[str, Any], verdict: Any, reason: str, actor: str, until: dt.date | None
    ) -> Decision:
        check_reason(reason)
        name, saving = str(found["recommendation_id"]), found["monthly_saving"]
        given = Decision(
            recommendation_id=name,
            verdict=verdict,
            actor=actor,
            reason=reason.strip(),
            until=until,
            monthly_saving=None if saving is None else str(saving),
            at=self._clock(),
        )
        details = {one: str(found[one]) for one in ("check_name", "account_id", "region", "resource_id")}
        details |= {"reason": given.reason, "monthly_saving": given.monthly_saving or "", "until": str(until or "")}
        for _ in range(ATTEMPTS):
            record = self._store.get(DECISIONS, name)
            if record is not None:
                last = Decision.model_validate(record.body)
                if last.model_copy(update={"at": given.at}) == given:
                    return last
            body = given.model_dump(mode="json")
            write = Write.insert(DECISIONS, name, body) if record is None else Write.update(record, body)
            try:
                self._audit.commit([write], [AuditEntry(actor, f"savings.{verdict}", name, details)])
            except ConflictError:
                continue
            return given
        raise DecisionError(f"finding {name} was decided on {ATTEMPTS} times at this very moment; try again")


def read_decision(row: AuditRow) -> Decision:
    """A decision from its row of the audit log."""
    until = str(row.details.get("until") or "")
    return Decision(
        recommendation_id=row.subject,
        verdict=EVENTS[row.event],
        actor=row.actor,
        reason=str(row.details.get("reason")),
        until=dt.date.fromisoformat(until) if until else None,
        monthly_saving=str(row.details.get("monthly_saving") or "") or None,
        at=dt.datetime.fromisoformat(row.at),
    )


def check_reason(reason: str) -> None:
    """`DecisionError` for a reason that is too long, or that holds what no terminal shows."""
    if len(reason.strip()) > LONGEST_REASON:
        raise DecisionError(f"the reason has {len(reason.strip()):,} characters: {LONGEST_REASON} characters at most")
    if (unreadable := _UNREADABLE.search(reason)) is not None:
        raise DecisionError(f"the reason holds the character U+{ord(unreadable[0]):04X}, which cannot be read")


def _merge(
    known: Mapping[str, Sighting],
    rows: Mapping[str, Mapping[str, Any]],
    is_unjudged: Callable[[Sighting], bool],
    today: dt.date,
) -> dict[str, Sighting]:
    after = {}
    for name, row in rows.items():
        facts = {fact: None if row[fact] is None else str(row[fact]) for fact in FACTS}
        before = known.get(name)
        first, since = (today, today) if before is None else (before.first_seen, before.since)
        if before is not None and before.is_gone:
            since = today
        after[name] = Sighting(recommendation_id=name, first_seen=first, since=since, last_seen=today, facts=facts)
    for name, one in known.items():
        if name in rows or (today - one.last_seen).days > KEPT_DAYS:
            continue
        # once missed where it could be judged, its stretch is over, whatever is judged later
        after[name] = one.model_copy(update={"is_gone": one.is_gone or not is_unjudged(one)})
    return after


def read_facts(sighting: Sighting) -> dict[str, Any]:
    """The kept row of a finding, with its types."""
    facts: dict[str, Any] = {name: sighting.facts.get(name) for name in FACTS}
    for name in ("monthly_cost", "monthly_saving"):
        facts[name] = None if facts[name] is None else Decimal(facts[name])
    facts["billing_period"] = dt.date.fromisoformat(facts["billing_period"])
    return facts | {"recommendation_id": sighting.recommendation_id}
