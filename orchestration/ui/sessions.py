"""Who is signed in: sign-in links that count once, the sessions they began, and what a trusted proxy says."""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from actions.settings import normalise_person

#: A working day with its evening: a browser that is left open is not signed in for ever.
SESSION_SECONDS = 12 * 3600
PROXY_SECRET_HEADER = "x-cloudcost-proxy-secret"  # noqa: S105 - the name of a header
MIN_SECRET = 32


class SignInError(Exception):
    """Nobody is let in by this; the message says why."""


@dataclass
class Sessions:
    """The sessions of one start of the UI, in memory: they end with it.

    ``person``: on whose name all of them act, who is the one that started the UI. ``announce`` is given each new
    sign-in token; ``clock`` gives seconds that never go back.
    """

    person: str
    announce: Callable[[str], None]
    clock: Callable[[], float]
    _token: str = ""
    _ends: dict[str, float] = field(default_factory=dict)

    def offer(self) -> None:
        """Announce a new token; the one before counts no more."""
        self._token = secrets.token_urlsafe(32)
        self.announce(self._token)

    def sign_in(self, token: str) -> str:
        """The cookie value of a new session; `SignInError` for a token that was used or never given out."""
        if not self._token or not hmac.compare_digest(token.encode(), self._token.encode()):
            raise SignInError(
                "This sign-in link was used before, or is not of this start: "
                "the newest one stands where `cloudcost ui` prints."
            )
        value = secrets.token_urlsafe(32)
        now = self.clock()
        self._ends = {key: ends for key, ends in self._ends.items() if ends > now}
        self._ends[_digest(value)] = now + SESSION_SECONDS
        self.offer()
        return value

    def find_person(self, cookie: str) -> str | None:
        """Whose session the cookie is of; None if of none, or of one that has ended."""
        return self.person if self._ends.get(_digest(cookie), 0) > self.clock() else None


@dataclass(frozen=True)
class TrustedProxy:
    """What a proxy in front says of who somebody is, believed from its own addresses only.

    ``secret`` is what it proves itself with; None where its address is enough.
    """

    addresses: Collection[str]
    header: str
    people: Collection[str]
    secret: str | None = None

    def find_person(self, peer: str, named: list[str], proofs: list[str]) -> str | None:
        """The person; None where the proxy says nothing or it is not the proxy. `SignInError` where it may not.

        ``named`` and ``proofs``: all values of the identity header and of the header with the proxy's secret.
        """
        if not named or plain_address(peer) not in self.addresses:
            return None
        if self.secret is not None and not _is_one(proofs, self.secret):
            return None
        if len(named) > 1 or "," in named[0] or not named[0].strip():
            raise SignInError("The proxy names nobody, or several people at once.")
        person = normalise_person(named[0])
        if person not in self.people:
            raise SignInError(f"{person} may not use this UI: `ui.trusted_proxy.people` does not name them.")
        return person


def plain_address(text: str) -> str:
    """One spelling of an address: that of IPv4 for one that came in through IPv6."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _is_one(values: list[str], expected: str) -> bool:
    return len(values) == 1 and hmac.compare_digest(values[0].encode(), expected.encode())


def _digest(value: str) -> str:
    """A lookup by the digest takes no time that tells of the value."""
    return hashlib.sha256(value.encode()).hexdigest()
