"""`cloudcost savings`: list and show what could be saved, decide about it, and what the checks go by."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from cli.commands.actions import ActorOption, OutputOption
from cli.failures import UsageError
from cli.output.tables import Format, print_rows, write_json
from cli.output.tables import encode_value as encode

if TYPE_CHECKING:
    from cloudcost.installation import Installation
    from savings.check import Check
    from savings.lifecycle.book import SavingsBook
    from savings.lifecycle.rows import Row

savings_app = typer.Typer(
    help="What could be saved and what was: list, show, accept, dismiss, restore, realised, explain.",
    no_args_is_help=True,
)

FindingArgument = Annotated[str, typer.Argument(help="Id of the finding, or at least its first 6 characters.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")]
Several = Optional[list[str]]  # noqa: UP045 - typer reads it at run time


@savings_app.command("list")
def list_savings(
    context: typer.Context,
    check: Annotated[Several, typer.Option("--check", help="Only of this check; may be given again.")] = None,
    account: Annotated[Several, typer.Option("--account", help="Only of this account; may be given again.")] = None,
    team: Annotated[Several, typer.Option("--team", help="Only of this team; may be given again.")] = None,
    cloud: Annotated[Several, typer.Option("--cloud", help="Only of this cloud: aws, azure, gcp.")] = None,
    status: Annotated[
        Several, typer.Option("--status", help="found, accepted, dismissed, done, verified, lapsed.")
    ] = None,
    effort: Annotated[Several, typer.Option("--effort", help="low, medium, high.")] = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """List what could be saved in 30 days, the largest first, with the one total per currency and how it adds up."""
    from cli.context import find_installation
    from cli.savings.listing import Wanted, print_findings

    check_known("--status", status, ("found", "accepted", "dismissed", "done", "verified", "lapsed"))
    check_known("--effort", effort, ("low", "medium", "high"))
    installation = find_installation(context)
    for name in check or ():
        find_check(name)
    wanted = {"check_name": check, "account_id": account, "x_team": team, "provider": cloud}
    wanted |= {"status": status, "effort": effort}
    print_findings(installation, Wanted({name: tuple(values or ()) for name, values in wanted.items()}), output)


@savings_app.command()
def realised(
    context: typer.Context,
    check: Annotated[Several, typer.Option("--check", help="Only of this check; may be given again.")] = None,
    account: Annotated[Several, typer.Option("--account", help="Only of this account; may be given again.")] = None,
    team: Annotated[Several, typer.Option("--team", help="Only of this team alone; may be given again.")] = None,
    verdict: Annotated[
        Several, typer.Option("--verdict", help="saved, not_saved, unclear, too_early, not_judged.")
    ] = None,
    output: OutputOption = Format.TABLE,
) -> None:
    """List what closed findings really saved in 30 days, by the bill, with an interval and the sums per currency."""
    from cli.context import find_installation
    from cli.savings.realised import print_realised
    from savings.realised.closings import VERDICTS

    check_known("--verdict", verdict, VERDICTS)
    installation = find_installation(context)
    for name in check or ():
        find_check(name)
    wanted = {"check_name": check, "account_id": account, "x_team": team, "verdict": verdict}
    print_realised(installation, wanted, output)


@savings_app.command()
def show(context: typer.Context, finding: FindingArgument) -> None:
    """Show a finding: evidence, part of the total, what to do, and its audit trail."""
    from audit.log import AuditLog
    from cli.context import find_installation
    from core.instants import utc_now
    from savings.registry import CHECKS

    installation = find_installation(context)
    found = find_finding(installation, finding)
    print(write_json(encode(found)))
    if (check := CHECKS.get(str(found["check_name"]))) is not None:
        print(f"next step: {check.next_step}")
        for link in check.links:
            print(f"see: {link}")
    for row in AuditLog(installation.store, utc_now).rows_about(str(found["recommendation_id"])):
        print(f"{row.seq:>5} {row.at} {row.actor} {row.event}")


@savings_app.command()
def accept(
    context: typer.Context,
    finding: FindingArgument,
    reason: ReasonOption = "accepted on the command line",
    actor: ActorOption = "",
) -> None:
    """Say that somebody takes a finding on. It stays in the plan. For team leads, approvers and administrators."""
    found, book, person = start_decision(context, finding, actor)
    book.accept(found, reason, person)
    print(f"{found['recommendation_id']}: accepted by {person}")


@savings_app.command()
def dismiss(
    context: typer.Context,
    finding: FindingArgument,
    reason: ReasonOption,
    until: Annotated[
        str, typer.Option("--until", help="Last day it holds, such as 2027-03-31; two years at most. Default: 90 days.")
    ] = "",
    actor: ActorOption = "",
) -> None:
    """Take a finding out of the plan up to a day; shown again then, or when it has grown by half. For team leads,
    approvers and administrators."""
    last = read_day(until)
    found, book, person = start_decision(context, finding, actor)
    given = book.dismiss(found, reason, person, last)
    print(f"{given.recommendation_id}: dismissed until {given.until} by {person}")


@savings_app.command()
def restore(
    context: typer.Context,
    finding: FindingArgument,
    reason: ReasonOption = "restored on the command line",
    actor: ActorOption = "",
) -> None:
    """Take back that a finding was accepted or dismissed. For team leads, approvers and administrators."""
    found, book, person = start_decision(context, finding, actor)
    if book.restore(found, reason, person) is None:
        print(f"{found['recommendation_id']}: nothing was decided about it")
        return
    print(f"{found['recommendation_id']}: found again, by {person}")


@savings_app.command()
def checks(context: typer.Context, output: OutputOption = Format.TABLE) -> None:
    """List the checks that look for savings."""
    from cli.context import find_installation
    from savings.registry import CHECKS

    disabled = find_installation(context).config.savings.disabled_checks
    rows = [
        (one.name, " ".join(one.clouds), one.title, one.lever, one.effort, one.risk_class, one.confidence,
         "no" if one.name in disabled else "yes")
        for one in sorted(CHECKS.values(), key=lambda one: one.name)
    ]  # fmt: skip
    print_rows(("check", "clouds", "title", "lever", "effort", "class", "confidence", "runs"), rows, output)


@savings_app.command()
def explain(context: typer.Context, check: Annotated[str, typer.Argument(help="Name of the check.")]) -> None:
    """Explain a check: when it finds something, why, how the amount comes about, and the figures that it goes by."""
    from cli.context import find_installation
    from savings.check import QuestionCheck, parameter_values

    found = find_check(check)
    changed = find_installation(context).config.savings.parameters.get(check, {})
    print(f"{found.name}: {found.title}")
    for label, text in (
        ("found when", found.rule), ("why", found.why), ("saving", found.saving_basis), ("next step", found.next_step),
        ("what it is", f"lever {found.lever}, of {found.component}; effort {found.effort}, class {found.risk_class}, "
         f"confidence {found.confidence}"),
        ("carried out by", found.remediation or "a person"),
    ):  # fmt: skip
        print(f"  {label + ':':<16}{text}")
    if isinstance(found, QuestionCheck):
        values = parameter_values(found, changed)
        for one in found.parameters:
            mark = f" (here; by itself {one.value})" if one.name in changed else ""
            print(f"  {one.name} = {values[one.name]}{mark}: {one.reason}")
    for link in found.links:
        print(f"  see {link}")


def start_decision(context: typer.Context, finding: str, actor: str) -> "tuple[Row, SavingsBook, str]":
    """The finding, the book, and the person who decides, if they may and see its account."""
    from cli.context import find_installation
    from cloudcost.actors import find_allowed
    from cloudcost.analytics.savings_lifecycle import check_sees
    from core.instants import utc_now
    from savings.lifecycle.book import SavingsBook

    installation = find_installation(context)
    person = find_allowed(installation, actor, "decide_savings")
    found = find_finding(installation, finding)
    check_sees(installation, person, found)
    return found, SavingsBook(installation.store, utc_now), person


def find_finding(installation: "Installation", prefix: str) -> "Row":
    """The one finding that is named so, found now or kept."""
    from cloudcost.analytics.savings_lifecycle import read_findings, read_gone
    from core.short_names import find_named
    from savings.lifecycle.book import DecisionError

    rows = [*read_findings(installation), *read_gone(installation)]
    found = find_named(rows, prefix, lambda row: (str(row["recommendation_id"]),))
    if len(found) != 1:
        raise DecisionError(f"{len(found)} findings start with {prefix!r}; `cloudcost savings list` lists them")
    return found[0]


def find_check(name: str) -> "Check":
    """The check of that name."""
    from difflib import get_close_matches

    from savings.registry import CHECKS

    if name not in CHECKS:
        near = get_close_matches(name, CHECKS, 1)
        hint = f"; did you mean {near[0]}?" if near else ";"
        raise UsageError(f"there is no check {name!r}{hint} `cloudcost savings checks` lists them")
    return CHECKS[name]


def check_known(option: str, given: Several, known: tuple[str, ...]) -> None:
    """`UsageError` for a value that no finding has."""
    for value in given or ():
        if value not in known:
            raise UsageError(f"{option} {value!r}: it is one of {', '.join(known)}")


def read_day(text: str) -> dt.date | None:
    """A day that was typed; `UsageError` for what is none."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--until {text!r} is not a day such as 2027-03-31") from None
