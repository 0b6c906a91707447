"""The daemon's work in one go: what was left unfinished, then what is approved, each by one engine."""

from actions.engine import ActionEngine
from actions.proposal_book import ProposalBook, ProposalStateError
from actions.proposals import ProposalState
from actions.results import ActionResult
from state import StateStore
from tests.unit.actions.examples import HandClock


def run_everything(engine: ActionEngine, store: StateStore) -> list[ActionResult]:
    """What `approved_action_sensor` would start a run for, oldest first; somebody faster leaves a busy one."""
    book = ProposalBook(store, HandClock())
    states: tuple[ProposalState, ...] = ("rolling_back", "executing", "approved")
    waiting = [proposal for state in states for proposal in book.list(state)]
    results = []
    for proposal in waiting:
        act = engine.carry_out_rollback if proposal.state == "rolling_back" else engine.execute
        try:
            results.append(act(proposal.proposal_id))
        except ProposalStateError as moved_on:
            results.append(ActionResult(proposal.proposal_id, "busy", proposal.state, error=str(moved_on)))
    return results
