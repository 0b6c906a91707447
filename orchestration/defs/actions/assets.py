"""Proposals from recommendations, and the jobs that carry out what people approved or take it back."""

import datetime as dt
import time
from collections import Counter
from collections.abc import Mapping
from functools import partial
from itertools import islice
from typing import Any

import dagster as dg

from actions.approvals import Approvals
from actions.day_book import DayBook
from actions.engine import ActionEngine
from actions.proposal_book import ProposalBook, ProposalStateError
from actions.proposals import Proposal
from actions.results import ActionResult
from actions.verification import confirm_saving
from alerts.findings import describe_recommendation
from cloudcost.analytics.action_plans import find_newest, plan_proposals
from cloudcost.analytics.finding_objections import make_objection_finder
from cloudcost.analytics.saving_evidence import read_evidence
from cloudcost.audit_watch import watch_audit
from cloudcost.cloud_clients import open_clients
from cloudcost.installation import Installation
from cloudcost.recorded_settings import record_settings
from core.instants import utc_now
from orchestration.defs.warehouse.checks import RECONCILIATION
from orchestration.resources.installation import InstallationResource
from savings.lifecycle.status import OPEN
from warehouse import fetch_records

RECOMMENDATIONS = dg.AssetKey(["ml", "recommendations"])


def is_period_reconciled(installation: Installation, source_name: str, period: dt.date) -> bool | None:
    """Whether a source's month is what its export and its invoices state; None where nobody knows."""
    if not installation.warehouse.has_table("marts", "fct_reconciliation"):
        return None
    query = (
        "select bool_and(is_reconciled and status <> 'invoice differs') from marts.fct_reconciliation "
        "where source_name = ? and billing_period = ?"
    )
    with installation.warehouse.connect(read_only=True) as connection:
        answer = connection.execute(query, [source_name, period.replace(day=1)]).fetchall()[0][0]
    return None if answer is None else bool(answer)


def engine_of(installation: Installation) -> ActionEngine:
    """The engine with the installation's settings, clients and reconciliation."""
    settings = installation.action_settings
    is_reconciled = partial(is_period_reconciled, installation)
    clients = open_clients(installation)
    return ActionEngine(
        installation.store,
        settings,
        clients,
        is_reconciled,
        make_objection_finder(installation),
        utc_now,
        time.sleep,
        find_settings=lambda: installation.action_settings,
        find_finding=partial(find_newest, installation),
    )


def is_proposed(row: Mapping[str, Any]) -> bool:
    """Whether a recommendation is proposed: an action carries it out, its amount is known, and it is open."""
    return bool(row["remediation"]) and row["monthly_saving"] is not None and row.get("status", "found") in OPEN


@dg.asset(
    key=["actions", "proposals"],
    group_name="actions",
    kinds={"python"},
    deps=[RECOMMENDATIONS],
    pool="warehouse",
    description="A proposal per recommendation that a remediation can carry out; people approve its plan.",
)
def proposals(installation: InstallationResource) -> dg.MaterializeResult:
    """Proposes each finding once, and plans what waits: what differs from an approved plan has to be approved again."""
    opened = installation.open()
    start_action(opened)
    rows: list[dict[str, Any]] = []
    if opened.warehouse.has_table("ml", "recommendations"):
        with opened.warehouse.connect(read_only=True) as connection:
            rows = fetch_records(connection.execute("select * from ml.recommendations order by recommendation_id"))
    finder = make_objection_finder(opened)
    lapsed = Approvals(opened.store, opened.action_settings, utc_now, finder).expire_stale()
    book = ProposalBook(opened.store, utc_now)
    new = sum(book.propose(describe_recommendation(row))[1] for row in rows if is_proposed(row))
    planned = plan_proposals(opened)
    waiting = book.list("proposed")
    opened.mark_stage("proposals")
    return dg.MaterializeResult(
        metadata={
            "recommendations": len(rows),
            "new proposals": new,
            "lapsed proposals": len(lapsed),
            "waiting": len(waiting),
            "with a plan": planned.planned,
            "without a plan": dict(planned.problems),
        }
    )


@dg.asset(
    key=["actions", "verified_savings"],
    group_name="actions",
    kinds={"python"},
    deps=[["intermediate", "int_focus__unioned"], RECONCILIATION],
    pool="warehouse",
    description="Whether later bills show what executed proposals were to save; a proposal is then verified or failed.",
)
def verified_savings(context: dg.AssetExecutionContext, installation: InstallationResource) -> dg.MaterializeResult:
    """Judges each executed proposal by its bills; what they do not show yet is judged again in the next run."""
    opened = installation.open()
    found: Counter[str] = Counter(verified=0, refuted=0, unknown=0)
    for proposal in ProposalBook(opened.store, utc_now).list("executed"):
        evidence = read_evidence(opened, proposal, partial(is_period_reconciled, opened), utc_now().date())
        try:
            _, verdict = confirm_saving(opened.store, utc_now, proposal.proposal_id, evidence)
        except ProposalStateError as moved_on:
            context.log.info(f"not judged: {moved_on}")
            continue
        found[verdict.status] += 1
        context.log.info(f"{proposal.proposal_id}: {verdict.status}: {verdict.reason}")
    return dg.MaterializeResult(metadata={name: dg.MetadataValue.int(count) for name, count in found.items()})


#: Which proposal a run is about. A field of `dg.Config` would take the name of an environment variable too, and what
#: that holds would be in the run's log.
ACTION_CONFIG = {"proposal_id": dg.Field(str, description="The proposal's whole name.")}


@dg.op(
    pool="warehouse",
    config_schema=ACTION_CONFIG,
    description="Re-checks, executes and verifies one approved proposal, or goes on with an interrupted one.",
)
def execute_action(context: dg.OpExecutionContext, installation: InstallationResource) -> None:
    """A proposal that could not be carried out is stored with its reason, and the run fails."""
    opened = installation.open()
    start_action(opened)
    engine = engine_of(opened)
    proposal_id: str = context.op_config["proposal_id"]
    state = ProposalBook(opened.store, utc_now).get(proposal_id).state
    carry_on = engine.carry_out_rollback if state == "rolling_back" else engine.execute
    report_result(context, carry_on(proposal_id))


@dg.op(
    pool="warehouse",
    config_schema=ACTION_CONFIG,
    description="Takes back what a proposal did, if an approver has requested it.",
)
def rollback_action(context: dg.OpExecutionContext, installation: InstallationResource) -> None:
    """Restores the resource as far as the remediation promises. Who requested it and why is in the audit log, not in
    the run's configuration, which anybody could write.
    """
    opened = installation.open()
    start_action(opened)
    report_result(context, engine_of(opened).carry_out_rollback(context.op_config["proposal_id"]))


def start_action(installation: Installation) -> None:
    """Before anything is done: keep in the audit log what is allowed, and report where the log is not intact."""
    record_settings(installation)
    watch_audit(installation)


def report_result(context: dg.OpExecutionContext, result: ActionResult) -> None:
    """Log what happened; fail the run unless it went as requested (a dry run did)."""
    why = result.error or "; ".join(result.failures)
    summary = f"{result.proposal_id}: {result.outcome.replace('_', ' ')}" + (f": {why}" if why else "")
    context.log.info("\n".join([summary, *(f"would do: {step}" for step in result.would_do)]))
    if not result.is_ok:
        raise dg.Failure(description=summary, allow_retries=False)


@dg.job(description="Carries out one approved proposal.")
def execute_action_job() -> None:
    """Started by approved_action_sensor."""
    execute_action()


@dg.job(description="Takes back one executed proposal.")
def rollback_action_job() -> None:
    """Started by `cloudcost actions rollback`; by hand, it goes on with what was requested there."""
    rollback_action()


def execution_run_key(proposal: Proposal, now: dt.datetime) -> str:
    """One run per approval and attempt: one that was killed, or that something stood in the way of, is tried again.

    Killed shows as a lease that ran out; what stood in the way (an unread resource, a bill that did not reconcile) is
    looked at again every hour, until the approval lapses. A dry run is not repeated.
    """
    approved_at = proposal.approved_at.isoformat() if proposal.approved_at else "never"
    execution, check = proposal.execution, proposal.last_check
    parts = [proposal.proposal_id, approved_at, str(execution.errors if execution else 0)]
    if execution is not None and execution.lease_until is not None:
        parts.append(execution.lease_until.isoformat())
    if check is not None and check.outcome != "dry_run":
        parts.append(f"{now:%Y-%m-%dT%H}")
    return ":".join(parts)


def is_held(proposal: Proposal, now: dt.datetime) -> bool:
    """Whether a process is at work on it."""
    execution = proposal.execution
    return execution is not None and execution.lease_until is not None and execution.lease_until > now


@dg.sensor(
    job=execute_action_job,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Starts the execution of what was approved. Approval is the safety: without it, nothing is started.",
)
def approved_action_sensor(context: dg.SensorEvaluationContext, installation: InstallationResource) -> dg.SensorResult:
    """One run per approved or interrupted proposal; see `execution_run_key`. The rest waits for room in the day."""
    opened, now = installation.open(), utc_now()
    book = ProposalBook(opened.store, utc_now)
    interrupted = [p for p in book.list("executing", "rolling_back") if not is_held(p, now)]
    # the guardrail counts again when an execution begins: this only saves runs that would end there
    room = max(0, opened.config.actions.day_limit - DayBook(opened.store, book, utc_now).look().actions)
    find_objection = make_objection_finder(opened)
    approved = (proposal for proposal in book.list("approved") if find_objection(proposal) is None)
    found = interrupted + list(islice(approved, room))
    requests = [
        dg.RunRequest(
            run_key=execution_run_key(proposal, now),
            run_config={"ops": {"execute_action": {"config": {"proposal_id": proposal.proposal_id}}}},
        )
        for proposal in found
    ]
    return dg.SensorResult(requests, skip_reason=None if requests else "nothing is approved")
