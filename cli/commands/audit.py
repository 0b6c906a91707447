"""`cloudcost audit`: who did what, whether the log is what was written, and taking it elsewhere."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from cli.failures import UsageError
from cli.output.presentation import Moment
from cli.output.tables import Format, print_rows

if TYPE_CHECKING:
    from audit.log import AuditLog
    from audit.rows import AuditRow
    from audit.seal import Sighting
    from cloudcost.installation import Installation

audit_app = typer.Typer(
    help="Audit log: its newest row (its head), list, verify, export. Keep the head elsewhere to verify against it.",
    invoke_without_command=True,
)
#: Columns of `list`.
COLUMNS = ("row", "at", "person", "account", "host", "channel", "event", "subject", "details")


@audit_app.callback()
def show_head(context: typer.Context) -> None:
    """Print the head of the audit log: the number and hash of its newest row."""
    if context.invoked_subcommand is None:
        _, audit = _open(context)
        seq, digest = audit.head()
        print(f"{seq}:{digest}")


@audit_app.command("list")
def list_rows(
    context: typer.Context,
    subject: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="Only rows about this: a proposal, a delivery, an incident."),
    ] = None,
    last: Annotated[int, typer.Option(min=1, help="So many rows, the newest.")] = 50,
    output: Annotated[Format, typer.Option("--format", help="How to print rows.")] = Format.TABLE,
) -> None:
    """List the newest rows: when, who, from which account, host and way in, what, and about what."""
    _, audit = _open(context)
    found = _find_rows(audit, subject)[-last:]
    rows = [
        (row.seq, Moment.read(row.at), row.actor, row.account, row.host, row.channel, row.event, row.subject,
         json.dumps(row.details, ensure_ascii=False))
        for row in found
    ]  # fmt: skip
    print_rows(COLUMNS, rows, output)


def _find_rows(audit: "AuditLog", subject: str | None) -> "list[AuditRow]":
    """All rows, or those about what is called so, or else begins so; `UsageError` where there is none."""
    rows = audit.rows()
    if subject is None:
        return rows
    found = [row for row in rows if row.subject == subject] or [r for r in rows if r.subject.startswith(subject)]
    if not found:
        raise UsageError(f"the audit log has no row about {subject!r}")
    return found


@audit_app.command("verify")
def verify_log(
    context: typer.Context,
    head: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="A head that was kept elsewhere, as `cloudcost audit` printed it."),
    ] = None,
) -> None:
    """Verify that the log is what was written: no row edited, none missing, no end cut off, no older state put back."""
    verify(context, head)


@audit_app.command()
def export(
    context: typer.Context,
    out: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--out", help="A new file. Default: standard output."),
    ] = None,
) -> None:
    """Write every row as a line of JSON, the last line being the head."""
    _, audit = _open(context)
    seq, digest = audit.head()
    lines = [json.dumps(vars(row), ensure_ascii=False) for row in audit.rows() if row.seq <= seq]
    text = "\n".join([*lines, json.dumps({"head": f"{seq}:{digest}"})]) + "\n"
    if out is None:
        sys.stdout.write(text)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{out} is there already: an export is written to a new file") from None
    print(f"{len(lines)} audit rows written to {out}; head {seq}:{digest}")


@audit_app.command()
def accept(
    context: typer.Context,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")],
) -> None:
    """Accept a log that is not intact as it is, as an approver, so that executions go on; it remembers what was found.

    Approvals that were given before count no more.
    """
    from actions.approvals import NotAllowedError
    from audit.log import SUBJECT, AuditEntry
    from cloudcost.actors import find_actor
    from cloudcost.audit_watch import watch_audit

    installation, audit = _open(context)
    person = find_actor(installation, "")
    if person not in installation.directory.named_approvers():
        audit.append(AuditEntry(person, "audit.acceptance_refused", SUBJECT, {"reason": reason}))
        raise NotAllowedError(f"{person!r} is not among the approvers")
    if not reason.strip():
        raise UsageError("--reason: say why")
    found = audit.verify_chain()
    if found.is_intact:
        raise UsageError(f"there is nothing to accept: {found}")
    row = audit.accept(person, reason.strip())
    print(f"accepted by {person} in row {row.seq}: {found}")
    watch_audit(installation)


def verify(context: typer.Context, head: str | None = None) -> None:
    """Print the verdict; a break is exit code 1 and, where the state can be written, an incident."""
    from cloudcost.audit_watch import watch_audit
    from state import ReadOnlyStateError

    installation, audit = _open(context)
    verdict = audit.verify_chain(None if head is None else _read_head(head))
    print(verdict)
    if verdict.accepted_rows:
        print(f"rows 1 to {verdict.accepted_rows} are held as they were when somebody, or an upgrade, accepted them")
    if verdict.is_intact:
        return
    try:
        watch_audit(installation)
    except ReadOnlyStateError:
        print("no incident was opened: the state cannot be written by this user")
    raise typer.Exit(1)


def _read_head(text: str) -> "Sighting":
    from audit.seal import Sighting

    seq, _, digest = text.partition(":")
    if not seq.isdecimal() or len(digest) != len("0" * 64):
        raise UsageError(f"--head {text!r} is not a head as `cloudcost audit` prints it: a row's number, `:`, its hash")
    return Sighting(int(seq), digest)


def _open(context: typer.Context) -> "tuple[Installation, AuditLog]":
    from audit.log import AuditLog
    from cli.context import find_installation
    from core.instants import utc_now

    installation = find_installation(context)
    return installation, AuditLog(installation.store, utc_now)
