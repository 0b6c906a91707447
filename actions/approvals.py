"""Approvals: whose consent a proposal needs, and whether it has it."""

from datetime import datetime, timedelta

from actions.instants import Clock
from actions.proposals import SYSTEM, Approval, Change, Proposal, ProposalBook, ProposalStateError
from actions.settings import ActionSettings, normalise_person
from state import StateStore


class NotAllowedError(Exception):
    """This person may not decide on this proposal."""


def count_required(proposal: Proposal, settings: ActionSettings) -> int:
    """How many people must consent: two when the saving is above the limit, or cannot be compared with it."""
    finding = proposal.finding
    is_small = (
        finding.currency == settings.two_person_currency
        and finding.monthly_saving.is_finite()
        and abs(finding.monthly_saving) <= settings.two_person_limit
    )
    return 1 if is_small else 2


def list_valid(proposal: Proposal, settings: ActionSettings) -> tuple[Approval, ...]:
    """The approvals that count today: one per person, of people who are still allowed and did not propose it."""
    valid: dict[str, Approval] = {}
    for approval in proposal.approvals:
        if _explain_refusal(approval.approver, proposal, settings) is None:
            valid.setdefault(approval.approver, approval)
    return tuple(valid.values())


def find_approved_since(proposal: Proposal, settings: ActionSettings) -> datetime | None:
    """The oldest valid approval's time: all of them must be recent, not only the last."""
    return min((approval.at for approval in list_valid(proposal, settings)), default=None)


class Approvals:
    """Records people's decisions on proposals."""

    def __init__(self, store: StateStore, settings: ActionSettings, clock: Clock) -> None:
        self._book = ProposalBook(store, clock)
        self._settings = settings
        self._clock = clock

    def approve(self, proposal_id: str, approver: str, reason: str) -> Proposal:
        """Consent. The proposal is approved with the last consent it needs; the same person's second changes nothing.

        Raises NotAllowedError, ProposalStateError, and ValueError for an empty reason.
        """
        person, why = normalise_person(approver), _check_reason(reason)

        def decide(proposal: Proposal) -> Change | None:
            self._check_person(person, proposal)
            if any(approval.approver == person for approval in list_valid(proposal, self._settings)):
                return None
            if proposal.state != "proposed":
                raise ProposalStateError(proposal.proposal_id, proposal.state, "approved")
            now = self._clock()
            approvals = (*proposal.approvals, Approval(approver=person, at=now, reason=why))
            with_this = proposal.model_copy(update={"approvals": approvals})
            missing = count_required(proposal, self._settings) - len(list_valid(with_this, self._settings))
            fields = {"approvals": approvals}
            details = {"reason": why, "approvals_missing": max(missing, 0)}
            if missing > 0:
                return Change("proposal.consented", person, fields, details)
            return Change("proposal.approved", person, {**fields, "state": "approved", "approved_at": now}, details)

        return self._book.decide(proposal_id, decide)

    def reject(self, proposal_id: str, approver: str, reason: str) -> Proposal:
        """Refuse, also after it was approved and as long as nothing was done. The finding is not proposed again."""
        person, why = normalise_person(approver), _check_reason(reason)

        def decide(proposal: Proposal) -> Change | None:
            self._check_person(person, proposal)
            if proposal.state == "rejected":
                return None
            fields = {"state": "rejected", "closed_by": person, "close_reason": why}
            return Change("proposal.rejected", person, fields, {"reason": why})

        return self._book.decide(proposal_id, decide)

    def expire_stale(self) -> list[Proposal]:
        """Let proposals lapse that nobody answered, and approvals that grew too old; returns those that lapsed now."""
        stale = [proposal for proposal in self._book.list("proposed", "approved") if self._explain_lapse(proposal)]
        lapsed = [self._book.decide(proposal.proposal_id, self._decide_lapse) for proposal in stale]
        return [proposal for proposal in lapsed if proposal.state == "expired"]

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
            oldest = min(approval.at for approval in proposal.approvals)
            if now - oldest > timedelta(days=settings.approval_ttl_days):
                return f"not executed within {settings.approval_ttl_days} days of its approval"
        return None

    def _check_person(self, person: str, proposal: Proposal) -> None:
        refusal = _explain_refusal(person, proposal, self._settings)
        if refusal is not None:
            raise NotAllowedError(refusal)


def _explain_refusal(person: str, proposal: Proposal, settings: ActionSettings) -> str | None:
    if person in (SYSTEM, normalise_person(proposal.proposed_by)):
        return f"{person!r} proposed {proposal.proposal_id} and cannot decide on it"
    if person not in settings.approvers:
        return f"{person!r} is not among the approvers"
    return None


def _check_reason(reason: str) -> str:
    if not reason.strip():
        raise ValueError("a decision needs a reason")
    return reason.strip()
