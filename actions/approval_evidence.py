"""Approvals as the audit log proves them: what stands in the state alone is a claim, and counts for nothing.

A consent is a row of the log: by this person, for this plan, since the proposal was made last. Whoever can write the
state can neither add such a row nor exchange the plan that it names.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from actions.audit import AuditLog, AuditRow
from actions.instants import digest_key
from actions.proposals import SYSTEM, Approval, Proposal
from actions.settings import ActionSettings, normalise_person

CONSENTS = ("proposal.consented", "proposal.approved")
ROLLBACK_REQUESTED = "rollback.requested"
#: After these, what was said before counts no more.
RESETS = ("proposal.proposed", "proposal.rejected", "proposal.expired")


@dataclass(frozen=True)
class Consent:
    """One row that consents: who, from which account of the operating system, to which plan, when."""

    person: str
    account: str
    plan: str
    at: str


@dataclass(frozen=True)
class ProvenApprovals:
    """The approvals that are proven, how many independent people they are of, since when; and what is not proven."""

    approvals: tuple[Approval, ...]
    independent: int
    doubts: tuple[str, ...]

    @property
    def since(self) -> datetime | None:
        """The oldest one's time: all of them must be recent, not only the last."""
        return min((approval.at for approval in self.approvals), default=None)


def digest_plan(proposal: Proposal) -> str:
    """The name of exactly what is proposed: remediation, resource, saving and the finding they come from."""
    return digest_key(proposal.proposal_id, proposal.finding.model_dump(mode="json"))


def list_consents(rows: Sequence[AuditRow]) -> tuple[Consent, ...]:
    """The consents among the rows about a proposal."""
    return tuple(
        Consent(row.actor, row.account, str(row.details.get("plan")), str(row.details.get("consented_at")))
        for row in rows
        if row.event in CONSENTS
    )


def list_unproven_steps(proposal: Proposal, rows: Sequence[AuditRow]) -> tuple[str, ...]:
    """Steps that the state has as done, so that they would be left out, and the rows about the proposal do not."""
    done = [row.details for row in rows if row.event == "step.done" and row.details.get("way") == "execution"]
    proven = {(str(details.get("step")), json.dumps(details.get("result"), sort_keys=True)) for details in done}
    claimed = {} if proposal.execution is None else proposal.execution.results()
    return tuple(name for name, result in claimed.items() if (name, json.dumps(result, sort_keys=True)) not in proven)


def judge_approvals(proposal: Proposal, settings: ActionSettings, audit: AuditLog) -> ProvenApprovals:
    """Which approvals of the proposal count today.

    One per person, of people who are still allowed and did not propose it; two people count as two if their accounts
    differ, except in a demo, where one account plays everybody.
    """
    rows, plan = list_evidence(proposal, audit), digest_plan(proposal)
    consents = list_consents(rows)
    proven: list[Approval] = []
    doubts = [
        f"the step {step!r} is done as the state has it, and not in the audit log"
        for step in list_unproven_steps(proposal, rows)
    ]
    accounts: set[str] = set()
    for approval in list_allowed(proposal, settings):
        consent = _find_consent(approval, plan, consents)
        if consent is None:
            doubts.append(
                f"the approval of {approval.approver!r} is not in the audit log for this plan: it has to be given again"
            )
        else:
            proven.append(approval)
            accounts.add(consent.account if consent.account and not audit.is_demo else approval.approver)
    return ProvenApprovals(tuple(proven), len(accounts), tuple(doubts))


def find_account_use(proposal: Proposal, person: str, audit: AuditLog) -> str | None:
    """Another person who consented to this plan from the account that is acting now; None in a demo."""
    if audit.seal is None or audit.is_demo:
        return None
    account, plan = audit.seal.origin.account, digest_plan(proposal)
    others = (c.person for c in list_consents(list_evidence(proposal, audit)) if (c.account, c.plan) == (account, plan))
    return next((other for other in others if other != person), None)


def is_rollback_proven(proposal: Proposal, audit: AuditLog) -> bool:
    """Whether the person who is said to want the proposal taken back asked for it, as the newest to do so."""
    asked = [row.actor for row in list_evidence(proposal, audit) if row.event == ROLLBACK_REQUESTED]
    return bool(asked) and asked[-1] == proposal.rollback_by


def list_allowed(proposal: Proposal, settings: ActionSettings) -> tuple[Approval, ...]:
    """The approvals that the state has: one per person, of people who may approve this today."""
    allowed: dict[str, Approval] = {}
    for approval in proposal.approvals:
        if explain_refusal(approval.approver, proposal, settings) is None:
            allowed.setdefault(approval.approver, approval)
    return tuple(allowed.values())


def explain_refusal(person: str, proposal: Proposal, settings: ActionSettings) -> str | None:
    """Why this person may not decide on this proposal; None where they may."""
    if person in (SYSTEM, normalise_person(proposal.proposed_by)):
        return f"{person!r} proposed {proposal.proposal_id} and cannot decide on it"
    if person not in settings.approvers:
        return f"{person!r} is not among the approvers"
    return None


def _find_consent(approval: Approval, plan: str, consents: Sequence[Consent]) -> Consent | None:
    wanted = (approval.approver, plan, approval.at.isoformat())
    return next((consent for consent in consents if (consent.person, consent.plan, consent.at) == wanted), None)


def list_evidence(proposal: Proposal, audit: AuditLog) -> Sequence[AuditRow]:
    """The rows about the proposal that count, since it was made last."""
    rows = audit.evidence_about(proposal.proposal_id)
    start = max((place + 1 for place, row in enumerate(rows) if row.event in RESETS), default=0)
    return rows[start:]
