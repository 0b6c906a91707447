"""The book of proposals: each change of a proposal is one transaction with its audit row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from actions.proposals import TRANSITIONS, ActionFinding, Proposal, ProposalState
from audit.log import AuditEntry, AuditLog
from core.errors import CloudcostError
from core.instants import Clock
from state import ConflictError, StateStore, Write

KIND = "proposal"
SYSTEM = "cloudcost"
# Two people deciding at once settle in one more try each; this many means a broken store.
ATTEMPTS = 50


class ProposalNotFoundError(CloudcostError, KeyError):
    """There is no proposal with this id."""


class ProposalStateError(CloudcostError):
    """The proposal is not in a state in which this can be done."""

    def __init__(self, proposal_id: str, state: str, wanted: str) -> None:
        super().__init__(f"proposal {proposal_id} is {state}: it cannot be {wanted}")


@dataclass(frozen=True)
class Change:
    """One change of a proposal with the audit row it leaves."""

    event: str
    actor: str
    fields: dict[str, Any]
    details: dict[str, Any] = field(default_factory=dict)


class ProposalBook:
    """Reads and changes proposals; every change is one transaction with its audit row."""

    def __init__(self, store: StateStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._audit = AuditLog(store, clock)

    def propose(self, finding: ActionFinding, proposed_by: str = SYSTEM) -> tuple[Proposal, bool]:
        """The proposal of this finding, and whether it is newly proposed: once, or again after it had expired."""
        for _ in range(ATTEMPTS):
            known = self.find(finding.proposal_id)
            if known is not None and known.state != "expired":
                return known, False
            try:
                return self._insert(finding, proposed_by) if known is None else self._renew(known, finding), True
            except ConflictError:
                continue
        raise ProposalStateError(finding.proposal_id, "changing all the time", "proposed")

    def find(self, proposal_id: str) -> Proposal | None:
        """One proposal, or None."""
        record = self._store.get(KIND, proposal_id)
        return None if record is None else Proposal.model_validate({**record.body, "version": record.version})

    def get(self, proposal_id: str) -> Proposal:
        """One proposal; raises ProposalNotFoundError."""
        proposal = self.find(proposal_id)
        if proposal is None:
            raise ProposalNotFoundError(f"no proposal {proposal_id!r}")
        return proposal

    def list(self, *states: ProposalState) -> "list[Proposal]":
        """All proposals, or those in one of `states`, oldest first."""
        found = [
            Proposal.model_validate({**record.body, "version": record.version}) for record in self._store.list(KIND)
        ]
        return sorted(
            (proposal for proposal in found if not states or proposal.state in states),
            key=lambda proposal: (proposal.proposed_at, proposal.proposal_id),
        )

    def change(self, proposal: Proposal, change: Change, also: Sequence[Write] = ()) -> Proposal:
        """Apply a change to exactly this version of the proposal, together with `also`.

        Raises ConflictError when it is not the newest, or when one of `also` lost a race.
        """
        state = change.fields.get("state", proposal.state)
        if state != proposal.state and state not in TRANSITIONS[proposal.state]:
            raise ProposalStateError(proposal.proposal_id, proposal.state, state)
        changed = proposal.model_copy(update={**change.fields, "updated_at": self._clock()})
        details = change.details if state == proposal.state else {"from": proposal.state, "to": state, **change.details}
        entry = AuditEntry(change.actor, change.event, proposal.proposal_id, details)
        self._audit.commit([_plan(changed), *also], [entry])
        return changed.model_copy(update={"version": proposal.version + 1})

    def touch(self, proposal: Proposal, fields: dict[str, Any]) -> Proposal:
        """Store bookkeeping that is no event (a lease that is kept alive); raises ConflictError like `change`."""
        changed = proposal.model_copy(update=fields)
        record = self._store.update(KIND, proposal.proposal_id, changed.model_dump(mode="json"), proposal.version)
        return changed.model_copy(update={"version": record.version})

    def decide(self, proposal_id: str, decision: Callable[[Proposal], Change | None]) -> Proposal:
        """Apply what `decision` makes of the newest version; it is applied again when somebody else was faster."""
        for _ in range(ATTEMPTS):
            proposal = self.get(proposal_id)
            change = decision(proposal)
            if change is None:
                return proposal
            try:
                return self.change(proposal, change)
            except ConflictError:
                continue
        raise ProposalStateError(proposal_id, "changing all the time", "decided on")

    def _insert(self, finding: ActionFinding, proposed_by: str) -> Proposal:
        now = self._clock()
        proposal = Proposal(
            proposal_id=finding.proposal_id,
            finding=finding,
            proposed_by=proposed_by,
            proposed_at=now,
            updated_at=now,
            version=1,
        )
        write = Write.insert(KIND, proposal.proposal_id, proposal.model_dump(mode="json"))
        entry = AuditEntry(proposed_by, "proposal.proposed", proposal.proposal_id, finding.model_dump(mode="json"))
        self._audit.commit([write], [entry])
        return proposal

    def _renew(self, known: Proposal, finding: ActionFinding) -> Proposal:
        fields = {
            "state": "proposed",
            "finding": finding,
            "plan": None,
            "plan_problem": None,
            "approvals": (),
            "approved_at": None,
            "closed_by": None,
            "close_reason": None,
            "proposed_at": self._clock(),
        }
        return self.change(
            known, Change("proposal.proposed", known.proposed_by, fields, finding.model_dump(mode="json"))
        )


def _plan(proposal: Proposal) -> Write:
    return Write(KIND, proposal.proposal_id, proposal.model_dump(mode="json"), proposal.version)
