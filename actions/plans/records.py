"""Where plans are kept: one record per plan under the digest of its content, which is inserted once and never changed.

A record whose content is not what its name says counts as missing. That a plan is a proposal's, the sealed audit log
says: its rows `plan.made` and `plan.changed` hold the document too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from actions.plans.document import KeptPlan, Plan, name_document
from actions.proposals import Proposal
from audit.rows import AuditRow
from state import StateStore, Write

KIND = "plan"
MADE, CHANGED = "plan.made", "plan.changed"
PLAN_EVENTS = (MADE, CHANGED)
NO_PLAN = "it was proposed by a release without plans: the next run plans it"


class PlanRecords:
    """Reads plans, and plans their writes."""

    def __init__(self, store: StateStore) -> None:
        self._store = store

    def find(self, digest: str | None) -> KeptPlan | None:
        """The plan of this name; None where there is none, or where the record is not what its name says."""
        record = None if digest is None else self._store.get(KIND, digest)
        return None if digest is None or record is None else _open(digest, record.body)

    def write(self, kept: KeptPlan) -> tuple[Write, ...]:
        """The writes after which the plan is there; none where it is. What was put in its place is replaced."""
        record = self._store.get(KIND, kept.digest)
        if record is None:
            return (Write.insert(KIND, kept.digest, kept.document),)
        return () if _open(kept.digest, record.body) is not None else (Write.update(record, kept.document),)


def find_logged_plan(rows: Sequence[AuditRow]) -> AuditRow | None:
    """The row of the newest plan among the rows about a proposal since it was proposed last; None where none is."""
    return next((row for row in reversed(rows) if row.event in PLAN_EVENTS), None)


def explain_plan(proposal: Proposal, kept: KeptPlan | None, rows: Sequence[AuditRow]) -> str | None:
    """Why the proposal has no plan that counts; None where it has. ``rows``: genuine, since it was proposed."""
    if proposal.plan is None:
        return f"it has no plan: {proposal.plan_problem or NO_PLAN}"
    logged = find_logged_plan(rows)
    if logged is None or logged.details.get("plan") != proposal.plan:
        return "its plan is not the one in the audit log: it has to be planned and approved again"
    if kept is None or kept.digest != proposal.plan:
        return "the record of its plan is missing or was replaced: it has to be planned and approved again"
    if kept.plan.proposal_id != proposal.proposal_id:
        return "its plan is that of another proposal"
    if kept.plan.finding != proposal.finding:
        return "the finding is not the one that was planned"
    return None


def _open(digest: str, document: Mapping[str, Any]) -> KeptPlan | None:
    try:
        if name_document(document) != digest:
            return None
        return KeptPlan(digest, Plan.model_validate(document), dict(document))
    except (ValidationError, TypeError, ValueError):
        return None
