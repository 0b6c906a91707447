"""Who is signed in: sign-in links that count once, the sessions they began, and whom a trusted proxy names."""

import asyncio
import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Literal

from core.addresses import plain_address
from core.errors import CloudcostError
from core.persons import normalise_person

#: A working day with its evening: a browser that is left open is not signed in for ever.
SESSION_SECONDS = 12 * 3600
PROXY_SECRET_HEADER = "x-cloudcost-proxy-secret"  # noqa: S105 - the name of a header
MIN_SECRET = 32


#: Used links that are distinguished from those that never were any; who tries an older one has long been answered.
REMEMBERED_LINKS = 100

Way = Literal["link", "proxy"]


class SignInError(CloudcostError):
    """Nobody is let in by this; the message states why, ``kind`` names it in the audit log."""

    def __init__(self, why: str, kind: str, person: str = "") -> None:
        super().__init__(why)
        self.kind = kind
        self.person = person


@dataclass(eq=False)
class Session:
    """One browser that signed in by a link, or one person who comes through the proxy, until it ends.

    ``name`` is what the audit log calls it, and lets nobody in; ``ends_at`` is of the clock of `Sessions`;
    ``is_ended`` is set when it is ended before.
    """

    person: str
    way: Way
    ends_at: float
    name: str = field(default_factory=lambda: secrets.token_hex(4))
    is_ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Sessions:
    """The sessions of one start of the UI, in memory: they end with it. Used by one event loop alone.

    ``person``: on whose name those act who sign in by a link, who is the one that started the UI. ``announce`` is
    given each new sign-in token; ``clock`` gives seconds that never go back.
    """

    person: str
    announce: Callable[[str], None]
    clock: Callable[[], float]
    _token: str = ""
    _used: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED_LINKS))
    _by_cookie: dict[str, Session] = field(default_factory=dict)
    _by_person: dict[str, Session] = field(default_factory=dict)

    def offer(self) -> None:
        """Announce a new token; the one before counts no more."""
        self._token = secrets.token_urlsafe(32)
        self.announce(self._token)

    def sign_in(self, token: str) -> tuple[Session, str]:
        """A new session and its cookie's value; `SignInError` for a token that was used or never given out."""
        if not self._token or not hmac.compare_digest(token.encode(), self._token.encode()):
            raise SignInError(
                "This sign-in link was used before, or is not of this start: "
                "the newest one stands where `cloudcost ui` prints.",
                "a used link" if _digest(token) in self._used else "a wrong link",
            )
        self._used.append(_digest(token))
        value = secrets.token_urlsafe(32)
        self._by_cookie = {key: one for key, one in self._by_cookie.items() if self.is_open(one)}
        session = self._by_cookie[_digest(value)] = self.begin(self.person, "link")
        self.offer()
        return session, value

    def begin(self, person: str, way: Way) -> Session:
        """A session that nobody is in yet."""
        return Session(person, way, self.clock() + SESSION_SECONDS)

    def is_open(self, session: Session) -> bool:
        """Whether it has ended neither by time nor before."""
        return session.ends_at > self.clock() and not session.is_ended.is_set()

    def find(self, cookie: str) -> Session | None:
        """The session that the cookie is of; None if of none, or of one that has ended."""
        session = self._by_cookie.get(_digest(cookie))
        return session if session is not None and self.is_open(session) else None

    def find_visit(self, person: str) -> Session | None:
        """The session of a person who comes through the proxy; None before the first request of one."""
        session = self._by_person.get(person)
        return session if session is not None and self.is_open(session) else None

    def keep_visit(self, session: Session) -> None:
        """What `find_visit` finds for its person from now on."""
        self._by_person[session.person] = session

    def end(self, session: Session) -> None:
        """Let nobody in by it any more; what it has open is closed."""
        session.is_ended.set()
        self._by_cookie = {key: one for key, one in self._by_cookie.items() if one is not session}


@dataclass(frozen=True)
class TrustedProxy:
    """What a proxy in front states of who somebody is, believed from its own addresses only.

    ``secret`` is what it proves itself with; None where its address is enough.
    """

    addresses: Collection[str]
    header: str
    people: Collection[str]
    secret: str | None = None

    def is_claimed(self, peer: str, named: list[str]) -> bool:
        """Whether somebody at an address of the proxy names a person, with its secret or without."""
        return bool(named) and plain_address(peer) in self.addresses

    def find_person(self, peer: str, named: list[str], proofs: list[str]) -> str | None:
        """The person; None where the proxy states nothing or it is not the proxy. `SignInError` where it may not.

        ``named`` and ``proofs``: all values of the identity header and of the header with the proxy's secret.
        """
        if not self.is_claimed(peer, named):
            return None
        if self.secret is not None and not _is_one(proofs, self.secret):
            return None
        if len(named) > 1 or "," in named[0] or not named[0].strip():
            raise SignInError("The proxy names nobody, or several people at once.", "not one person")
        person = normalise_person(named[0])
        if person not in self.people:
            why = f"{person} may not use this UI: `ui.trusted_proxy.people` does not name them."
            raise SignInError(why, "a person who may not", person)
        return person


def _is_one(values: list[str], expected: str) -> bool:
    return len(values) == 1 and hmac.compare_digest(values[0].encode(), expected.encode())


def _digest(value: str) -> str:
    """A lookup by the digest takes no time that depends on the value."""
    return hashlib.sha256(value.encode()).hexdigest()
