"""A person: what they are and may, as the configuration has them and as they are after changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cloudcost.identity.people import PersonSettings
from cloudcost.identity.profile import PLAIN, Profile, read_profile
from cloudcost.identity.roles import ROLES, Permission, Role, permissions_of, sees_all_rows
from core.persons import normalise_person

#: What of a person can be changed.
FIELDS = ("roles", "scopes", "account", "is_disabled")
#: What of a person they change themselves too.
PROFILE = "profile"
#: What the roles of `dashboards.people` are called here.
OF_DASHBOARDS: Mapping[str, Role] = {"viewer": "viewer", "team": "team_lead", "finance": "analyst", "admin": "admin"}


@dataclass(frozen=True)
class Person:
    """Somebody, or a machine of theirs, and what they may.

    ``name``: their one spelling. ``account``: of the operating system, theirs alone. ``origin``: `file`, `store` (added
    by an administrator), or `group` (known by a group of their provider alone). ``changed``: the fields that are not as
    the file has them.
    """

    name: str
    roles: tuple[Role, ...] = ()
    scopes: tuple[str, ...] = ()
    account: str | None = None
    is_disabled: bool = False
    origin: str = "file"
    changed: tuple[str, ...] = ()
    profile: Profile = PLAIN

    @property
    def permissions(self) -> frozenset[Permission]:
        """What they may; a disabled person may nothing."""
        return frozenset() if self.is_disabled else permissions_of(self.roles)

    @property
    def sees_all_rows(self) -> bool:
        """Whether they see every row of costs; else those of their scopes."""
        return not self.is_disabled and sees_all_rows(self.roles, self.scopes)

    def may(self, permission: Permission) -> bool:
        """Whether they may do that."""
        return permission in self.permissions


def is_quiet(person: Person, at: datetime) -> bool:
    """Whether somebody is not to be disturbed at a moment, by their quiet hours in their time zone."""
    return person.profile.is_quiet(at)


def put_together(name: str, base: Person | None, fields: Mapping[str, Any]) -> Person:
    """Somebody as the configuration has them, if it does, with the fields that were changed since."""
    person, values = base or Person(name, origin="store"), read_fields(fields)
    values[PROFILE] = read_profile(person.profile, fields.get(PROFILE) or {})
    changed = (
        ()
        if base is None
        else tuple(key for key in (*FIELDS, PROFILE) if values.get(key, getattr(base, key)) != getattr(base, key))
    )
    return replace(person, **values, changed=changed)


def read_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row as a person has them."""
    known = {key: fields[key] for key in FIELDS if key in fields}
    return {key: tuple(value) if isinstance(value, list) else value for key, value in known.items()}


def people_of_file(
    people: Iterable[PersonSettings], approvers: Iterable[str], readers: Iterable[tuple[str, str, Sequence[str]]]
) -> list[Person]:
    """Everybody whom the configuration names, once: `people`, `actions.approvers` and `dashboards.people`.

    ``readers``: address, role on the dashboards, and scopes.
    """
    found: dict[str, Person] = {}

    def merge(
        name: str,
        roles: Sequence[Role],
        scopes: Sequence[str] = (),
        account: str | None = None,
        profile: Profile = PLAIN,
    ) -> None:
        person = found.get(normalise_person(name), Person(normalise_person(name)))
        found[person.name] = replace(
            person,
            roles=tuple(role for role in ROLES if role in {*person.roles, *roles}),
            scopes=tuple(dict.fromkeys([*person.scopes, *scopes])),
            account=account or person.account,
            profile=person.profile if profile == PLAIN else profile,
        )

    for person in people:
        merge(person.name, person.roles, person.scopes, person.account, person.profile)
    for name in approvers:
        merge(name, ["approver"])
    for address, role, scopes in readers:
        merge(address, [OF_DASHBOARDS[role]], scopes)
    return list(found.values())
