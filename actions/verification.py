"""Verification: whether later billing data shows the saving that an action was done for."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from actions.proposal_book import SYSTEM, Change, ProposalBook, ProposalStateError
from actions.proposals import Proposal
from core.instants import Clock
from state import StateStore

# The day of the change itself is billed in part, and exports trail usage by up to two days.
MIN_DAYS = 3


@dataclass(frozen=True)
class SavingEvidence:
    """The resource's effective cost per day before and after the change, in one currency, from reconciled periods.

    None means that it is not known. `days_after` counts whole days with complete billing data after the change.
    """

    currency: str
    daily_cost_before: Decimal | None
    daily_cost_after: Decimal | None
    days_after: int
    is_reconciled: bool | None


@dataclass(frozen=True)
class SavingVerdict:
    """verified: the cost is lower. refuted: it is not. unknown: the evidence does not carry a judgement yet."""

    status: Literal["verified", "refuted", "unknown"]
    reason: str
    daily_saving: Decimal | None = None


def judge_saving(currency: str, evidence: SavingEvidence) -> SavingVerdict:
    """Judge billing evidence; anything that is missing makes it unknown, never verified."""
    if evidence.currency != currency:
        return SavingVerdict("unknown", f"the evidence is in {evidence.currency}, the finding in {currency}")
    if evidence.is_reconciled is not True:
        return SavingVerdict("unknown", "the billing periods are not known to reconcile")
    if evidence.daily_cost_before is None or evidence.daily_cost_after is None:
        return SavingVerdict("unknown", "the cost before or after is not known")
    if evidence.days_after < MIN_DAYS:
        return SavingVerdict("unknown", f"{evidence.days_after} whole days of billing data, {MIN_DAYS} are needed")
    saving = evidence.daily_cost_before - evidence.daily_cost_after
    if saving > 0:
        return SavingVerdict("verified", f"the cost per day fell by {saving} {currency}", saving)
    return SavingVerdict("refuted", f"the cost per day rose by {-saving} {currency}", saving)


def confirm_saving(
    store: StateStore, clock: Clock, proposal_id: str, evidence: SavingEvidence
) -> tuple[Proposal, SavingVerdict]:
    """Judge an executed proposal by its later bills: it becomes verified or failed, or stays executed when unknown."""
    book = ProposalBook(store, clock)
    verdict = judge_saving(book.get(proposal_id).finding.currency, evidence)

    def decide(proposal: Proposal) -> Change | None:
        if proposal.state != "executed":
            raise ProposalStateError(proposal_id, proposal.state, "verified")
        if verdict.status == "unknown":
            return None
        state = "verified" if verdict.status == "verified" else "failed"
        fields = {"state": state, "realised_daily_saving": verdict.daily_saving, "close_reason": verdict.reason}
        return Change(f"proposal.{state}", SYSTEM, fields, {"reason": verdict.reason})

    return book.decide(proposal_id, decide), verdict
