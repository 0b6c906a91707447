"""Who may look at the dashboards, as the directory of people has it now."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cloudcost.config.dashboards import Role
from cloudcost.identity.person import Person
from cloudcost.identity.roles import Role as DirectoryRole
from cloudcost.installation import Installation

#: Only who is called by an address can sign in: reports go there, and a provider vouches for it.
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
#: Roles that see single charges; without scopes, all of them.
OF_FINANCE: frozenset[DirectoryRole] = frozenset({"analyst", "approver"})


@dataclass(frozen=True)
class Reader:
    """Somebody who may sign in: their address, their role on the dashboards, and, of role team, their scopes."""

    email: str
    role: Role
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Readers:
    """Everybody of the directory who is called by an address.

    ``refused``: who is disabled or has no role, and so is not let in by a group of their provider either.
    """

    people: tuple[Reader, ...] = ()
    refused: tuple[str, ...] = ()


def readers_of(installation: Installation) -> Readers:
    """Who may look at the dashboards of an installation now."""
    scopes = [scope.name for scope in installation.config.dashboards.scopes]
    return list_readers(installation.directory.list(), scopes)


def list_readers(people: Iterable[Person], scopes: Collection[str]) -> Readers:
    """The readers among people; ``scopes``: the names of scopes that there are now."""
    known = [person for person in people if ADDRESS.fullmatch(person.name)]
    found = {person.name: find_reader(person, scopes) for person in known}
    return Readers(
        tuple(reader for reader in found.values() if reader is not None),
        tuple(name for name, reader in found.items() if reader is None),
    )


def find_reader(person: Person, scopes: Collection[str]) -> Reader | None:
    """What somebody is on the dashboards; None where they may not sign in.

    A scope that is no more is left out, and does not make of its person one who sees every row.
    """
    if person.is_disabled or not person.roles:
        return None
    if "admin" in person.roles:
        return Reader(person.name, "admin")
    if person.sees_all_rows:
        return Reader(person.name, "finance" if OF_FINANCE & set(person.roles) else "viewer")
    return Reader(person.name, "team", tuple(scope for scope in person.scopes if scope in scopes))
