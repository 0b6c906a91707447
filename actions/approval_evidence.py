"""Approvals as the audit log proves them: what stands in the state alone is a claim, and counts for nothing.

A consent is a row of the log: by this person, for this plan, since the proposal was made last. Whoever can write the
state can neither add such a row nor exchange the plan that it names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from actions.log_replay import (
    PROPOSED,
    explain_finding,
    explain_state,
    list_other_results,
    list_unproven_steps,
    replay_steps,
    since_proposed,
)
from actions.plans.records import PLAN_EVENTS, PlanRecords, explain_plan
from actions.proposal_book import SYSTEM
from actions.proposals import Approval, Proposal
from actions.settings import ActionSettings
from audit.log import AuditLog, AuditRow
from core.instants import digest_key
from core.persons import normalise_person

CONSENTS = ("proposal.consented", "proposal.approved")
ROLLBACK_REQUESTED = "rollback.requested"
#: After these, an approval that was given before counts no more: it was refused, lapsed, or used up, or was for another
#: plan.
RESETS = (
    PROPOSED,
    *PLAN_EVENTS,
    "proposal.rejected",
    "proposal.expired",
    "proposal.executed",
    "proposal.verified",
    "proposal.failed",
    ROLLBACK_REQUESTED,
    "proposal.rolled_back",
)
#: What was decided about the proposal's finding: what was approved before a dismissal ended is withdrawn with it.
DISMISSED, ENDING = "savings.dismissed", ("savings.accepted", "savings.restored")


@dataclass(frozen=True)
class Consent:
    """One row that consents: who, from which account of the operating system, to which plan, when."""

    person: str
    account: str
    plan: str
    at: str
    seq: int


@dataclass(frozen=True)
class ProvenApprovals:
    """The approvals that are proven, how many independent people they are of, since when; and what is not proven.

    `seen_at`: the latest time that the log has seen since they were given; the clock may have been set back since.
    `plan_doubt`: why there is no plan that counts, and so no approval either.
    """

    approvals: tuple[Approval, ...]
    independent: int
    doubts: tuple[str, ...]
    seen_at: datetime | None = None
    plan_doubt: str | None = None

    @property
    def since(self) -> datetime | None:
        """The oldest one's time: all of them must be recent, not only the last."""
        return min((approval.at for approval in self.approvals), default=None)


def digest_plan(proposal: Proposal) -> str:
    """The name of exactly what is proposed: the plan's; of the finding, where there is no plan to be approved."""
    return proposal.plan or digest_key(proposal.proposal_id, proposal.finding.model_dump(mode="json"))


def list_consents(rows: Sequence[AuditRow]) -> tuple[Consent, ...]:
    """The consents among the rows about a proposal."""
    return tuple(
        Consent(
            person=row.actor,
            account=row.account,
            plan=str(row.details.get("plan")),
            at=str(row.details.get("consented_at")),
            seq=row.seq,
        )
        for row in rows
        if row.event in CONSENTS
    )


def judge_approvals(
    proposal: Proposal, settings: ActionSettings, audit: AuditLog, plans: PlanRecords
) -> ProvenApprovals:
    """Which approvals of the proposal count today.

    One per person, of people who are still allowed and did not propose it; two people count as two if their accounts
    differ, except in a demo, where one account plays everybody. None of before its finding was dismissed, and none
    without a plan that the log proves.
    """
    rows = audit.evidence_about(proposal.proposal_id)
    plan_doubt = explain_plan(proposal, plans.find(proposal.plan), since_proposed(rows))
    plan = proposal.plan if plan_doubt is None else None
    given, withdrawn_until = list_consents(_since_reset(rows)), find_withdrawal(proposal, audit)
    consents = [consent for consent in given if consent.seq > withdrawn_until]
    proven: list[Approval] = []
    steps = list_unproven_steps(proposal.execution, replay_steps(since_proposed(rows), "execution"))
    doubts = [f"the step {step!r} is done as the state has it, and not in the audit log" for step in steps]
    accounts: set[str] = set()
    places: list[int] = []
    for approval in list_allowed(proposal, settings):
        consent = _find_consent(approval, plan, consents)
        if consent is None and _find_consent(approval, plan, given) is not None:
            doubts.append(f"the finding was dismissed since: {approval.approver!r} has to approve it again")
        elif consent is None:
            doubts.append(
                f"the approval of {approval.approver!r} is not in the audit log for this plan: it has to be given again"
            )
        else:
            proven.append(approval)
            places.append(consent.seq)
            accounts.add(consent.account if consent.account and not audit.is_demo else approval.approver)
    other_state = explain_state(proposal, rows)
    if other_state is not None:
        doubts.append(other_state)
    seen_at = audit.find_latest_time(min(places)) if places else None
    return ProvenApprovals(tuple(proven), len(accounts), tuple(doubts), seen_at, plan_doubt)


def find_account_use(proposal: Proposal, person: str, audit: AuditLog) -> str | None:
    """Another person who consented to this plan from the account that is acting now; None in a demo."""
    if audit.seal is None or audit.is_demo:
        return None
    account, plan = audit.seal.origin.account, digest_plan(proposal)
    rows, withdrawn_until = _since_reset(audit.evidence_about(proposal.proposal_id)), find_withdrawal(proposal, audit)
    consents = (consent for consent in list_consents(rows) if consent.seq > withdrawn_until)
    others = (consent.person for consent in consents if (consent.account, consent.plan) == (account, plan))
    return next((other for other in others if other != person), None)


def find_withdrawal(proposal: Proposal, audit: AuditLog) -> int:
    """The number of the row up to which consents are withdrawn: the newest dismissal of the finding, or what ended it.

    0 where it was never dismissed. One that was approved while it was being dismissed is withdrawn too.
    """
    rows = audit.evidence_about(proposal.finding.finding_id)
    place = max((place for place, row in enumerate(rows) if row.event == DISMISSED), default=None)
    if place is None:
        return 0
    return next((row.seq for row in rows[place:] if row.event in ENDING), rows[place].seq)


def list_rollback_doubts(proposal: Proposal, audit: AuditLog) -> tuple[str, ...]:
    """What of a rollback the audit log does not prove, each with its guardrail's name before it; empty where it proves
    that it was requested and is not done yet, what was proposed, and what was done.
    """
    person = proposal.rollback_by
    if person is None or proposal.rollback_reason is None:
        return ("rollback_request: nobody has asked for it",)
    doubts = []
    if not _is_requested(proposal, audit.evidence_about(proposal.proposal_id)):
        doubts.append(f"rollback_request: the audit log has no request by {person!r}: it has to be made again")
    # What was done stays so, whoever has accepted the log since.
    rows = since_proposed(audit.facts_about(proposal.proposal_id))
    execution, rollback = replay_steps(rows, "execution"), replay_steps(rows, "rollback")
    reasons = [
        explain_state(proposal, rows),
        explain_finding(proposal, rows),
        *(
            f"the result of the step {step!r} is not the one in the audit log"
            for step in list_other_results(proposal.execution, execution)
        ),
        *(
            f"the step {step!r} is done as the state has it, and not in the audit log"
            for step in list_unproven_steps(proposal.rollback, rollback)
        ),
    ]
    return (*doubts, *(f"evidence: {doubt}" for doubt in reasons if doubt is not None))


def explain_other_state(proposal: Proposal, audit: AuditLog) -> str | None:
    """Why nobody may decide on the proposal as it stands: the audit log has it in another state. None where not."""
    return explain_state(proposal, audit.evidence_about(proposal.proposal_id))


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


def _find_consent(approval: Approval, plan: str | None, consents: Sequence[Consent]) -> Consent | None:
    wanted = (approval.approver, plan, approval.at.isoformat())
    return next((consent for consent in consents if (consent.person, consent.plan, consent.at) == wanted), None)


def _since_reset(rows: Sequence[AuditRow]) -> Sequence[AuditRow]:
    return rows[max((place + 1 for place, row in enumerate(rows) if row.event in RESETS), default=0) :]


def _is_requested(proposal: Proposal, rows: Sequence[AuditRow]) -> bool:
    """Whether the newest request that was not carried out yet is this person's, for this plan."""
    request: AuditRow | None = None
    for row in rows:
        if row.event in (PROPOSED, "proposal.rolled_back"):
            request = None
        elif row.event == ROLLBACK_REQUESTED:
            request = row
    return request is not None and (request.actor, request.details.get("plan")) == (
        proposal.rollback_by,
        digest_plan(proposal),
    )
