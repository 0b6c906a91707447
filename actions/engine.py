"""The engine: carries out approved proposals step by step, and takes them back.

Each step is written down before it acts and after. A process that dies anywhere leaves a proposal in `executing`; the
next run takes it over when its lease has run out, finds by tags and tokens what was done already, and ends in the
same state. The guardrails are evaluated again before every change, with a fresh reading, and what was
found before a time that nobody watched is found again.
"""

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Literal

from actions.approval_evidence import list_rollback_doubts
from actions.approvals import ROLLBACK_STATES, Approvals
from actions.day_book import DAY_KIND, DayBook
from actions.guardrails import LIMITS, Verdict
from actions.judge import COUNTED, Counts, FindSettings, IsReconciled, Judge
from actions.planning.contexts import StepContexts
from actions.planning.drafting import FindFinding, keep_finding
from actions.planning.planner import Planner
from actions.plans.document import NoPlanError
from actions.plans.records import PlanRecords
from actions.plans.words import describe_plan
from actions.progress import Progress
from actions.proposal_book import ATTEMPTS, SYSTEM, Change, ProposalBook, ProposalStateError
from actions.proposals import FindObjection, LastCheck, Proposal
from actions.remediations import REMEDIATIONS, Remediation, Step, StepRefusedError
from actions.results import ActionResult, Outcome
from actions.settings import ActionSettings
from actions.step_log import LeaseHeldError, StepLog, check_lease
from audit.log import AuditLog
from clouds.aws.accounts import ClientFactory
from core.instants import Checkpoint, Clock, Sleep, pass_checkpoint
from state import ConflictError, StateStore

# One error may be the network's; five in one execution are the request's own.
MAX_ERRORS = 5
# A provider's listings trail its writes by seconds.
SETTLE_SECONDS = 15.0


class ActionEngine:
    """One run's engine: it counts the actions it starts against the run's limit."""

    def __init__(
        self,
        store: StateStore,
        settings: ActionSettings,
        clients: ClientFactory,
        is_reconciled: IsReconciled,
        find_objection: FindObjection,
        clock: Clock,
        sleep: Sleep,
        remediations: Mapping[str, Remediation] = REMEDIATIONS,
        checkpoint: Checkpoint = pass_checkpoint,
        lease_seconds: float = 300,
        find_settings: FindSettings | None = None,
        find_finding: FindFinding = keep_finding,
    ) -> None:
        """``find_settings``: the settings as they are before each step; without it ``settings`` hold throughout."""
        plans = PlanRecords(store)
        self._book = ProposalBook(store, clock)
        self._find_settings = find_settings or (lambda: settings)
        self._approvals = Approvals(store, settings, clock, find_objection)
        self._audit = AuditLog(store, clock)
        self._judge = Judge(self._find_settings, is_reconciled, self._audit, clock, find_objection, plans, find_finding)
        self._planner = Planner(store, settings, clients, clock, sleep, find_finding, remediations)
        self._contexts = StepContexts(clients, plans, clock, sleep, checkpoint)
        self._day = DayBook(store, self._book, clock)
        self._plans = plans
        self._clock = clock
        self._remediations = remediations
        self._checkpoint = checkpoint
        self._lease_seconds = lease_seconds
        self._owner = uuid.uuid4().hex
        self._started = 0

    def execute(self, proposal_id: str) -> ActionResult:
        """Carry out one approved proposal, or go on with one that was interrupted.

        Raises ProposalNotFoundError and ProposalStateError; everything that happens later is in the result.
        """
        proposal = self._book.get(proposal_id)
        if proposal.state not in ("approved", "executing"):
            raise ProposalStateError(proposal_id, proposal.state, "executed")
        log = self._open_log(proposal, "execution", SYSTEM)
        remediation = self._find_remediation(proposal)
        if remediation is None:
            return self._refuse(log, ("remediation: not registered",), (), "blocked")
        steps = remediation.steps()
        try:
            if proposal.state == "approved":
                refusal = self._begin(remediation, log, steps)
                if refusal is not None:
                    return refusal
            else:
                log.begin("executing", {}, {"remediation": remediation.name})
            self._checkpoint("execution:begun")
            return self._advance(remediation, log, steps)
        except (LeaseHeldError, ConflictError) as held:
            return self._report(log, "busy", error=str(held))

    def _begin(self, remediation: Remediation, log: StepLog, steps: Sequence[Step]) -> ActionResult | None:
        """Take one of the day's places and begin; the refusal, where there is none left or a guardrail objects."""
        for _ in range(ATTEMPTS):
            place = self._day.look()
            counts = Counts(self._started, place.actions, place.sum_with(log.proposal))
            verdict, _ = self._judge.judge(remediation, log.proposal, self._contexts.make(log), counts)
            if not verdict.is_eligible:
                self._renew_plan(log, verdict)
                return self._refuse_verdict(log, verdict, steps)
            try:
                details = {"remediation": remediation.name}
                log.begin("executing", {}, details, [place.take(log.proposal, self._clock())])
            except ConflictError as conflict:
                if conflict.kind != DAY_KIND:
                    raise
                # Another process took a place since we counted: count again.
                continue
            self._started += 1
            return None
        return self._report(log, "busy", error="other processes begin actions all the time")

    def rollback(self, proposal_id: str, actor: str, reason: str) -> ActionResult:
        """Take back what a proposal did, on the word of one approver, who must have been authenticated.

        Raises NotAllowedError, ProposalStateError and NoReasonError.
        """
        self._approvals.request_rollback(proposal_id, actor, reason)
        return self.carry_out_rollback(proposal_id)

    def carry_out_rollback(self, proposal_id: str) -> ActionResult:
        """Carry out, or go on with, the rollback that an approver requested; the audit log holds who and what.

        Blocked where it does not, or the state has something else. Raises ProposalNotFoundError and ProposalStateError.
        """
        proposal = self._book.get(proposal_id)
        if proposal.state not in ROLLBACK_STATES:
            raise ProposalStateError(proposal_id, proposal.state, "rolled back")
        doubts = list_rollback_doubts(proposal, self._audit)
        person, reason = proposal.rollback_by, proposal.rollback_reason
        if doubts or person is None or reason is None:
            return self._refuse(self._open_log(proposal, "rollback", SYSTEM), doubts, (), "blocked")
        return self._roll_back(proposal, person, reason)

    def _roll_back(self, proposal: Proposal, person: str, reason: str) -> ActionResult:
        log = self._open_log(proposal, "rollback", person)
        remediation = self._find_remediation(proposal)
        if remediation is None:
            return self._refuse(log, ("remediation: not registered",), (), "blocked")
        steps = remediation.rollback_steps()
        verdict = self._judge.judge_rollback(remediation, proposal)
        try:
            if not verdict.is_eligible:
                return self._refuse_verdict(log, verdict, steps)
            check_lease(proposal.execution or Progress(), self._owner, self._clock)
            log.begin("rolling_back", {"rollback_by": person, "rollback_reason": reason}, {"reason": reason})
            self._checkpoint("rollback:begun")
            return self._advance(remediation, log, steps)
        except (LeaseHeldError, ConflictError) as held:
            return self._report(log, "busy", error=str(held))

    def _advance(
        self, remediation: Remediation, log: StepLog, steps: Sequence[Step], may_repeat: bool = True
    ) -> ActionResult:
        for step in steps:
            # One that was not begun cannot have had its effect, so what it relies on is found again at once.
            if step.name not in log.progress.started() and log.progress.list_unwatched(step.relies_on):
                log.void(step.relies_on)
        for step in steps:
            if step.name in log.progress.results():
                continue
            if step.is_mutating and log.way == "execution":
                verdict, is_applied = self._judge_step(remediation, log, step)
                if not verdict.is_eligible and not is_applied:
                    return self._stop(log, step, verdict)
                if not is_applied and log.progress.list_unwatched(step.relies_on):
                    if not may_repeat:
                        return self._pause(log, step, ("watch: the resource is out of sight again and again",))
                    log.void(step.relies_on)
                    return self._advance(remediation, log, steps, may_repeat=False)
            log.start(step.name)
            self._checkpoint(f"{step.name}:started")
            try:
                result = step.run(self._contexts.make(log))
            except (LeaseHeldError, ConflictError):
                raise
            except StepRefusedError as refusal:
                return self._fail(log, step.name, str(refusal))
            except Exception as error:  # any SDK's error: stored, reported, and tried again by the next run
                return self._interrupt(log, step.name, f"{type(error).__name__}: {error}")
            self._checkpoint(f"{step.name}:acted")
            log.finish(step.name, result)
            self._checkpoint(f"{step.name}:done")
        outcome: Literal["executed", "rolled_back"] = "executed" if log.way == "execution" else "rolled_back"
        log.end(outcome, {})
        self._checkpoint(f"{log.way}:ended")
        return self._report(log, outcome)

    def _judge_step(self, remediation: Remediation, log: StepLog, step: Step) -> tuple[Verdict, bool]:
        """The verdict on a step that changes something, and whether it has visibly had its effect already."""
        is_begun = step.name in log.progress.started()
        if is_begun and log.progress.list_unwatched(step.relies_on):
            # It was begun by a process that is gone: the provider may show its effect with a delay.
            self._contexts.wait(log, SETTLE_SECONDS)
        # The action was counted when it began: the limits must not stop it half-way.
        verdict, live = self._judge.judge(remediation, log.proposal, self._contexts.make(log), COUNTED)
        log.renew()
        return verdict, is_begun and remediation.is_applied(step.name, live)

    def _renew_plan(self, log: StepLog, verdict: Verdict) -> None:
        """Where something else would be done than was approved: the plan of now, to be approved instead."""
        if not verdict.fails("plan") or verdict.fails("resource") or verdict.fails("resource_read"):
            return
        with suppress(NoPlanError):
            log.proposal = self._planner.plan(log.proposal.proposal_id, log.proposal.version)

    def _open_log(self, proposal: Proposal, way: Literal["execution", "rollback"], actor: str) -> StepLog:
        return StepLog(self._book, proposal, way, self._owner, actor, self._lease_seconds, self._clock)

    def _find_remediation(self, proposal: Proposal) -> Remediation | None:
        remediation = self._remediations.get(proposal.finding.remediation)
        is_fitting = remediation is not None and remediation.provider == proposal.finding.resource.provider
        return remediation if is_fitting else None

    def _refuse_verdict(self, log: StepLog, verdict: Verdict, steps: Sequence[Step]) -> ActionResult:
        outcome: Literal["dry_run", "deferred", "blocked"] = "blocked"
        if verdict.fails_only("mode") and self._find_settings().mode == "dry_run":
            outcome = "dry_run"
        elif verdict.fails_only(*LIMITS):
            outcome = "deferred"
        would_do = self._tell(log, steps) if outcome == "dry_run" else ()
        return self._refuse(log, tuple(map(str, verdict.failures)), would_do, outcome)

    def _tell(self, log: StepLog, steps: Sequence[Step]) -> tuple[str, ...]:
        kept = self._plans.find(log.proposal.plan) if log.way == "execution" else None
        return tuple(step.description for step in steps) if kept is None else describe_plan(kept.plan)

    def _refuse(
        self,
        log: StepLog,
        failures: tuple[str, ...],
        would_do: tuple[str, ...],
        outcome: Literal["dry_run", "deferred", "blocked"],
    ) -> ActionResult:
        check = LastCheck(at=self._clock(), outcome=outcome, failures=failures, would_do=would_do)
        details = {"failures": list(failures), "would_do": list(would_do)}
        change = Change(f"{log.way}.{outcome}", SYSTEM, {"last_check": check}, details)
        try:
            proposal = self._book.change(log.proposal, change)
        except ConflictError as conflict:
            return self._report(log, "busy", error=str(conflict))
        return ActionResult(proposal.proposal_id, outcome, proposal.state, failures, would_do)

    def _stop(self, log: StepLog, step: Step, verdict: Verdict) -> ActionResult:
        failures = tuple(map(str, verdict.failures))
        if verdict.fails("resource") and not verdict.fails("resource_read"):
            # The resource is known and is not what was approved any more; that does not get better by waiting.
            return self._fail(log, step.name, "; ".join(failures))
        self._renew_plan(log, verdict)
        return self._pause(log, step, failures)

    def _pause(self, log: StepLog, step: Step, failures: tuple[str, ...]) -> ActionResult:
        check = LastCheck(at=self._clock(), outcome="blocked", failures=failures, would_do=())
        log.note_pause({"last_check": check}, f"{log.way}.blocked", {"step": step.name, "failures": list(failures)})
        return self._report(log, "blocked", failures=failures)

    def _fail(self, log: StepLog, step: str, error: str) -> ActionResult:
        if log.way == "rollback":
            # There is no state behind it: a rollback that was requested stays requested.
            log.note_error(step, error)
            return self._report(log, "failed", error=f"{step}: {error}")
        log.end("failed", {"step": step, "error": error}, error=f"{step}: {error}")
        return self._report(log, "failed", error=f"{step}: {error}")

    def _interrupt(self, log: StepLog, step: str, error: str) -> ActionResult:
        if log.progress.errors + 1 >= MAX_ERRORS:
            return self._fail(log, step, f"{error} (error {MAX_ERRORS})")
        log.note_error(step, error)
        return self._report(log, "interrupted", error=f"{step}: {error}")

    def _report(
        self, log: StepLog, outcome: Outcome, *, failures: tuple[str, ...] = (), error: str | None = None
    ) -> ActionResult:
        return ActionResult(log.proposal.proposal_id, outcome, log.proposal.state, failures, (), error)
