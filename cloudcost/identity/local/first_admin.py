"""The first administrator of an installation, so that somebody can sign in at all."""

from actions.approvals import NotAllowedError
from audit.log import SYSTEM
from cloudcost.identity.directory import Directory
from cloudcost.identity.local.accounts import Accounts
from cloudcost.identity.people import authenticate
from core.persons import normalise_person


def find_managers(directory: Directory, accounts: Accounts) -> tuple[list[str], bool]:
    """Who may manage people, and whether one of them has a password here."""
    managers = [person.name for person in directory.list() if person.may("manage_people")]
    return managers, any(accounts.has_password(name) for name in managers)


def make_first_admin(directory: Directory, accounts: Accounts, is_demo: bool = False) -> tuple[str, str] | None:
    """Name and new password of the person whose account this process runs as, if nobody can sign in as administrator.

    Where nobody may manage people they are made administrator first. ``is_demo``: people are chosen by name, so it is
    an administrator of the demo instead, if it has one. None where there is nothing to make: somebody can sign in, or
    it is not certain whose account this is, or that person is no administrator and others are.
    """
    managers, is_known = find_managers(directory, accounts)
    if is_known:
        return None
    if is_demo and managers:
        return managers[0], accounts.reset_password(managers[0], managers[0])
    try:
        name = normalise_person(authenticate(directory.list()))
    except NotAllowedError:
        return None
    person = directory.find(name)
    if not managers:
        reason = "nobody may manage people: the account that serves the API is the first"
        if person is None:
            directory.add(SYSTEM, name, reason, roles=["admin"])
        elif person.is_disabled:
            return None
        else:
            directory.change(SYSTEM, name, reason, roles=[*person.roles, "admin"])
    elif name not in managers:
        return None
    return name, accounts.reset_password(name, name)
