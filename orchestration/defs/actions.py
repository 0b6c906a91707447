"""Proposals from recommendations, and the jobs that carry out what people approved or take it back."""

import datetime as dt
import time

import dagster as dg

from actions.clients import make_aws_factory
from actions.engine import ActionEngine
from actions.proposals import Proposal, ProposalBook
from actions.results import ActionResult
from orchestration.findings import describe_recommendation
from orchestration.installation import Installation
from orchestration.resources.installation import InstallationResource
from orchestration.sources.ledger import Clock

RECOMMENDATIONS = dg.AssetKey(["ml", "recommendations"])


def engine_of(installation: Installation) -> ActionEngine:
    """The engine with the installation's settings, clients and reconciliation."""
    settings = installation.config.actions

    def is_reconciled(source_name: str, period: dt.date) -> bool | None:
        if not installation.warehouse.has_table("marts", "fct_reconciliation"):
            return None
        query = (
            "select bool_and(is_reconciled) from marts.fct_reconciliation "
            "where source_name = ? and billing_period = date_trunc('month', ?::date)"
        )
        with installation.warehouse.connect(read_only=True) as connection:
            answer = connection.execute(query, [source_name, period]).fetchall()[0][0]
        return None if answer is None else bool(answer)

    clients = make_aws_factory(settings.accounts, installation.environ)
    return ActionEngine(installation.store, settings, clients, is_reconciled, Clock(), time.sleep)


@dg.asset(
    key=["actions", "proposals"],
    group_name="actions",
    kinds={"python"},
    deps=[RECOMMENDATIONS],
    pool="warehouse",
    description="A proposal per recommendation that a remediation can carry out; it waits for people to approve it.",
)
def proposals(installation: InstallationResource) -> dg.MaterializeResult:
    """Proposes each finding once."""
    opened = installation.open()
    rows: list[dict[str, object]] = []
    if opened.warehouse.has_table("ml", "recommendations"):
        with opened.warehouse.connect(read_only=True) as connection:
            rows = (
                connection.execute("select * from ml.recommendations order by recommendation_id")
                .to_arrow_table()
                .to_pylist()
            )
    book = ProposalBook(opened.store, Clock())
    new = sum(book.propose(describe_recommendation(row))[1] for row in rows if row["remediation"])
    waiting = book.list("proposed")
    opened.mark_stage("proposals")
    return dg.MaterializeResult(metadata={"recommendations": len(rows), "new proposals": new, "waiting": len(waiting)})


class ActionConfig(dg.Config):
    """Which proposal a run is about."""

    proposal_id: str


class RollbackConfig(ActionConfig):
    """Which proposal is taken back, on whose word and why."""

    actor: str
    reason: str


@dg.op(
    pool="warehouse",
    description="Re-checks, executes and verifies one approved proposal, or goes on with an interrupted one.",
)
def execute_action(context: dg.OpExecutionContext, config: ActionConfig, installation: InstallationResource) -> None:
    """A proposal that could not be carried out is stored with its reason, and the run fails."""
    report_result(context, engine_of(installation.open()).execute(config.proposal_id))


@dg.op(pool="warehouse", description="Takes back what a proposal did.")
def rollback_action(context: dg.OpExecutionContext, config: RollbackConfig, installation: InstallationResource) -> None:
    """Restores the resource as far as the remediation promises."""
    engine = engine_of(installation.open())
    report_result(context, engine.rollback(config.proposal_id, config.actor, config.reason))


def report_result(context: dg.OpExecutionContext, result: ActionResult) -> None:
    """Log what happened; fail the run unless it went as asked (a dry run did)."""
    context.log.info(str(result))
    if not result.is_ok:
        raise dg.Failure(description=str(result), allow_retries=False)


@dg.job(description="Carries out one approved proposal.")
def execute_action_job() -> None:
    """Started by approved_action_sensor."""
    execute_action()


@dg.job(description="Takes back one executed proposal.")
def rollback_action_job() -> None:
    """Started by `cloudcost actions rollback`, or by hand."""
    rollback_action()


def execution_run_key(proposal: Proposal) -> str:
    """One run per approval: a proposal that is approved again may run again."""
    approved_at = proposal.approved_at.isoformat() if proposal.approved_at else "never"
    attempt = proposal.execution.errors if proposal.execution else 0
    return f"{proposal.proposal_id}:{approved_at}:{attempt}"


@dg.sensor(
    job=execute_action_job,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts the execution of what was approved. Approval is the safety: without it, nothing is started.",
)
def approved_action_sensor(context: dg.SensorEvaluationContext, installation: InstallationResource) -> dg.SensorResult:
    """One run per approved or interrupted proposal; a dry run is not repeated."""
    opened = installation.open()
    found = ProposalBook(opened.store, Clock()).list("approved", "executing")
    requests = [
        dg.RunRequest(
            run_key=execution_run_key(proposal),
            run_config={"ops": {"execute_action": {"config": {"proposal_id": proposal.proposal_id}}}},
        )
        for proposal in found
    ]
    return dg.SensorResult(requests, skip_reason=None if requests else "nothing is approved")
