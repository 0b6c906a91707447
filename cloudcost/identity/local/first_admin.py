"""The first administrator of an installation, so that somebody can sign in at all."""

from actions.approvals import NotAllowedError
from audit.log import SYSTEM
from cloudcost.identity.directory import Directory
from cloudcost.identity.local.accounts import Accounts
from cloudcost.identity.people import authenticate
from core.persons import normalise_person


def make_first_admin(directory: Directory, accounts: Accounts) -> tuple[str, str] | None:
    """Name and new password of the person whose account this process runs as, if nobody can sign in as administrator.

    Where nobody may manage people they are made administrator first. None where there is nothing to make: somebody can
    sign in, or it is not certain whose account this is, or that person is no administrator and others are.
    """
    managers = [person.name for person in directory.list() if person.may("manage_people")]
    if any(accounts.has_password(name) for name in managers):
        return None
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
