"""`cloudcost actions`: look at proposals, decide on them, take them back."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output.tables import Format, print_rows

if TYPE_CHECKING:
    from actions.approvals import Approvals
    from actions.proposals import Proposal
    from cloudcost.installation import Installation

actions_app = typer.Typer(help="Proposed savings: list, show, approve, reject, roll back.", no_args_is_help=True)

ProposalArgument = Annotated[str, typer.Argument(help="Id of the proposal, or at least its first 6 characters.")]
ActorOption = Annotated[
    str, typer.Option("--as", help="Who acts; only in a demo. Elsewhere it is the person signed in.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")]
#: Less of a digest may be another plan's too.
SHORTEST_DIGEST = 12
OutputOption = Annotated[Format, typer.Option("--format", help="How to print rows.")]


@actions_app.command("list")
def list_actions(context: typer.Context, output: OutputOption = Format.TABLE) -> None:
    """List all proposals with their state, what they would save, and what later bills show of it a day."""
    _, book = _open(context)
    rows = [
        (p.proposal_id, p.state, p.finding.remediation, p.finding.resource.resource_id, p.finding.resource.account_id,
         p.finding.monthly_saving, p.finding.currency, len(p.approvals),
         "" if p.realised_daily_saving is None else p.realised_daily_saving)
        for p in book.list()
    ]  # fmt: skip
    columns = (
        "proposal", "state", "remediation", "resource", "account", "monthly_saving", "currency", "approvals",
        "realised_daily_saving",
    )  # fmt: skip
    print_rows(columns, rows, output)


@actions_app.command()
def show(context: typer.Context, proposal: ProposalArgument) -> None:
    """Show a proposal: evidence, approvals, steps, its plan in words and audit trail."""
    from audit.log import AuditLog
    from core.instants import utc_now

    installation, book = _open(context)
    found = _find(book, proposal)
    print(found.model_dump_json(indent=2))
    _print_plan(installation, found)
    for row in AuditLog(installation.store, utc_now).rows_about(found.proposal_id):
        print(f"{row.seq:>5} {row.at} {row.actor} {row.event}")


@actions_app.command()
def plan(context: typer.Context, proposal: ProposalArgument, actor: ActorOption = "") -> None:
    """Read the resource of a proposal now and plan it anew; nothing in the cloud is changed. For approvers."""
    from cloudcost.actors import find_allowed
    from cloudcost.analytics.action_plans import open_planner

    installation, book = _open(context)
    found = _find(book, proposal)
    find_allowed(installation, actor, "decide_proposals")
    _print_plan(installation, open_planner(installation).plan(found.proposal_id))


@actions_app.command()
def audit(context: typer.Context) -> None:
    """Verify the audit log, as `cloudcost audit verify` does."""
    from cli.commands.audit import verify

    verify(context)


@actions_app.command()
def approve(
    context: typer.Context,
    proposal: ProposalArgument,
    reason: ReasonOption = "approved on the command line",
    actor: ActorOption = "",
    plan: Annotated[
        str, typer.Option("--plan", help="The plan that you read: its digest, or 12 characters of it at least.")
    ] = "",
    execute: Annotated[
        bool, typer.Option("--execute", help="Carry it out here, without waiting for the daemon.")
    ] = False,
) -> None:
    """Approve the plan of a proposal, which is printed. The Dagster daemon then executes it; above the limit a second
    person has to approve first."""
    from actions.approval_evidence import digest_plan
    from actions.approvals import PlanChangedError

    installation, book = _open(context)
    found = _find(book, proposal)
    person = _start_action(installation, actor)
    _print_plan(installation, found)
    shown = digest_plan(found)
    if plan and not (len(plan) >= SHORTEST_DIGEST and shown.startswith(plan)):
        raise PlanChangedError(f"{found.proposal_id}: its plan is {shown}, not {plan}: look at it again")
    decided = _open_approvals(installation).approve(found.proposal_id, person, reason, shown)
    if decided.state == "proposed":
        print(f"{decided.proposal_id}: approved by {person}; another person has to approve it too")
        return
    print(f"{decided.proposal_id}: {decided.state}; mode is {installation.config.actions.mode}")
    if execute:
        config = {"ops": {"execute_action": {"config": {"proposal_id": decided.proposal_id}}}}
        raise typer.Exit(
            _run_job(installation, "execute_action_job", config, context.obj["verbose"], decided.proposal_id)
        )


@actions_app.command()
def reject(
    context: typer.Context,
    proposal: ProposalArgument,
    reason: ReasonOption = "rejected on the command line",
    actor: ActorOption = "",
) -> None:
    """Reject a proposal; the same finding is not proposed again."""
    installation, book = _open(context)
    found = _find(book, proposal)
    decided = _open_approvals(installation).reject(found.proposal_id, _start_action(installation, actor), reason)
    print(f"{decided.proposal_id}: {decided.state}")


@actions_app.command()
def rollback(
    context: typer.Context,
    proposal: ProposalArgument,
    reason: ReasonOption = "rolled back on the command line",
    actor: ActorOption = "",
) -> None:
    """Take back what an executed proposal did, as far as its remediation promises."""
    installation, book = _open(context)
    found = _find(book, proposal)
    person = _start_action(installation, actor)
    _open_approvals(installation).request_rollback(found.proposal_id, person, reason)
    config = {"ops": {"rollback_action": {"config": {"proposal_id": found.proposal_id}}}}
    raise typer.Exit(_run_job(installation, "rollback_action_job", config, context.obj["verbose"], found.proposal_id))


@actions_app.command()
def stop(
    context: typer.Context,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")],
    actor: ActorOption = "",
) -> None:
    """Stop every execution now: all that runs and all that was approved only states what it would do. For approvers and
    administrators."""
    _set_stop(context, True, reason, actor)


@actions_app.command()
def resume(
    context: typer.Context,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")],
    actor: ActorOption = "",
) -> None:
    """Let executions go on, in the mode that the configuration has. For administrators."""
    _set_stop(context, False, reason, actor)


def _set_stop(context: typer.Context, is_stopped: bool, reason: str, actor: str) -> None:
    from cloudcost.actors import find_allowed
    from cloudcost.managed_settings import STOP

    installation, _ = _open(context)
    person = find_allowed(installation, actor, "stop_actions" if is_stopped else "resume_actions")
    installation.managed_settings.change(person, STOP, is_stopped, reason)
    mode = "dry_run" if is_stopped else installation.file_config.actions.mode
    print(f"executions are {'stopped' if is_stopped else 'not stopped any more'}; mode is {mode}")


def _open(context: typer.Context) -> "tuple[Installation, Any]":
    from actions.proposal_book import ProposalBook
    from cli.context import find_installation
    from core.instants import utc_now

    installation = find_installation(context)
    return installation, ProposalBook(installation.store, utc_now)


def _open_approvals(installation: "Installation") -> "Approvals":
    from actions.approvals import Approvals
    from cloudcost.analytics.finding_objections import make_objection_finder
    from core.instants import utc_now

    finder = make_objection_finder(installation)
    return Approvals(installation.store, installation.action_settings, utc_now, finder)


def _find(book: Any, prefix: str) -> "Proposal":
    from actions.proposal_book import ProposalNotFoundError
    from core.short_names import find_named

    found: list[Proposal] = find_named(book.list(), prefix, lambda p: (p.proposal_id,))
    if len(found) != 1:
        raise ProposalNotFoundError(f"{len(found)} proposals start with {prefix!r}")
    return found[0]


def _print_plan(installation: "Installation", proposal: "Proposal") -> None:
    from actions.plans.records import NO_PLAN, PlanRecords
    from actions.plans.words import describe_plan

    kept = PlanRecords(installation.store).find(proposal.plan)
    if kept is None:
        print(f"{proposal.proposal_id} has no plan: {proposal.plan_problem or NO_PLAN}")
        return
    print(f"plan {kept.digest}")
    for line in describe_plan(kept.plan):
        print(f"  {line}")
    if proposal.plan_problem:
        print(f"  not looked at again: {proposal.plan_problem}")


def _start_action(installation: "Installation", chosen: str) -> str:
    """The person who acts, after what the configuration allows was kept in the audit log."""
    from cloudcost.actors import find_actor
    from cloudcost.recorded_settings import record_settings

    record_settings(installation)
    return find_actor(installation, chosen)


def _run_job(
    installation: "Installation", job: str, run_config: dict[str, Any], verbose: bool, proposal_id: str
) -> int:
    """Execute one of the action jobs in this process and state what came of it."""
    from actions.proposal_book import ProposalBook
    from core.errors import FAILED, OK
    from core.instants import utc_now
    from orchestration.launch import execute_job

    is_done = execute_job(installation, job, run_config, verbose)
    after = ProposalBook(installation.store, utc_now).get(proposal_id)
    progress = after.rollback if job == "rollback_action_job" else after.execution
    print(f"{proposal_id}: {after.state}")
    reasons = [] if is_done or progress is None or progress.last_error is None else [progress.last_error]
    checked = after.last_check
    if checked is not None:
        mark = "waits: " if checked.outcome == "deferred" else ""
        reasons += [*(mark + failure for failure in checked.failures), *(f"would do: {s}" for s in checked.would_do)]
    for line in reasons:
        print(f"  {line}")
    return OK if is_done else FAILED
