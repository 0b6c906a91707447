"""Who is who: the Superset roles of somebody of the configuration, and what whoever asks may do at most."""

from typing import Any, Literal

from flask import g, has_app_context, has_request_context

ROLE_PREFIX, SCOPE_PREFIX = "cloudcost_", "cloudcost_scope_"
Standing = Literal["admin", "finance", "team", "viewer", "guest", "none", "process"]
#: Those who write no SQL, and who see no error of the warehouse.
RESTRICTED = ("team", "viewer", "guest", "none")


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


def roles_of(role: str, scopes: list[str]) -> list[str]:
    """The Superset roles of somebody with this role and these scopes."""
    return ["Admin"] if role == "admin" else [ROLE_PREFIX + role, *(SCOPE_PREFIX + scope for scope in scopes)]


def read_people(settings: dict[str, Any]) -> dict[str, list[str]]:
    """Superset roles by what a person brings: an address of `people`, or a group of `group_roles`."""
    mapping = {f"mail:{p['email'].lower()}": roles_of(p["role"], p["scopes"]) for p in settings["people"]}
    mapping |= {f"group:{group}": roles_of(role, []) for group, role in settings["oidc"]["group_roles"].items()}
    return mapping
