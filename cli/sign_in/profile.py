"""`cloudcost people profile`: what one prefers, and for administrators what others do."""

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from cli.failures import UsageError

if TYPE_CHECKING:
    from cloudcost.identity.person import Person
    from cloudcost.installation import Installation

profile_app = typer.Typer(
    help="What a person prefers: time zone, display currency, how numbers are written, channels, quiet hours. "
    "Everybody their own; whoever has the role admin also that of others.",
    no_args_is_help=True,
)
NameArgument = Annotated[str, typer.Argument(help="Of whom. Default: yourself.")]
ActorOption = Annotated[
    str, typer.Option("--as", help="Who acts; only in a demo. Elsewhere it is the person signed in.")
]
#: What takes a preference back.
NONE = "none"


@profile_app.command()
def show(context: typer.Context, name: NameArgument = "", actor: ActorOption = "") -> None:
    """Show what somebody prefers, and whether they are not to be disturbed now."""
    from cloudcost.identity.person import is_quiet
    from core.instants import utc_now

    installation, _, found = _find(context, name, actor)
    profile, now = found.profile, utc_now()
    print(f"{'person':<14} {found.name}")
    print(f"{'time zone':<14} {profile.time_zone} ({profile.show_time(now)} now)")
    print(f"{'currency':<14} {profile.currency or 'as the answer has it'}")
    print(f"{'numbers':<14} {profile.number_format} ({profile.show_number(1234567.89)})")
    print(f"{'channels':<14} {', '.join(profile.channels) or 'none of their own'}")
    print(f"{'quiet hours':<14} {'; '.join(map(str, profile.quiet_hours)) or 'never'}")
    print(f"{'quiet now':<14} {'yes' if is_quiet(found, now) else 'no'}")
    known = ", ".join(channel.name for channel in installation.config.alerts.channels)
    print(f"{'there are':<14} {f'the channels {known}' if known else 'no channels'}")


@profile_app.command("set")
def change(
    context: typer.Context,
    name: NameArgument = "",
    time_zone: Annotated[
        Optional[str],  # noqa: UP045 - typer reads it at run time
        typer.Option("--time-zone", help="Of the IANA database, such as Europe/Berlin; none: UTC."),
    ] = None,
    currency: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option("--currency", help="ISO 4217; what amounts with a stated rate are rather read in. none: no one."),
    ] = None,
    number_format: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--numbers", help="plain 1234.5, comma 1,234.5, point 1.234,5, space 1 234,5, apostrophe 1'234.5."
        ),
    ] = None,
    channel: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--channel", help="Name of one of `alerts.channels`; repeated for several. none: no one's own."),
    ] = None,
    quiet: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option("--quiet", help="`22:00-07:00`, or of some days `00:00-24:00 sat,sun`; repeated. none: never."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")] = "",
    actor: ActorOption = "",
) -> None:
    """Change what somebody prefers; what is not given stays. Each change is a row of the audit log."""
    from cloudcost.identity.profile import QuietHours

    given: dict[str, Any] = {"time_zone": time_zone, "currency": currency, "number_format": number_format}
    wanted = {key: None if value == NONE else value for key, value in given.items() if value is not None}
    if channel is not None:
        wanted["channels"] = None if channel == [NONE] else channel
    if quiet is not None:
        wanted["quiet_hours"] = None if quiet == [NONE] else [QuietHours.split(text) for text in quiet]
    if not wanted:
        raise UsageError("say what changes: --time-zone, --currency, --numbers, --channel or --quiet")
    installation, own, found = _find(context, name, actor)
    installation.directory.change_profile(own, found.name, reason, **wanted)
    show(context, found.name, actor)


def _find(context: typer.Context, name: str, actor: str) -> "tuple[Installation, str, Person]":
    """Who acts, and whose profile it is; somebody else's is for those who manage people."""
    from cli.context import find_installation
    from cloudcost.actors import find_actor, find_allowed
    from cloudcost.identity.directory import NoSuchPersonError
    from core.persons import normalise_person

    installation = find_installation(context)
    own = find_actor(installation, actor)
    wanted = normalise_person(name) if name.strip() else own
    if wanted != own:
        find_allowed(installation, actor, "manage_people")
    person = installation.directory.find(wanted)
    if person is None:
        raise NoSuchPersonError(f"there is nobody called {wanted!r}", "`cloudcost people add` adds people")
    return installation, own, person
