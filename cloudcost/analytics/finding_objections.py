"""What became of a proposal's finding that stands against acting on it: dismissed, done otherwise, found no longer."""

from dataclasses import dataclass
from decimal import Decimal

from actions.proposal_book import ProposalBook
from actions.proposals import FindObjection, Proposal
from cloudcost.installation import Installation
from core.instants import Clock, utc_now
from savings.lifecycle.book import SavingsBook
from savings.lifecycle.status import KEPT_DAYS, OPEN, Action, Decision, Judging, Sighting
from state import StateStore


@dataclass(frozen=True)
class ObjectionFinder:
    """Judges the findings of proposals by the book of findings, as it is at that moment."""

    store: StateStore
    clock: Clock
    growth: Decimal

    def __call__(self, proposal: Proposal) -> str | None:
        """Why nothing is done about it now; None where it is found and open.

        A decision stands in the state and in the audit log; where they differ, either one that dismisses counts.
        """
        name, book = proposal.finding.finding_id, SavingsBook(self.store, self.clock)
        seen, judging = book.find_sighting(name), Judging(self.clock().date(), self.growth)
        saving = _find_saving(proposal, seen)
        decided, logged = book.find_decision(name), book.find_logged_decision(name)
        for decision in (decided, logged):
            if decision is not None and judging.is_dismissed(decision, saving):
                return _explain_dismissal(decision)
        action, since = self._find_other_action(proposal), None if seen is None else seen.since
        status = judging.find_status(self._is_there(proposal, seen), saving, decided, action, since)
        if status in OPEN:
            return None
        if status == "lapsed":
            return f"its finding {name} has lapsed: {_explain_lapse(seen)}"
        return f"its finding {name} is {status}: another proposal carried it out"

    def _is_there(self, proposal: Proposal, seen: Sighting | None) -> bool:
        if seen is not None:
            return not seen.is_gone
        # not in the book: either it was never looked for since it was proposed, or it is gone and forgotten
        return (self.clock() - proposal.proposed_at).days <= KEPT_DAYS

    def _find_other_action(self, proposal: Proposal) -> Action | None:
        """How far another proposal of the same finding is; how far this one is says its own state."""
        done = [
            Action(one.state, one.updated_at.date())
            for one in ProposalBook(self.store, self.clock).list("executed", "verified")
            if one.finding.finding_id == proposal.finding.finding_id and one.proposal_id != proposal.proposal_id
        ]
        return max(done, key=lambda action: action.since, default=None)


def make_objection_finder(installation: Installation) -> FindObjection:
    """What judges the findings of an installation's proposals."""
    return ObjectionFinder(installation.store, utc_now, installation.config.savings.dismissal_growth)


def _find_saving(proposal: Proposal, seen: Sighting | None) -> Decimal | None:
    """What the finding saves as it was seen last; what was proposed, where nobody has seen it."""
    if seen is None:
        return proposal.finding.monthly_saving
    text = seen.facts.get("monthly_saving")
    return None if text is None else Decimal(text)


def _explain_dismissal(decision: Decision) -> str:
    until = "" if decision.until is None else f" until {decision.until}"
    return (
        f"its finding {decision.recommendation_id} was dismissed{until} by {decision.actor}: {decision.reason!r};"
        " it can be approved again when the finding is accepted or restored"
    )


def _explain_lapse(seen: Sighting | None) -> str:
    return "it was not found for long" if seen is None else f"it was found last on {seen.last_seen}"
