"""What a token, a key or a password proves: who it is, and what they may by it at most."""

import datetime as dt
from dataclasses import dataclass
from typing import get_args

from cloudcost.identity.person import Person
from cloudcost.identity.roles import Permission
from core.errors import CloudcostError

#: By a token of a person's own they may all that they may.
EVERYTHING: frozenset[Permission] = frozenset(get_args(Permission))
#: Longer than any token that we know of, and short enough to be looked at for nothing.
MOST_CHARACTERS = 8192


class NotProvenError(CloudcostError):
    """A credential that proves nobody; the message states why, in words that help nobody to guess one."""


class UnavailableError(CloudcostError):
    """Whoever could tell cannot be asked just now; the message states who that is."""


@dataclass(frozen=True)
class Proof:
    """Somebody, as a credential proves them.

    ``account``: by what they are known: `local <person>`, `<provider> <sub>` or `key <id>`. ``session``: the sign-in
    that their token is of, if it is one of ours.
    """

    person: Person
    account: str
    allowed: frozenset[Permission] = EVERYTHING
    is_machine: bool = False
    signed_in_at: dt.datetime | None = None
    session: str = ""
