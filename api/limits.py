"""How much one caller may ask at once: a moving window of a minute, and a bound on what runs at the same time."""

import time
from collections.abc import Mapping

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.callers import Caller
from api.problems import ProblemError


class Limits:
    """Counts requests by caller, in this process's memory: a gateway in front counts over all of them."""

    def __init__(self, requests_per_minute: int) -> None:
        self._item = RateLimitItemPerMinute(requests_per_minute)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, caller: Caller) -> None:
        """Count one request; a problem of status 429, with Retry-After, where it is one too many."""
        self.count("caller", caller.account, caller.person.name)

    def count(self, *names: str) -> None:
        """Count one request under these names; a problem where it is one too many."""
        if not self._limiter.hit(self._item, *names):
            raise ProblemError(
                429,
                "too_many_requests",
                f"More than {self._item.amount} requests in a minute.",
                headers={"Retry-After": str(self._wait(*names)), **self.describe(*names)},
            )

    def describe(self, *names: str) -> Mapping[str, str]:
        """The headers of the IETF's draft on rate limits."""
        reset, left = self._limiter.get_window_stats(self._item, *names)
        seconds = max(0, int(reset - time.time()) + 1)
        return {
            "RateLimit-Policy": f'"default";q={self._item.amount};w=60',
            "RateLimit": f'"default";r={left};t={seconds}',
        }

    def _wait(self, *names: str) -> int:
        reset, _ = self._limiter.get_window_stats(self._item, *names)
        return max(1, int(reset - time.time()) + 1)
