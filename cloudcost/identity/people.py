"""Who acts: the operating system's account of the process, and the person whose account that is.

Nothing that the caller can set decides it: not LOGNAME or USER, and not SUDO_UID, which whoever may use sudo chooses
freely. Who becomes another account with sudo or su acts as that account.
"""

import os
import pwd
import socket
from collections.abc import Iterable, Sequence
from typing import Protocol

from pydantic import Field, field_validator

from actions.approvals import NotAllowedError
from audit.seal import Origin
from cloudcost.identity.profile import PLAIN, Profile
from cloudcost.identity.real_account import find_doubt
from cloudcost.identity.roles import Role
from core.persons import describe_doubt, fold_lookalikes, normalise_person
from core.section import Section, check_unique

#: The variable by which a demo's person can be chosen, as by `--as`.
USER_ENV = "CLOUDCOST_USER"
#: An account that the process may have dressed itself in, before its number.
UNPROVEN = "unproven uid "


class PersonSettings(Section):
    """A person: how they sign in, what they may do, and whose costs they see."""

    name: str = Field(
        min_length=1,
        max_length=200,
        description="As the audit log names them; for who signs in through a provider or to dashboards, their address.",
    )
    account: str | None = Field(
        None,
        min_length=1,
        description="Their account on this machine; who is signed in with it acts as this person. Default none: only "
        "an account that is called like them.",
    )
    roles: tuple[Role, ...] = Field(
        (),
        description="viewer, analyst, team_lead, approver, admin; several add up. Default none beside what "
        "`actions.approvers` and `dashboards.people` give.",
    )
    scopes: tuple[str, ...] = Field(
        (), description="Names of `dashboards.scopes`: whose costs a team_lead, viewer or approver sees. Default none."
    )
    profile: Profile = Field(
        PLAIN, description="What they prefer; they can change it themselves. Default: UTC, plain numbers, never quiet."
    )

    @field_validator("name")
    @classmethod
    def normalise_name(cls, value: str) -> str:
        """One person has one spelling."""
        return normalise_person(value)


class HasAccount(Protocol):
    """Somebody whose account on this machine is known."""

    @property
    def name(self) -> str:
        """As the audit log names them."""
        ...

    @property
    def account(self) -> str | None:
        """Theirs alone."""
        ...


def check_people(people: Sequence[PersonSettings]) -> None:
    """ValueError where an account is given to two people, or a person named twice."""
    accounts = [p.account for p in people if p.account is not None]
    for kind, values in (("name", [p.name for p in people]), ("account", accounts)):
        check_unique(f"the {kind}", values, "is used twice: one person, one account")


def check_names(names: Iterable[str]) -> None:
    """ValueError where a name mixes scripts, or nobody could tell two people apart."""
    seen: dict[str, str] = {}
    for name in map(normalise_person, names):
        doubt = describe_doubt(name)
        if doubt:
            raise ValueError(f"the person {name!r}: {doubt}")
        first = seen.setdefault(fold_lookalikes(name), name)
        if first != name:
            raise ValueError(f"the person {name!r} looks like {first!r}: nobody could tell them apart")


def find_account() -> str:
    """The name of the account that this process really runs as, `uid N` where it has none, and `unproven uid N` where
    the process may have dressed itself in it.
    """
    uid = os.getuid()
    if find_doubt(uid) is not None:
        return f"{UNPROVEN}{uid}"
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def find_origin(channel: str) -> Origin:
    """Where this process acts from; `channel` is the way in."""
    return Origin(find_account(), socket.gethostname(), channel)


def authenticate(people: Iterable[HasAccount]) -> str:
    """The person whose account this process runs as; the account's own name where nobody claims it, with `account`
    before it where people are not spelled like it.

    `NotAllowedError` for an account that is called like a person whose account is another one, and where it is not
    certain which account this is.
    """
    doubt = find_doubt(os.getuid())
    if doubt is not None:
        raise NotAllowedError(f"it is not certain whose account this is: {doubt}")
    account, known = find_account(), list(people)
    own = next((person.name for person in known if person.account == account), None)
    if own is not None:
        return own
    namesake = next((person for person in known if person.name == normalise_person(account)), None)
    if namesake is not None and namesake.account is not None:
        raise NotAllowedError(
            f"the account {account!r} is not that of {namesake.name!r}, whose account is {namesake.account!r} (people)"
        )
    # `Ana` and `ana` are two accounts: only `people` can say that the first is the person called `ana`.
    return account if normalise_person(account) == account else f"account {account}"
