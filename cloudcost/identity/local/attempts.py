"""How often somebody may try to sign in: nobody guesses a password, and nobody locks somebody else out for good.

Wrong attempts at an account from one network make that network wait for that account, ever longer, at most 15 minutes.
All networks from which the account never signed in have a bound together; each other has its own count, which strangers
cannot use up. A network that is wrong everywhere waits whoever it names. Waiting is never made longer by trying.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from core.errors import CloudcostError

#: Wrong ones of one network at one account before it waits, the first wait in seconds, the longest.
FREE, FIRST_WAIT, LONGEST_WAIT = 5, 30.0, 900.0
#: Wrong ones at an account from all networks that it never came from; wrong ones of a network at all accounts.
OF_STRANGERS, OF_NETWORK = parse("20 per 15 minutes"), parse("60 per hour")
#: Counts that are remembered; the oldest go first, and an attacker has to fill all of them to lose one.
REMEMBERED = 20_000


class TooManyAttemptsError(CloudcostError):
    """It has to wait; ``seconds``: how long."""

    def __init__(self, seconds: float) -> None:
        super().__init__("Too many attempts to sign in: wait, then try again.")
        self.seconds = max(1, int(seconds) + 1)


@dataclass
class _Count:
    wrong: int = 0
    until: float = 0.0


class Attempts:
    """Counts in the memory of the one process that signs people in."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._lock = threading.Lock()

    def begin(self, person: str, network: str, is_known: bool) -> None:
        """An attempt is to be judged; `TooManyAttemptsError` where it is not looked at.

        At this account it counts as wrong until `end_right` says otherwise: so many at once are no more than one after
        the other.
        """
        name = _name(person)
        with self._lock:
            count = self._counts.setdefault((name, network), _Count())
            self._counts.move_to_end((name, network))
            while len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)
            now = self._clock()
            if now < count.until:
                raise TooManyAttemptsError(count.until - now)
            self._check(OF_NETWORK, "network", network)
            if not is_known:
                self._check(OF_STRANGERS, "account", name)
            count.wrong += 1
            if count.wrong >= FREE:
                count.until = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(count.wrong - FREE, 10))

    def end_wrong(self, person: str, network: str, is_known: bool) -> None:
        """The attempt was wrong: it counts for the network, and for all strangers together."""
        self._limiter.hit(OF_NETWORK, "network", network)
        if not is_known:
            self._limiter.hit(OF_STRANGERS, "account", _name(person))

    def end_right(self, person: str, network: str) -> None:
        """The attempt was right: this network's count at this account begins anew."""
        with self._lock:
            self._counts.pop((_name(person), network), None)

    def withdraw(self, person: str, network: str) -> None:
        """The attempt was not looked at: it is as if it had not been begun."""
        with self._lock:
            count = self._counts.get((_name(person), network))
            if count is not None:
                count.wrong, count.until = max(0, count.wrong - 1), 0.0

    def _check(self, limit: RateLimitItem, *whom: str) -> None:
        if not self._limiter.test(limit, *whom):
            reset, _ = self._limiter.get_window_stats(limit, *whom)
            raise TooManyAttemptsError(reset - time.time())


def _name(person: str) -> str:
    """A name may be a password in the wrong field."""
    return hashlib.sha256(person.encode("utf-8", "surrogatepass")).hexdigest()
