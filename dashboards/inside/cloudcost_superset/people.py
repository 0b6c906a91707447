"""Who is who: the Superset roles of the people of `people.json`, and what whoever asks may do at most."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from flask import g, has_app_context, has_request_context

ROLE_PREFIX, SCOPE_PREFIX = "cloudcost_", "cloudcost_scope_"
#: The role that allows nothing.
NO_ROLE = "cloudcost_none"
#: The administrator of Superset itself, whom no directory knows.
FIRST_ADMIN = "admin"
Standing = Literal["admin", "finance", "team", "viewer", "guest", "none", "process"]
#: Those who write no SQL, and who see no error of the warehouse.
RESTRICTED = ("team", "viewer", "guest", "none")


@dataclass(frozen=True)
class People:
    """What the file says.

    ``lines``: by address the Superset roles, none for who is refused. ``copies``: see `dashboards.scopes.list_copies`.
    """

    lines: dict[str, list[str] | None] = field(default_factory=dict)
    copies: list[dict[str, Any]] = field(default_factory=list)


def people_file() -> Path:
    """Where `dashboards.serve` writes who may sign in, whenever it changes."""
    return Path(os.environ["CLOUDCOST_DASHBOARDS_HOME"]) / "people.json"


def read_people(text: str) -> People:
    """What a file of people says; ValueError, TypeError or KeyError where it is none."""
    written = json.loads(text)
    lines: dict[str, list[str] | None] = dict.fromkeys(written["refused"])
    lines |= {person["email"]: roles_of(person["role"], person["scopes"]) for person in written["people"]}
    return People({name.lower(): roles for name, roles in lines.items()}, written["copies"])


def standing() -> Standing:
    """What whoever asks may do at most; a process of ours (bootstrapping) where nobody asks.

    Of several roles the one counts that needs the most care: who sees summaries of all rows sees no single ones, also
    as a member of a team. Finance, which sees all rows, comes first.
    """
    user = getattr(g, "user", None) if has_app_context() else None
    if user is None:
        return "none" if has_request_context() else "process"
    if getattr(user, "is_guest_user", False):
        return "guest"
    if user.is_anonymous:
        return "none"
    names = {role.name for role in user.roles} | {role.name for group in user.groups for role in group.roles}
    if "Admin" in names:
        return "admin"
    for found in ("finance", "viewer", "team"):
        if f"cloudcost_{found}" in names:
            return found
    return "none"


def find_address(claims: Mapping[str, Any]) -> str:
    """The address that a provider states of somebody; none where it says that it did not verify it, which some write as
    text, and none that databases may take for somebody else's (the sign of kelvin for a k)."""
    stated = str(claims.get("email") or "")
    address = stated.lower()
    is_one_spelling = all(letter in (lower, lower.upper()) for letter, lower in ((one, one.lower()) for one in stated))
    is_verified = claims.get("email_verified", True) in (True, "true")
    return address if is_verified and is_one_spelling else ""


def roles_of(role: str, scopes: list[str]) -> list[str]:
    """The Superset roles of somebody with this role and these scopes."""
    return ["Admin"] if role == "admin" else [ROLE_PREFIX + role, *(SCOPE_PREFIX + scope for scope in scopes)]


def map_roles(people: People, settings: dict[str, Any]) -> dict[str, list[str]]:
    """Superset roles by what a person brings: an address of `people.json`, or a group of `group_roles`."""
    mapping = {f"mail:{name}": roles for name, roles in people.lines.items() if roles is not None}
    return mapping | {f"group:{group}": roles_of(role, []) for group, role in settings["oidc"]["group_roles"].items()}
