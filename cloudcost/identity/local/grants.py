"""What is under way while somebody signs in: pages that are open, codes for clients, and codes for devices.

In the memory of the one process that signs people in: all of it is over within minutes, and a restart lets people begin
again.
"""

import datetime as dt
import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, Literal, TypeVar

from cloudcost.identity.local.sessions import SignedIn
from cloudcost.identity.oidc.browser import Errand, challenge
from cloudcost.identity.proofs import NotProvenError
from core.instants import Clock

CODE_SECONDS, PAGE_SECONDS, DEVICE_SECONDS = 60, 600, 600
#: For so long it is remembered what a code was used for: a sign-in that a thief shares is ended when the other comes.
USED_SECONDS = 24 * 3600
#: A device asks not more often than every so many seconds.
INTERVAL = 5
#: Letters that a person reads aloud, no vowels: 20**8 codes, of which a guess in ten minutes finds none.
USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
MOST = 10_000
WRONG_CODE = "This code was used, has ended, or was never given out."

Item = TypeVar("Item")


class CodeReusedError(NotProvenError):
    """A code was used twice. ``session``: the sign-in that it began, which has to end; empty where there is none."""

    def __init__(self, session: str) -> None:
        super().__init__(WRONG_CODE)
        self.session = session


class Shelf(Generic[Item]):
    """Things by a secret name, each for a while; the oldest go first where there are too many."""

    def __init__(self, clock: Clock, seconds: int) -> None:
        self._clock = clock
        self._lasts = dt.timedelta(seconds=seconds)
        self._items: OrderedDict[str, tuple[dt.datetime, Item]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, name: str, item: Item) -> None:
        """Keep something under a new name."""
        with self._lock:
            now = self._clock()
            while self._items and (len(self._items) >= MOST or next(iter(self._items.values()))[0] <= now):
                self._items.popitem(last=False)
            self._items[_digest(name)] = (now + self._lasts, item)

    def get(self, name: str) -> Item | None:
        """What is kept under that name."""
        with self._lock:
            return self._find(name)

    def take(self, name: str) -> Item | None:
        """What is kept under that name, to one who asks, once."""
        with self._lock:
            found = self._find(name)
            self._items.pop(_digest(name), None)
            return found

    def drop_old(self) -> int:
        """Forget what is over; how much that was."""
        with self._lock:
            now, before = self._clock(), len(self._items)
            while self._items and next(iter(self._items.values()))[0] <= now:
                self._items.popitem(last=False)
            return before - len(self._items)

    def change(self, name: str, change: Callable[[Item], Item]) -> Item | None:
        """Put another thing into its place; what was there, or None where nothing is."""
        with self._lock:
            found = self._find(name)
            if found is not None:
                ends_at, _ = self._items[_digest(name)]
                self._items[_digest(name)] = (ends_at, change(found))
            return found

    def _find(self, name: str) -> Item | None:
        entry = self._items.get(_digest(name))
        return None if entry is None or entry[0] <= self._clock() else entry[1]


@dataclass(frozen=True)
class Request:
    """What a client wants of a browser: an authorisation code. ``challenge``: of PKCE, S256."""

    client: str
    redirect_uri: str
    state: str
    challenge: str


@dataclass(frozen=True)
class Page:
    """A page to sign in that is open in a browser, which is known by its cookie.

    ``request``: what a client wants; None where it is for a device, whose code is typed in. ``errand``: at a provider.
    """

    cookie: str
    request: Request | None
    user_code: str = ""
    errand: Errand | None = None


@dataclass(frozen=True)
class Code:
    """An authorisation code's: who signed in, and for which request."""

    who: SignedIn
    request: Request
    network: str


@dataclass(frozen=True)
class Used:
    """What became of a code: how often it came, and the sign-in that it began, once there is one."""

    session: str = ""
    times: int = 0


@dataclass(frozen=True)
class Device:
    """A device that waits. ``who``: who has signed in for it; ``asked_at``: when it asked last."""

    client: str
    device_code: str
    network: str
    who: SignedIn | None = None
    is_refused: bool = False
    asked_at: dt.datetime | None = None


DeviceState = Literal["pending", "slow_down", "denied", "expired"]


class Grants:
    """Pages, codes and devices."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.pages: Shelf[Page] = Shelf(clock, PAGE_SECONDS)
        self.errands: Shelf[str] = Shelf(clock, PAGE_SECONDS)
        self._codes: Shelf[Code] = Shelf(clock, CODE_SECONDS)
        self._used: Shelf[Used] = Shelf(clock, USED_SECONDS)
        self._devices: Shelf[Device] = Shelf(clock, DEVICE_SECONDS)
        self._user_codes: Shelf[str] = Shelf(clock, DEVICE_SECONDS)

    def give_code(self, code: Code) -> str:
        """A code for a client, good for a minute and once."""
        text = secrets.token_urlsafe(32)
        self._codes.put(text, code)
        self._used.put(text, Used())
        return text

    def take_code(self, text: str, client: str, redirect_uri: str, verifier: str) -> Code:
        """Who signed in for this code; `NotProvenError` where it is not the client's that asked for it, and
        `CodeReusedError` where it was used before, whoever comes with it now (RFC 6749, 4.1.2).
        """
        before = self._used.change(text, lambda one: replace(one, times=one.times + 1))
        if before is not None and before.times:
            raise CodeReusedError(before.session)
        found = self._codes.take(text)
        is_right = found is not None and hmac.compare_digest(
            challenge(verifier).encode(), found.request.challenge.encode("utf-8", "surrogatepass")
        )
        if (
            found is None
            or not is_right
            or (client, redirect_uri) != (found.request.client, found.request.redirect_uri)
        ):
            raise NotProvenError(WRONG_CODE)
        return found

    def note_session(self, text: str, session: str) -> None:
        """Remember which sign-in a code has begun. `CodeReusedError` where it came a second time meanwhile."""
        before = self._used.change(text, lambda one: replace(one, session=session))
        if before is not None and before.times > 1:
            raise CodeReusedError(session)

    def drop_old(self) -> int:
        """Forget what is over, of all kinds; how much that was."""
        shelves: tuple[Shelf[Any], ...] = (
            self.pages, self.errands, self._codes, self._used, self._devices, self._user_codes,
        )  # fmt: skip
        return sum(shelf.drop_old() for shelf in shelves)

    def add_device(self, client: str, network: str) -> tuple[str, str]:
        """A device's own code, and the one that its user types in."""
        device_code = secrets.token_urlsafe(32)
        letters = "".join(secrets.choice(USER_CODE_LETTERS) for _ in range(8))
        self._devices.put(device_code, Device(client, device_code, network))
        self._user_codes.put(letters, device_code)
        return device_code, f"{letters[:4]}-{letters[4:]}"

    def find_device(self, user_code: str) -> Device | None:
        """The device that waits for this code, in whatever spelling."""
        device_code = self._user_codes.get(_letters(user_code))
        device = None if device_code is None else self._devices.get(device_code)
        return device if device is not None and device.who is None and not device.is_refused else None

    def answer_device(self, user_code: str, who: SignedIn | None) -> bool:
        """Let the device in as somebody, or refuse it (None); False where none waits. A code answers once."""
        device_code = self._user_codes.take(_letters(user_code))
        if device_code is None:
            return False
        changed = self._devices.change(device_code, lambda one: replace(one, who=who, is_refused=who is None))
        return changed is not None

    def ask_device(self, device_code: str, client: str) -> Device | DeviceState:
        """What a device is told that asks: who signed in, once, or how it stands."""
        now = self._clock()
        before = self._devices.change(device_code, lambda one: replace(one, asked_at=now))
        if before is None or before.client != client:
            return "expired"
        if before.is_refused:
            return "denied"
        if before.who is not None:
            return self._devices.take(device_code) or "expired"
        if before.asked_at is not None and now - before.asked_at < dt.timedelta(seconds=INTERVAL - 1):
            return "slow_down"
        return "pending"


def _letters(user_code: str) -> str:
    return "".join(letter for letter in user_code.upper() if letter in USER_CODE_LETTERS)


def _digest(name: str) -> str:
    """A lookup by the digest takes no time that depends on the name."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
