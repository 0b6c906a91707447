"""Approvals: whose consent a proposal needs, and whether it has it."""

from collections.abc import Callable
from datetime import timedelta

from actions.approval_evidence import (
    ROLLBACK_REQUESTED,
    digest_plan,
    explain_other_state,
    explain_refusal,
    find_account_use,
    judge_approvals,
)
from actions.plans.document import NoPlanError
from actions.plans.records import PlanRecords
from actions.proposal_book import SYSTEM, Change, ProposalBook, ProposalStateError
from actions.proposals import Approval, FindObjection, Proposal
from actions.settings import ActionSettings
from audit.log import AuditEntry, AuditLog
from core.errors import USAGE, CloudcostError
from core.instants import Clock
from core.persons import normalise_person
from state import StateStore

#: What has approvals that are not proven can be approved again, also after it was begun.
APPROVAL_STATES = ("proposed", "approved", "executing")
#: What was begun or done can be taken back.
ROLLBACK_STATES = ("executing", "executed", "verified", "failed", "rolling_back")


class NotAllowedError(CloudcostError):
    """This person may not decide on this proposal."""


class OtherStateError(ProposalStateError):
    """The state has the proposal as something else than the audit log has."""

    def __init__(self, proposal_id: str, why: str) -> None:
        CloudcostError.__init__(self, f"{proposal_id}: {why}")


class PlanChangedError(CloudcostError):
    """What is proposed is not any more what whoever decides has seen."""


class FindingClosedError(CloudcostError):
    """What a proposal would do is not asked for any more: its finding was dismissed, is done, or is found no longer."""


class NoReasonError(CloudcostError, ValueError):
    """A decision was made without saying why."""

    exit_code = USAGE


def count_required(proposal: Proposal, settings: ActionSettings) -> int:
    """How many people must consent: two when the saving is above the limit, or cannot be compared with it."""
    finding = proposal.finding
    is_small = (
        finding.currency == settings.two_person_currency
        and finding.monthly_saving.is_finite()
        and abs(finding.monthly_saving) <= settings.two_person_limit
    )
    return 1 if is_small else 2


class Approvals:
    """Records people's decisions on proposals. ``find_objection``: what stands against acting on a finding now."""

    def __init__(
        self, store: StateStore, settings: ActionSettings, clock: Clock, find_objection: FindObjection
    ) -> None:
        self._book = ProposalBook(store, clock)
        self._audit = AuditLog(store, clock)
        self._plans = PlanRecords(store)
        self._settings = settings
        self._clock = clock
        self._find_objection = find_objection

    def approve(self, proposal_id: str, approver: str, reason: str, plan: str | None = None) -> Proposal:
        """Consent. The proposal is approved with the last consent it needs; the same person's second changes nothing.

        ``approver`` is the person as authenticated; ``plan``, where it is given, the digest of what they have seen, and
        another one a PlanChangedError. Approvals that the audit log does not prove, or that are older than a dismissal
        of the finding, are left out, so they can be given again. Raises NotAllowedError and FindingClosedError, which
        leave an audit row too, ProposalStateError, NoReasonError, and NoPlanError where no plan can be approved.
        """
        person, why = normalise_person(approver), _check_reason(reason)

        def decide(proposal: Proposal) -> Change | None:
            self._check_person(person, proposal)
            if proposal.state in APPROVAL_STATES:
                self._check_finding(proposal)
            given = judge_approvals(proposal, self._settings, self._audit, self._plans)
            if any(approval.approver == person for approval in given.approvals):
                return None
            missing = count_required(proposal, self._settings) - given.independent
            if proposal.state not in APPROVAL_STATES or (proposal.state != "proposed" and missing <= 0):
                raise ProposalStateError(proposal.proposal_id, proposal.state, "approved")
            if given.plan_doubt is not None:
                raise NoPlanError(f"{proposal.proposal_id} cannot be approved: {given.plan_doubt}")
            other = find_account_use(proposal, person, self._audit)
            if other is not None:
                raise NotAllowedError(f"{other!r} approved {proposal.proposal_id} from this very account already")
            now = self._clock()
            fields = {"approvals": (*given.approvals, Approval(approver=person, at=now, reason=why))}
            details = {
                "reason": why,
                "approvals_missing": max(missing - 1, 0),
                "plan": digest_plan(proposal),
                "consented_at": now.isoformat(),
            }
            if missing > 1 or proposal.state == "executing":
                return Change("proposal.consented", person, fields, details)
            return Change("proposal.approved", person, {**fields, "state": "approved", "approved_at": now}, details)

        return self._decide(proposal_id, person, "proposal.approval_refused", decide, plan)

    def reject(self, proposal_id: str, approver: str, reason: str, plan: str | None = None) -> Proposal:
        """Refuse, also after it was approved and as long as nothing was done. The finding is not proposed again.

        Raises as `approve` does.
        """
        person, why = normalise_person(approver), _check_reason(reason)

        def decide(proposal: Proposal) -> Change | None:
            self._check_person(person, proposal)
            if proposal.state == "rejected":
                return None
            fields = {"state": "rejected", "closed_by": person, "close_reason": why}
            return Change("proposal.rejected", person, fields, {"reason": why})

        return self._decide(proposal_id, person, "proposal.rejection_refused", decide, plan)

    def request_rollback(self, proposal_id: str, approver: str, reason: str, plan: str | None = None) -> Proposal:
        """Ask, as one approver, that what a proposal did is taken back. Raises as `approve` does."""
        person, why = normalise_person(approver), _check_reason(reason)

        def decide(proposal: Proposal) -> Change | None:
            if person not in self._settings.approvers:
                raise NotAllowedError(f"{person!r} is not among the approvers")
            if proposal.state not in ROLLBACK_STATES:
                raise ProposalStateError(proposal.proposal_id, proposal.state, "rolled back")
            fields = {"rollback_by": person, "rollback_reason": why}
            return Change(ROLLBACK_REQUESTED, person, fields, {"reason": why, "plan": digest_plan(proposal)})

        return self._decide(proposal_id, person, "rollback.refused", decide, plan)

    def expire_stale(self) -> list[Proposal]:
        """Let proposals lapse that nobody answered, and approvals that grew too old; returns those that lapsed now."""
        stale = [proposal for proposal in self._book.list("proposed", "approved") if self._explain_lapse(proposal)]
        lapsed = [self._book.decide(proposal.proposal_id, self._decide_lapse) for proposal in stale]
        return [proposal for proposal in lapsed if proposal.state == "expired"]

    def _decide(
        self,
        proposal_id: str,
        person: str,
        refused: str,
        decision: Callable[[Proposal], Change | None],
        plan: str | None,
    ) -> Proposal:
        def decide(proposal: Proposal) -> Change | None:
            if plan is not None and digest_plan(proposal) != plan:
                raise PlanChangedError(f"{proposal_id} is not what it was when it was read: look at it again")
            change = decision(proposal)
            difference = None if change is None else explain_other_state(proposal, self._audit)
            if difference is not None:
                # Whoever decides has seen what somebody wrote into the state.
                raise OtherStateError(proposal_id, difference)
            return change

        try:
            return self._book.decide(proposal_id, decide)
        except (NotAllowedError, FindingClosedError) as refusal:
            self._audit.append(AuditEntry(person, refused, proposal_id, {"why": str(refusal)}))
            raise

    def _decide_lapse(self, proposal: Proposal) -> Change | None:
        why = self._explain_lapse(proposal)
        if why is None:
            return None
        fields = {"state": "expired", "closed_by": SYSTEM, "close_reason": why}
        return Change("proposal.expired", SYSTEM, fields, {"reason": why})

    def _explain_lapse(self, proposal: Proposal) -> str | None:
        now, settings = self._clock(), self._settings
        if proposal.state == "proposed" and now - proposal.proposed_at > timedelta(days=settings.proposal_ttl_days):
            return f"not approved within {settings.proposal_ttl_days} days"
        if proposal.state == "approved":
            oldest = min((approval.at for approval in proposal.approvals), default=proposal.proposed_at)
            if now - oldest > timedelta(days=settings.approval_ttl_days):
                return f"not executed within {settings.approval_ttl_days} days of its approval"
        return None

    def _check_person(self, person: str, proposal: Proposal) -> None:
        refusal = explain_refusal(person, proposal, self._settings)
        if refusal is not None:
            raise NotAllowedError(refusal)

    def _check_finding(self, proposal: Proposal) -> None:
        objection = self._find_objection(proposal)
        if objection is not None:
            raise FindingClosedError(f"{proposal.proposal_id} cannot be approved: {objection}")


def _check_reason(reason: str) -> str:
    if not reason.strip():
        raise NoReasonError("a decision needs a reason, which the audit log keeps", "--reason says it")
    return reason.strip()
