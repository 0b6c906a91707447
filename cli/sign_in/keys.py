"""`cloudcost keys`: keys of machines, which act as oneself at the API."""

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from cli.output.presentation import READER, Moment
from cli.output.tables import Format, print_rows

if TYPE_CHECKING:
    from cli.sign_in.remote import ApiClient
    from cloudcost.identity.profile import Profile
    from cloudcost.identity.roles import Permission
    from cloudcost.installation import Installation

keys_app = typer.Typer(
    help="Keys of machines for the API: list, create, revoke. Of whoever is signed in (`cloudcost login`) at that API; "
    "else, on this machine's installation, of the person whose account this is.",
    no_args_is_help=True,
)
COLUMNS = ("key", "owner", "name", "permissions", "expires_at", "revoked_at", "used_at")
#: From this column on they are times.
TIMES = COLUMNS.index("expires_at")
OutputOption = Annotated[Format, typer.Option("--format", help="How to print rows.")]
EverybodyOption = Annotated[bool, typer.Option("--all", help="Everybody's; for those who manage people.")]


@keys_app.command("list")
def list_keys(context: typer.Context, everything: EverybodyOption = False, output: OutputOption = Format.TABLE) -> None:
    """List keys, also those that count no more."""
    api = _find_api()
    if api is not None:
        READER.be(partial(_find_profile, api))
        found = api.get(f"/v1/keys{'?everybody=true' if everything else ''}")["items"]
        rows = [(one["id"], *(one[column] for column in COLUMNS[1:])) for one in found]
    else:
        _, name, keys = _open(context, "manage_people" if everything else "own_keys")
        rows = [
            (one.key_id, one.owner, one.name, one.permissions, one.expires_at, one.revoked_at, one.used_at)
            for one in keys.list(None if everything else name)
        ]
    print_rows(COLUMNS, [(*map(_as_text, row[:TIMES]), *map(_as_time, row[TIMES:])) for row in rows], output)


@keys_app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is for.")],
    may: Annotated[
        list[str], typer.Option("--may", help="A permission of yours, such as see_costs; repeated for several.")
    ],
    days: Annotated[int, typer.Option(min=1, max=366, help="It counts for so many days.")] = 90,
) -> None:
    """Make a key that acts as you. It is shown this once."""
    api = _find_api()
    if api is not None:
        made = api.post("/v1/keys", {"name": name, "permissions": may, "days": days})
        text, key_id = made["key"], made["id"]
    else:
        installation, owner, keys = _open(context, "own_keys")
        person = installation.directory.find(owner)
        assert person is not None  # noqa: S101 - they have a permission
        key, text = keys.create(person, name, cast("list[Permission]", may), days)
        key_id = key.key_id
    print(f"{text}\nkey {key_id}, shown this once")


@keys_app.command()
def revoke(context: typer.Context, key: Annotated[str, typer.Argument(help="Id of the key.")]) -> None:
    """Let a key count no more, at once. Its owner may, and whoever manages people."""
    api = _find_api()
    if api is not None:
        api.delete(f"/v1/keys/{key}")
    else:
        from cloudcost.actors import find_allowed
        from cloudcost.identity.api_keys import NoSuchKeyError

        installation, name, keys = _open(context, "own_keys")
        found = keys.find(key)
        if found.owner != name:
            person = installation.directory.find(name)
            if person is None or not person.may("manage_people"):
                raise NoSuchKeyError(f"there is no key {key!r} of yours")
            find_allowed(installation, "", "manage_people")
        keys.revoke(name, key)
    print(f"{key}: revoked")


def _find_api() -> "ApiClient | None":
    from cli.sign_in.remote import ApiClient, read_login

    login = read_login()
    return None if login is None else ApiClient(login.url).with_login(login)


def _open(context: typer.Context, permission: "Permission") -> "tuple[Installation, str, Any]":
    from api.sign_in.desk import make_doors
    from cli.context import find_installation
    from cloudcost.actors import find_allowed

    installation = find_installation(context)
    name = find_allowed(installation, "", permission)
    return installation, name, make_doors(installation).local.keys


def _find_profile(api: "ApiClient") -> "Profile":
    """What whoever is signed in prefers, of an API that may be of another release."""
    from cloudcost.identity.profile import PLAIN, read_profile

    return read_profile(PLAIN, api.get("/v1/me"))


def _as_time(value: Any) -> Any:
    """Of this machine a moment, of an API its text; where there is none nothing."""
    return "" if value is None else Moment.read(str(value))


def _as_text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
