"""The planner: gives proposals the plan that people approve, and takes it back where it is another one now.

A plan comes with one transaction: the proposal, the record of the plan and the row of the audit log. Nothing in a cloud
is changed by planning.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actions.log_replay import explain_finding, explain_state, since_proposed
from actions.planning.drafting import FindFinding, draft_plan, expect_plan, keep_finding
from actions.plans.changes import list_changes
from actions.plans.document import KeptPlan, NoPlanError
from actions.plans.records import CHANGED, MADE, PlanRecords, explain_plan
from actions.progress import Progress
from actions.proposal_book import ATTEMPTS, SYSTEM, Change, ProposalBook, ProposalStateError
from actions.proposal_book import KIND as PROPOSALS
from actions.proposals import ActionFinding, Proposal
from actions.remediations import REMEDIATIONS, Remediation, StepContext
from actions.settings import ActionSettings
from audit.log import AuditLog
from clouds.aws.accounts import ClientFactory
from core.errors import CloudcostError, shorten
from core.instants import Checkpoint, Clock, Sleep, pass_checkpoint
from state import ConflictError, StateStore

#: A plan is for what may still be approved.
PLANNED_STATES = ("proposed", "approved", "executing")
MOST_REASON = 500


class NotReadError(CloudcostError):
    """The resource is where nothing may be read."""


@dataclass(frozen=True)
class Draft:
    """What planning found: a plan, or why there is none; `is_known` is False where nothing was learnt."""

    kept: KeptPlan | None
    problem: str | None
    finding: ActionFinding
    is_known: bool = True


class Planner:
    """Plans proposals of one store."""

    def __init__(
        self,
        store: StateStore,
        settings: ActionSettings,
        clients: ClientFactory,
        clock: Clock,
        sleep: Sleep,
        find_finding: FindFinding = keep_finding,
        remediations: Mapping[str, Remediation] = REMEDIATIONS,
        checkpoint: Checkpoint = pass_checkpoint,
    ) -> None:
        self._book = ProposalBook(store, clock)
        self._plans = PlanRecords(store)
        self._audit = AuditLog(store, clock)
        self._settings = settings
        self._clients = clients
        self._clock = clock
        self._sleep = sleep
        self._find_finding = find_finding
        self._remediations = remediations
        self._checkpoint = checkpoint

    def plan(self, proposal_id: str, version: int | None = None) -> Proposal:
        """Read the resource and plan: the first time, or anew where something is another now, which voids approvals.

        One that cannot be planned says why in `plan_problem`. ``version``: the only one that is planned, ConflictError
        for any other. Raises ProposalNotFoundError, ProposalStateError, and NoPlanError where the state has the
        proposal as something else than the audit log.
        """
        for _ in range(ATTEMPTS):
            proposal = self._book.get(proposal_id)
            if version not in (None, proposal.version):
                raise ConflictError(PROPOSALS, proposal_id, version, proposal.version)
            if proposal.state not in PLANNED_STATES:
                raise ProposalStateError(proposal_id, proposal.state, "planned")
            doubt = self._explain_doubt(proposal)
            if doubt is not None:
                # Whatever was written into the state must not become a row of the log by being planned.
                raise NoPlanError(f"{proposal_id} is not planned: {doubt}")
            draft = self._draft(proposal)
            self._checkpoint("plan:drafted")
            try:
                planned = self._settle(proposal, draft)
            except ConflictError:
                continue
            self._checkpoint("plan:kept")
            return planned
        raise ProposalStateError(proposal_id, "changing all the time", "planned")

    def _explain_doubt(self, proposal: Proposal) -> str | None:
        rows = self._audit.facts_about(proposal.proposal_id)
        return explain_state(proposal, rows) or explain_finding(proposal, since_proposed(rows))

    def _draft(self, proposal: Proposal) -> Draft:
        finding = proposal.finding
        try:
            finding = self._find_finding(proposal)
            remediation = self._find_remediation(finding)
            context = self._make_context(proposal, finding)
            return Draft(draft_plan(remediation, remediation.read(context), context, is_asked=True), None, finding)
        except NoPlanError as problem:
            return Draft(None, str(problem), finding)
        except NotReadError as problem:
            return Draft(None, str(problem), finding, is_known=False)
        except Exception as error:  # any SDK's error: the proposal waits and says why
            reason = shorten(f"the resource could not be read: {type(error).__name__}: {error}", MOST_REASON)
            return Draft(None, reason, finding, is_known=False)

    def _find_remediation(self, finding: ActionFinding) -> Remediation:
        remediation, where = self._remediations.get(finding.remediation), finding.resource
        if remediation is None or remediation.provider != where.provider:
            raise NoPlanError(f"there is no remediation {finding.remediation!r} for {where.provider}")
        for noun, value, allowed in (
            ("account", where.account_id, self._settings.allowed_accounts),
            ("region", where.region, self._settings.allowed_regions),
        ):
            if value not in allowed:
                raise NotReadError(f"{noun} {value} is not in actions.allowed_{noun}s, so nothing is read there")
        return remediation

    def _make_context(self, proposal: Proposal, finding: ActionFinding) -> StepContext:
        where = finding.resource

        def open_client(service: str) -> Any:
            return self._clients(service, where.account_id, where.region)

        return StepContext(proposal.proposal_id, finding, open_client, self._clock, self._sleep)

    def _settle(self, proposal: Proposal, draft: Draft) -> Proposal:
        old = self._find_counting(proposal)
        if draft.kept is None:
            return self._settle_without(proposal, old, draft)
        changes: tuple[str, ...] = ()
        if old is not None:
            remediation, begun = self._remediations[draft.finding.remediation], _list_begun(proposal)
            expected = expect_plan(old.plan, remediation, begun)
            changes = list_changes(expected, draft.kept.plan, self._settings.plan_price_share)
            if not changes:
                is_noted = proposal.plan_problem is not None
                return self._book.touch(proposal, {"plan_problem": None}) if is_noted else proposal
        details = {"plan": draft.kept.digest, "document": draft.kept.document}
        if old is not None:
            details |= {"before": old.digest, "changes": list(changes)}
        fields = {"finding": draft.finding, "plan": draft.kept.digest, "plan_problem": None}
        return self._write(proposal, MADE if old is None else CHANGED, fields, details, draft.kept)

    def _settle_without(self, proposal: Proposal, old: KeptPlan | None, draft: Draft) -> Proposal:
        if old is None or not draft.is_known or proposal.state == "executing":
            # What is merely not known makes no other plan: it is read again before anything is done.
            is_new = proposal.plan_problem != draft.problem
            return self._book.touch(proposal, {"plan_problem": draft.problem}) if is_new else proposal
        details = {"plan": None, "before": old.digest, "changes": [draft.problem]}
        return self._write(proposal, CHANGED, {"plan": None, "plan_problem": draft.problem}, details, None)

    def _write(
        self, proposal: Proposal, event: str, fields: dict[str, Any], details: dict[str, Any], kept: KeptPlan | None
    ) -> Proposal:
        void: dict[str, Any] = {"approvals": (), "approved_at": None}
        if proposal.state == "approved":
            void["state"] = "proposed"
        writes = () if kept is None else self._plans.write(kept)
        return self._book.change(proposal, Change(event, SYSTEM, {**fields, **void}, details), writes)

    def _find_counting(self, proposal: Proposal) -> KeptPlan | None:
        """The plan that people may have approved; None where there is none, or one that the log does not prove."""
        kept = self._plans.find(proposal.plan)
        rows = since_proposed(self._audit.evidence_about(proposal.proposal_id))
        return None if explain_plan(proposal, kept, rows) is not None else kept


def _list_begun(proposal: Proposal) -> frozenset[str]:
    return (proposal.execution or Progress()).started()
