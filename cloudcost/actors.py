"""On whose name a command acts: the authenticated person's; in a demo, where nothing is real, anybody's."""

import os

from actions.approvals import NotAllowedError
from audit.log import AuditEntry, AuditLog
from cloudcost.identity.people import UNPROVEN, USER_ENV, authenticate, find_account
from cloudcost.identity.profile import PLAIN, Profile
from cloudcost.identity.roles import Permission
from cloudcost.installation import Installation
from core.errors import CloudcostError
from core.instants import utc_now
from core.persons import normalise_person


def find_starter(installation: Installation) -> str:
    """Who starts something that decides nothing by itself: the person, or the account where it is not certain whose it
    is, as in the user namespace of a container.
    """
    account = find_account()
    return account if account.startswith(UNPROVEN) else find_actor(installation, "")


def find_actor(installation: Installation, chosen: str) -> str:
    """The person who acts; ``chosen`` is what `--as` names, which counts in a demo's home alone.

    Elsewhere another name than one's own is a `NotAllowedError` and an audit row.
    """
    audit = AuditLog(installation.store, utc_now)
    wanted, option = (chosen, "--as") if chosen else (os.environ.get(USER_ENV, ""), USER_ENV)
    if wanted and audit.is_demo:
        _check_enabled(installation, wanted)
        return normalise_person(wanted)
    account = find_account()
    try:
        person = authenticate(installation.directory.list())
        _check_enabled(installation, person)
    except NotAllowedError as refusal:
        audit.append(AuditEntry(f"account {account}", "identity.refused", account, {"why": str(refusal)}))
        raise
    if not wanted or normalise_person(wanted) == person:
        return person
    audit.append(AuditEntry(person, "identity.refused", normalise_person(wanted), {"by": option}))
    raise NotAllowedError(
        f"{option} {wanted!r}: names are chosen in the demo only; you are {person!r}, whose account on this machine is "
        f"{account!r} (`people` in the configuration says whose accounts are whose)"
    )


def find_profile(installation: Installation) -> Profile:
    """What the person prefers who reads what this process prints; nothing in particular where nobody is certain.

    A look: it makes no state, and a refusal is no row.
    """
    try:
        if not installation.has_state:
            return PLAIN
        chosen = os.environ.get(USER_ENV, "")
        is_chosen = bool(chosen) and AuditLog(installation.store, utc_now).is_demo
        name = chosen if is_chosen else authenticate(installation.directory.list())
        person = installation.directory.find(name)
    except CloudcostError:
        return PLAIN
    return PLAIN if person is None else person.profile


def find_allowed(installation: Installation, chosen: str, permission: Permission) -> str:
    """The person who acts, if they have the permission; else a `NotAllowedError` and an audit row.

    Where nobody may manage people, the account of the home may: somebody has to be the first, and whoever owns the home
    can write its configuration. `decide_proposals` is never given so.
    """
    name = find_actor(installation, chosen)
    directory = installation.directory
    person = directory.find(name)
    if person is not None and person.may(permission):
        return name
    is_first = permission == "manage_people" and not any(p.may("manage_people") for p in directory.list())
    if is_first and os.getuid() in (0, installation.home.stat().st_uid):
        return name
    AuditLog(installation.store, utc_now).append(AuditEntry(name, "identity.refused", permission, {"why": "no role"}))
    hint = ", and in this demo `--as` chooses who acts" if AuditLog(installation.store, utc_now).is_demo else ""
    raise NotAllowedError(
        f"{name!r} may not do that: it needs the permission {permission} (`cloudcost people list`{hint})"
    )


def _check_enabled(installation: Installation, name: str) -> None:
    person = installation.directory.find(name)
    if person is not None and person.is_disabled:
        raise NotAllowedError(f"{person.name!r} is disabled: `cloudcost people show {person.name}` says by whom")
