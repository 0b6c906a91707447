"""`cloudcost people`: who there is, what they may, and changing that."""

from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from cli.commands.actions import ActorOption, OutputOption
from cli.failures import UsageError
from cli.output.tables import Format, print_rows

if TYPE_CHECKING:
    from cloudcost.identity.person import Person
    from cloudcost.installation import Installation

people_app = typer.Typer(
    help="People: list, show, add, change their roles, disable, enable. For whoever has the role admin, and for the "
    "account that owns the home where nobody has it. What one prefers oneself: `profile`.",
    no_args_is_help=True,
)
COLUMNS = ("person", "roles", "scopes", "account", "state", "from", "changed")

PersonArgument = Annotated[str, typer.Argument(help="Name of the person, as they sign in.")]
RolesOption = Annotated[
    Optional[list[str]],  # noqa: UP045 - typer reads it at run time
    typer.Option("--role", help="viewer, analyst, team_lead, approver or admin; repeated for several. Replaces all."),
]
ScopesOption = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--scope", help="Name of one of `dashboards.scopes`; repeated for several. Replaces all."),
]
AccountOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--account", help="Their account on this machine."),
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it is kept in the audit log.")]


@people_app.command("list")
def list_people(context: typer.Context, output: OutputOption = Format.TABLE) -> None:
    """List everybody with what they are; `changed` names what is not as the configuration has it."""
    installation = _open(context)
    print_rows(COLUMNS, [_row(person) for person in installation.directory.list()], output)


@people_app.command()
def show(context: typer.Context, name: PersonArgument) -> None:
    """Show a person: what they may, and who changed what of them."""
    from audit.log import AuditLog
    from cloudcost.identity.directory import NoSuchPersonError
    from cloudcost.identity.people_log import SUBJECT
    from core.instants import utc_now

    installation = _open(context)
    found = installation.directory.find(name)
    if found is None:
        raise NoSuchPersonError(f"there is nobody called {name!r}; `cloudcost people list` lists them")
    for column, value in zip(COLUMNS, _row(found), strict=True):
        print(f"{column:<12} {value}")
    print(f"{'may':<12} {', '.join(sorted(found.permissions)) or 'nothing'}")
    print(f"{'sees':<12} {_describe_rows(found)}")
    alike = installation.directory.find_lookalike(found.name)
    if alike is not None:
        print(f"{'looks like':<12} {alike}: of two whom nobody could tell apart one counts")
    for row in AuditLog(installation.store, utc_now).rows_about(f"{SUBJECT}{found.name}"):
        print(f"{row.seq:>5} {row.at} {row.actor} {row.event} {row.details.get('fields', '')}")


@people_app.command()
def add(
    context: typer.Context,
    name: PersonArgument,
    role: RolesOption = None,
    scope: ScopesOption = None,
    account: AccountOption = None,
    reason: ReasonOption = "",
    actor: ActorOption = "",
) -> None:
    """Add somebody. It counts at once, everywhere."""
    if not role:
        raise UsageError("--role: say what they are: viewer, analyst, team_lead, approver or admin")
    installation = _open(context)
    fields: dict[str, Any] = {"roles": role, "scopes": scope or [], "account": account}
    done = installation.directory.add(_authorise(installation, actor), name, reason, **fields)
    _print(done)


@people_app.command()
def change(
    context: typer.Context,
    name: PersonArgument,
    role: RolesOption = None,
    scope: ScopesOption = None,
    account: AccountOption = None,
    reason: ReasonOption = "",
    actor: ActorOption = "",
) -> None:
    """Give somebody other roles, scopes, or another account; what is not given stays."""
    fields: dict[str, Any] = {"roles": role, "scopes": scope, "account": account}
    given = {key: value for key, value in fields.items() if value is not None}
    if not given:
        raise UsageError("say what changes: --role, --scope or --account")
    _change(context, name, reason, actor, **given)


@people_app.command()
def disable(context: typer.Context, name: PersonArgument, reason: ReasonOption = "", actor: ActorOption = "") -> None:
    """Let somebody do nothing any more: not here, not by the API, not on the dashboards, with no key."""
    _change(context, name, reason, actor, is_disabled=True)


@people_app.command()
def enable(context: typer.Context, name: PersonArgument, reason: ReasonOption = "", actor: ActorOption = "") -> None:
    """Let somebody in again who was disabled."""
    _change(context, name, reason, actor, is_disabled=False)


@people_app.command()
def reset(context: typer.Context, name: PersonArgument, reason: ReasonOption = "", actor: ActorOption = "") -> None:
    """Let somebody be as the configuration has them; who is not in it is disabled."""
    installation = _open(context)
    _print(installation.directory.reset(_authorise(installation, actor), name, reason))


@people_app.command()
def password(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Of whom. Default: yourself.")] = "",
    actor: ActorOption = "",
) -> None:
    """Make your own password for the API, or a link by which somebody else sets theirs, once."""
    from cli.sign_in.sign_in import set_password

    set_password(_open(context), name, actor)


def _change(context: typer.Context, name: str, reason: str, actor: str, **fields: Any) -> None:
    installation = _open(context)
    _print(installation.directory.change(_authorise(installation, actor), name, reason, **fields))


def _authorise(installation: "Installation", chosen: str) -> str:
    from cloudcost.actors import find_allowed

    return find_allowed(installation, chosen, "manage_people")


def _row(person: "Person") -> tuple[str, ...]:
    state = "disabled" if person.is_disabled else "active"
    lists = (", ".join(person.roles), ", ".join(person.scopes), person.account or "")
    return (person.name, *lists, state, person.origin, ", ".join(person.changed))


def _describe_rows(person: "Person") -> str:
    if person.is_disabled or not person.may("see_costs"):
        return "nothing: disabled" if person.is_disabled else "nothing: no role"
    if person.sees_all_rows:
        return "every row"
    return "rows of their scopes" if person.scopes else "no row: no scope"


def _print(person: "Person") -> None:
    roles = ", ".join(person.roles) or "no role"
    print(f"{person.name}: {'disabled' if person.is_disabled else roles}")


def _open(context: typer.Context) -> "Installation":
    from cli.context import find_installation

    return find_installation(context)
