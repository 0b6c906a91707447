"""Who calls: a person or a machine of theirs, as their token or key proves, and what they may at most."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from cloudcost.identity.person import Person
from cloudcost.identity.roles import FOR_PEOPLE_ONLY, Permission
from core.errors import CloudcostError


class CredentialError(CloudcostError):
    """A token or key that proves nothing; the message states why, in words that help nobody to guess one."""


@dataclass(frozen=True)
class Caller:
    """Whoever sent a request.

    ``account``: by what they are known, as the audit log has it: two people are two accounts. ``allowed``: what they
    may by this token or key, at most what the person may. ``signed_in_at``: when they proved who they are, if known.
    """

    person: Person
    account: str
    allowed: frozenset[Permission]
    is_machine: bool = False
    signed_in_at: dt.datetime | None = None

    def may(self, permission: Permission) -> bool:
        """Whether they may do that by this token or key."""
        if self.is_machine and permission in FOR_PEOPLE_ONLY:
            return False
        return permission in self.allowed and self.person.may(permission)


class Authenticator(Protocol):
    """Tells who a token or key is of."""

    def identify(self, credential: str) -> Caller:
        """The caller of a bearer token or key; `CredentialError` where it proves nobody."""
        ...
