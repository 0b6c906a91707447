"""`cloudcost incidents`: what people must know about, who takes care of it, and saying that it is over."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.actions import ActorOption, OutputOption
from cli.failures import UsageError
from cli.output.presentation import Moment
from cli.output.tables import Format, print_rows

if TYPE_CHECKING:
    from alerts.incidents import Incident
    from cloudcost.installation import Installation

incidents_app = typer.Typer(help="Incidents: list, show, acknowledge, resolve.", no_args_is_help=True)

IncidentArgument = Annotated[str, typer.Argument(help="Id of the incident, or at least its first 6 characters.")]
COLUMNS = ("incident", "state", "severity", "rule", "period", "source", "first_seen", "last_changed", "title", "note")


@incidents_app.command("list")
def list_incidents(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are resolved.")] = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """List incidents that are not resolved: what, since when, and when something of it changed last (UTC)."""
    _, book = _open(context)
    rows = [
        (one.incident_id, one.state, str(one.finding.severity), one.finding.rule, _name_period(one),
         one.finding.scope.get("source", ""), Moment.minute(one.opened_at), Moment.minute(one.updated_at),
         one.finding.title, one.note or "")
        for one in book.list()
        if everything or one.state != "resolved"
    ]  # fmt: skip
    print_rows(COLUMNS, rows, output)


@incidents_app.command()
def show(context: typer.Context, incident: IncidentArgument) -> None:
    """Show an incident: what was found, likely causes, what became of its messages, and its audit trail."""
    from alerts.outbox import Outbox
    from audit.log import AuditLog
    from core.instants import utc_now

    installation, book = _open(context)
    found = _find(book, incident)
    print(found.model_dump_json(indent=2))
    outbox = Outbox(installation.store, {}, installation.config.alerts, utc_now)
    for message in outbox.messages():
        if message.subject_id == found.incident_id:
            print(
                f"message {message.key}: {message.status}" + (f": {message.last_error}" if message.last_error else "")
            )
    for row in AuditLog(installation.store, utc_now).rows_about(found.incident_id):
        print(f"{row.seq:>5} {row.at} {row.actor} {row.event}")


@incidents_app.command()
def ack(
    context: typer.Context,
    incident: IncidentArgument,
    reason: Annotated[str, typer.Option("--reason", help="What is done about it; it is kept in the audit log.")] = "",
    actor: ActorOption = "",
) -> None:
    """Say that somebody takes care of an incident. It stays among those that are not resolved."""
    from cloudcost.actors import find_actor

    installation, book = _open(context)
    found = _find(book, incident)
    person = find_actor(installation, actor)
    if found.state == "acknowledged":
        print(f"{found.incident_id}: acknowledged already, by {found.acknowledged_by}: {found.note}")
        return
    done = book.acknowledge(found.incident_id, person, reason.strip())
    print(f"{done.incident_id}: acknowledged by {person}: {done.finding.title}")


@incidents_app.command()
def resolve(
    context: typer.Context,
    incident: IncidentArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")],
    actor: ActorOption = "",
) -> None:
    """Say that an incident is over. Who was notified of it is notified again; the same finding opens no new one.

    A broken audit log is not over by being declared so: its incident ends with the log put right or accepted.
    """
    from alerts.incident_book import IncidentStateError
    from cloudcost.actors import find_actor
    from cloudcost.audit_watch import RULE

    if not reason.strip():
        raise UsageError("--reason: say why")
    installation, book = _open(context)
    found = _find(book, incident)
    person = find_actor(installation, actor)
    if found.finding.rule == RULE:
        raise IncidentStateError(
            f"{found.incident_id} ends by itself when the audit log is put right, or when an approver accepts it: "
            "`cloudcost audit verify` and `cloudcost audit accept`"
        )
    if found.state == "resolved":
        print(f"{found.incident_id}: resolved already, by {found.resolved_by}: {found.note}")
        return
    done = book.resolve(found.incident_id, person, reason.strip())
    print(f"{done.incident_id}: resolved by {person}: {done.finding.title}")


def _name_period(incident: "Incident") -> str:
    """The billing period that it is about, else the day on which it starts; empty for what has neither."""
    period = incident.finding.scope.get("billing_period") or incident.finding.scope.get("period")
    return period or (incident.finding.start.isoformat() if incident.finding.is_dated else "")


def _open(context: typer.Context) -> "tuple[Installation, Any]":
    from alerts.incident_book import IncidentBook
    from cli.context import find_installation
    from core.instants import utc_now

    installation = find_installation(context)
    return installation, IncidentBook(installation.store, installation.config.alerts.channels, utc_now)


def _find(book: Any, prefix: str) -> "Incident":
    from alerts.incident_book import IncidentNotFoundError
    from core.short_names import find_named

    found: list[Incident] = find_named(book.list(), prefix, lambda one: (one.incident_id,))
    if len(found) != 1:
        raise IncidentNotFoundError(
            f"{len(found)} incidents start with {prefix!r}; `cloudcost incidents list --all` lists them"
        )
    return found[0]
