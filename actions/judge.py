"""The judge: gathers the guardrails' signals for one proposal and asks them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from actions.approval_evidence import judge_approvals
from actions.approvals import count_required
from actions.guardrails import Signals, Verdict, evaluate, evaluate_rollback
from actions.planning.drafting import FindFinding, draft_plan, expect_plan, keep_finding
from actions.plans.changes import list_changes
from actions.plans.records import PlanRecords
from actions.proposals import FindObjection, Proposal
from actions.remediations import LiveResource, Remediation, StepContext
from actions.settings import ActionSettings
from actions.step_log import LeaseHeldError
from audit.log import AuditLog
from core.instants import Clock
from state import ConflictError


@dataclass(frozen=True)
class Counts:
    """How much was begun: by this run, and by all runs in the last 24 hours. None: not known.

    `saving_today` is in the currency of the action to be judged, whose own saving is in it.
    """

    this_run: int | None
    today: int | None
    saving_today: Decimal | None


#: Of an action that has begun: it has its place in the run and in the day.
COUNTED = Counts(-1, -1, Decimal(0))

IsReconciled = Callable[[str, date], bool | None]
"""(source name, billing period) -> whether the period reconciles; None when that is not known."""

FindSettings = Callable[[], ActionSettings]
"""The settings as they are now: before each step is looked whether somebody has lost a role or stopped everything."""


class Judge:
    """Decides by the settings, the approvals as the audit log has them, what became of the finding, its bill, a fresh
    reading of the resource, and the plan that is drafted from it.
    """

    def __init__(
        self,
        find_settings: FindSettings,
        is_reconciled: IsReconciled,
        audit: AuditLog,
        clock: Clock,
        find_objection: FindObjection,
        plans: PlanRecords,
        find_finding: FindFinding = keep_finding,
    ) -> None:
        self._find_settings = find_settings
        self._find_objection = find_objection
        self._plans = plans
        self._find_finding = find_finding
        self._audit = audit
        self._is_reconciled = is_reconciled
        self._clock = clock

    def judge(
        self, remediation: Remediation, proposal: Proposal, context: StepContext, counts: Counts
    ) -> tuple[Verdict, LiveResource | None]:
        """The verdict on acting now, and the reading it rests on; a resource that cannot be read is a failure."""
        finding = proposal.finding
        errors: dict[str, Exception] = {}
        live, read_at, problems, is_reconciled, objection, changes = None, None, None, None, None, None
        # Whatever goes wrong in finding something out, it is not known; its guardrail reports that failure.
        try:
            live = remediation.read(context)
            problems = remediation.list_problems(live, context)
            read_at = self._clock() if live is None else live.read_at
        except (LeaseHeldError, ConflictError):
            raise
        except Exception as error:
            errors["resource_read"] = error
        try:
            if problems is not None:
                # One that must not be acted on is no other plan: that stands in the way by itself.
                changes = () if problems else self._compare(remediation, proposal, live, context)
        except (LeaseHeldError, ConflictError):
            raise
        except Exception as error:
            errors["plan"] = error
        try:
            is_reconciled = self._is_reconciled(finding.source_name, finding.billing_period)
        except Exception as error:
            errors["reconciliation"] = error
        try:
            objection = self._find_objection(proposal) or ""
        except Exception as error:
            errors["finding"] = error
        signals = replace(
            self._collect(remediation, proposal),
            actions_this_run=counts.this_run,
            actions_today=counts.today,
            saving_today=counts.saving_today,
            plan_changes=changes,
            is_reconciled=is_reconciled,
            objection=objection,
            resource_tags=None if live is None else live.tags,
            resource_read_at=read_at,
            resource_problems=problems,
        )
        return _add_errors(evaluate(signals, self._clock()), errors), live

    def judge_rollback(self, remediation: Remediation, proposal: Proposal) -> Verdict:
        """The verdict on taking back what the proposal did."""
        return evaluate_rollback(self._collect(remediation, proposal), self._clock())

    def _compare(
        self, remediation: Remediation, proposal: Proposal, live: LiveResource | None, context: StepContext
    ) -> tuple[str, ...]:
        """What is not as in the plan, apart from what our own steps have changed."""
        approvals = judge_approvals(proposal, self._find_settings(), self._audit, self._plans)
        kept = self._plans.find(proposal.plan)
        if approvals.plan_doubt is not None or kept is None:
            return (approvals.plan_doubt or "it has no plan",)
        fresh = draft_plan(remediation, live, replace(context, finding=self._find_finding(proposal)))
        begun, done = context.started, frozenset(context.results)
        share = self._find_settings().plan_price_share
        # A step that was begun and did not end may have had its effect or not.
        expected = (expect_plan(kept.plan, remediation, steps) for steps in (begun, done))
        found = [list_changes(plan, fresh.plan, share) for plan in expected]
        return min(found, key=len)

    def _collect(self, remediation: Remediation, proposal: Proposal) -> Signals:
        settings, resource = self._find_settings(), proposal.finding.resource
        approvals, verdict = judge_approvals(proposal, settings, self._audit, self._plans), self._audit.verify_chain()
        return Signals(
            mode=settings.mode,
            safety_class=remediation.safety_class.value,
            actions_this_run=None,
            max_actions_per_run=settings.max_actions_per_run,
            actions_today=None,
            max_actions_per_day=settings.day_limit,
            saving_today=None,
            max_saving_per_day=settings.max_saving_per_day,
            resource_tags=None,
            protected_tags=settings.protected_tags,
            approved_at=approvals.since,
            approval_seen_at=approvals.seen_at,
            approval_ttl_days=settings.approval_ttl_days,
            valid_approvals=approvals.independent,
            required_approvals=count_required(proposal, settings),
            unproven=approvals.doubts,
            audit_problem="" if verdict.is_intact else str(verdict),
            plan_changes=None,
            objection=None,
            is_reconciled=None,
            account_id=resource.account_id,
            allowed_accounts=settings.allowed_accounts,
            region=resource.region,
            allowed_regions=settings.allowed_regions,
            resource_read_at=None,
            resource_problems=None,
        )


def _add_errors(verdict: Verdict, errors: Mapping[str, Exception]) -> Verdict:
    return Verdict(
        tuple(
            replace(failure, reason=f"{failure.reason}: {type(error).__name__}: {error}") if error else failure
            for failure in verdict.failures
            for error in (errors.get(failure.signal),)
        )
    )
