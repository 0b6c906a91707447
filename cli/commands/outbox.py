"""`cloudcost outbox`: the messages of incidents that wait or could not be delivered, and trying those again."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli.commands.actions import ActorOption, OutputOption
from cli.output.presentation import Moment
from cli.output.tables import Format, print_rows

if TYPE_CHECKING:
    from alerts.outbox import Outbox
    from cloudcost.installation import Installation

outbox_app = typer.Typer(help="Messages to channels: list them, and send failed ones again.", no_args_is_help=True)

COLUMNS = ("message", "channel", "status", "attempts", "created", "due", "subject", "error")


@outbox_app.command("list")
def list_messages(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Also those that were sent.")] = False,
    output: OutputOption = Format.TABLE,
) -> None:
    """List messages that are not sent: `pending` ones are tried by themselves, `dead` ones were given up (UTC)."""
    _, outbox = _open(context)
    rows: list[tuple[object, ...]] = [
        (one.key, one.channel, one.status, one.attempts, Moment.minute(one.created_at),
         Moment.minute(one.due_at) if one.status == "pending" else "", one.subject, one.last_error or "")
        for one in sorted(outbox.messages(), key=lambda one: (one.created_at, one.key))
        if everything or one.status != "sent"
    ]  # fmt: skip
    rows += [(one.key, one.channel, "damaged", 0, "", "", "", one.error or "") for one in outbox.list_damaged()]
    print_rows(COLUMNS, rows, output)


@outbox_app.command()
def requeue(
    context: typer.Context,
    message: Annotated[str, typer.Argument(help="Key of the message, or at least its first 6 characters.")],
    actor: ActorOption = "",
) -> None:
    """Give a message that was given up a fresh set of attempts; the daemon or the next run sends it."""
    from cloudcost.actors import find_actor

    installation, outbox = _open(context)
    key = _find(outbox, message)
    done = outbox.requeue(key, find_actor(installation, actor))
    print(f"{done.key}: is tried again; it was given up with: {done.last_error}")


def _open(context: typer.Context) -> "tuple[Installation, Outbox]":
    """The outbox without channels: nothing is sent here."""
    from alerts.outbox import Outbox
    from cli.context import find_installation
    from core.instants import utc_now

    installation = find_installation(context)
    return installation, Outbox(installation.store, {}, installation.config.alerts, utc_now)


def _find(outbox: "Outbox", prefix: str) -> str:
    from alerts.outbox import MessageNotFoundError
    from core.short_names import find_named

    found = find_named(outbox.messages("dead"), prefix, lambda one: (one.key,))
    if len(found) != 1:
        raise MessageNotFoundError(
            f"{len(found)} messages that were given up start with {prefix!r}; `cloudcost outbox list` lists them"
        )
    return found[0].key
