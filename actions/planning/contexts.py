"""What the engine hands to a remediation: clients that make no change that is not in the plan, a clock, a sleep that
keeps the lease alive.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from actions.plans.document import KeptPlan
from actions.plans.records import PlanRecords
from actions.progress import Progress
from actions.remediations.base import StepContext, StepRefusedError, WatchLostError
from actions.step_log import StepLog
from clouds.aws.accounts import ClientFactory
from core.instants import Checkpoint, Clock, Sleep

#: What the operations of AWS that change nothing begin with.
READING = ("Describe", "Get", "List", "Search", "Lookup")


class PlannedClient:
    """A client of boto3 that passes on what reads, and of what changes something only what the plan lists."""

    def __init__(self, client: Any, service: str, kept: KeptPlan | None, results: Mapping[str, Any]) -> None:
        self._client = client
        self._service = service
        self._calls = () if kept is None else kept.plan.calls
        self._results = results

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        operation = self._client.meta.method_to_api_mapping.get(name)
        if operation is None or operation.startswith(READING):
            return method
        return partial(self._call, method, operation)

    def _call(self, method: Callable[..., Any], operation: str, **parameters: Any) -> Any:
        if not any(self._is_planned(call, operation, parameters) for call in self._calls):
            raise StepRefusedError(f"{self._service} {operation} with these parameters is not in the plan")
        return method(**parameters)

    def _is_planned(self, call: Any, operation: str, parameters: Mapping[str, Any]) -> bool:
        if (call.service, call.operation) != (self._service, operation):
            return False
        try:
            return _write(call.resolve(self._results)) == _write(parameters)
        except KeyError:
            return False


class StepContexts:
    """Makes the contexts of one engine."""

    def __init__(
        self, clients: ClientFactory, plans: PlanRecords, clock: Clock, sleep: Sleep, checkpoint: Checkpoint
    ) -> None:
        self._clients = clients
        self._plans = plans
        self._clock = clock
        self._sleep = sleep
        self._checkpoint = checkpoint

    def make(self, log: StepLog) -> StepContext:
        """The context of the next look or step. A way back is held to no plan: it starts from what was done."""
        proposal = log.proposal
        execution = proposal.execution or Progress()
        is_forward = log.way == "execution"
        results = execution.results() if is_forward else execution.last_results()
        kept = self._plans.find(proposal.plan) if is_forward else None

        def open_client(service: str) -> Any:
            where = proposal.finding.resource
            client = self._clients(service, where.account_id, where.region)
            is_guarded = is_forward and hasattr(client, "meta")
            return PlannedClient(client, service, kept, results) if is_guarded else client

        return StepContext(
            proposal_id=proposal.proposal_id,
            finding=proposal.finding,
            client=open_client,
            clock=self._clock,
            sleep=partial(self.wait, log),
            results=results,
            started=execution.started(),
            rollback_results=(proposal.rollback or Progress()).results(),
            checkpoint=self._checkpoint,
            keep_watch=partial(_keep_watch, log, log.progress.watch),
        )

    def wait(self, log: StepLog, seconds: float) -> None:
        """Sleep, and keep the lease that is held."""
        if log.holds_lease:
            log.renew()
        self._sleep(seconds)


def _keep_watch(log: StepLog, watch: int) -> None:
    log.renew()
    if log.progress.watch != watch:
        raise WatchLostError("this process was asleep in the middle of the step")


def _write(parameters: Mapping[str, Any]) -> str:
    return json.dumps(parameters, sort_keys=True, default=str)
