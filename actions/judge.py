"""The judge: gathers the guardrails' signals for one proposal and asks them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from actions.approvals import count_required, find_approved_since, list_valid
from actions.guardrails import Signals, Verdict, evaluate, evaluate_rollback
from actions.instants import Clock
from actions.proposals import Proposal
from actions.remediations import LiveResource, Remediation, StepContext
from actions.settings import ActionSettings
from actions.step_log import LeaseHeldError
from state import ConflictError

IsReconciled = Callable[[str, date], bool | None]
"""(source name, billing period) -> whether the period reconciles; None when that is not known."""


class Judge:
    """Decides by the settings, the proposal's approvals, the finding's bill and a fresh reading of the resource."""

    def __init__(self, settings: ActionSettings, is_reconciled: IsReconciled, clock: Clock) -> None:
        self._settings = settings
        self._is_reconciled = is_reconciled
        self._clock = clock

    def judge(
        self, remediation: Remediation, proposal: Proposal, context: StepContext, actions_this_run: int
    ) -> tuple[Verdict, LiveResource | None]:
        """The verdict on acting now, and the reading it rests on; a resource that cannot be read is a failure."""
        try:
            live = remediation.read(context)
            problems = remediation.list_problems(live, context)
        except (LeaseHeldError, ConflictError):
            raise
        except Exception as error:  # whatever went wrong, the resource is not known, and that is what counts
            unread = self._collect(remediation, proposal, None, None, actions_this_run)
            verdict = evaluate(unread, self._clock())
            told = [
                replace(failure, reason=f"{failure.reason}: {type(error).__name__}: {error}")
                if failure.signal == "resource_read"
                else failure
                for failure in verdict.failures
            ]
            return Verdict(tuple(told)), None
        return evaluate(self._collect(remediation, proposal, live, problems, actions_this_run), self._clock()), live

    def judge_rollback(self, remediation: Remediation, proposal: Proposal) -> Verdict:
        """The verdict on taking back what the proposal did."""
        return evaluate_rollback(self._collect(remediation, proposal, None, None, 0), self._clock())

    def _collect(
        self,
        remediation: Remediation,
        proposal: Proposal,
        live: LiveResource | None,
        problems: tuple[str, ...] | None,
        actions_this_run: int,
    ) -> Signals:
        settings, finding = self._settings, proposal.finding
        return Signals(
            mode=settings.mode,
            safety_class=remediation.safety_class.value,
            actions_this_run=actions_this_run,
            max_actions_per_run=settings.max_actions_per_run,
            resource_tags=None if live is None else live.tags,
            protected_tags=settings.protected_tags,
            approved_at=find_approved_since(proposal, settings),
            approval_ttl_days=settings.approval_ttl_days,
            valid_approvals=len(list_valid(proposal, settings)),
            required_approvals=count_required(proposal, settings),
            is_reconciled=self._ask_reconciled(finding.source_name, finding.billing_period),
            account_id=finding.resource.account_id,
            allowed_accounts=settings.allowed_accounts,
            region=finding.resource.region,
            allowed_regions=settings.allowed_regions,
            resource_read_at=None if live is None else live.read_at,
            resource_problems=problems,
        )

    def _ask_reconciled(self, source_name: str, billing_period: date) -> bool | None:
        try:
            return self._is_reconciled(source_name, billing_period)
        except (
            Exception
        ):  # unknown is a guardrail's failure, shown as such, and must not keep other actions from running
            return None
