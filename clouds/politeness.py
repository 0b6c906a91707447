"""How a provider is called again after it refused: never sooner than it requested, with full jitter, and not for ever.

One `Politeness` belongs to one place. All threads that read it share the moment before which the provider wants no
call at all, so a worker that was not refused itself waits too.
"""

import datetime as dt
import email.utils
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from core.errors import LocationError
from core.instants import utc_now

R = TypeVar("R")

#: Statuses that say "again later": too many calls, timed out, and failures of the provider's own.
AGAIN_STATUSES = frozenset({408, 429, 500, 502, 503, 504})

#: Cost Management says in these how long each of its limits (entity, tenant, client type) is still exceeded:
#: ``x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after`` and its kin, in seconds.
_COST_MANAGEMENT = re.compile(r"^x-ms-ratelimit-microsoft\.(?:costmanagement|consumption)-.*retry-after$")
_MILLISECONDS = ("x-ms-retry-after-ms", "retry-after-ms", "x-amz-retry-after")


@dataclass(frozen=True)
class RetryPolicy:
    """How hard a refused call is tried again; every field is bounded, so that a run ends."""

    attempts: int = 5
    base_seconds: float = 1.0
    #: longest wait of our own choosing
    cap_seconds: float = 30.0
    #: longest wait that a provider may request within a run; beyond it, the call is given up at once
    patience_seconds: float = 120.0


@dataclass(frozen=True)
class Refusal:
    """A call that may be made again; ``retry_after`` is how long the provider wants to be left alone."""

    retry_after: float | None = None


def read_retry_after(headers: Mapping[str, str], now: dt.datetime | None = None) -> float | None:
    """How long the headers of an answer ask to wait, the longest where several do; None where none does."""
    found = []
    for name, value in headers.items():
        key, text = name.lower(), str(value).strip()
        if key == "retry-after":
            found.append(_read_retry_after(text, now or utc_now()))
        elif key in _MILLISECONDS:
            found.append(_read_number(text, 1000))
        elif _COST_MANAGEMENT.match(key):
            found.append(_read_number(text, 1))
    return max((seconds for seconds in found if seconds is not None), default=None)


def judge_answer(status: int, headers: Mapping[str, str]) -> Refusal | None:
    """The refusal that an HTTP answer is, or None where calling again would not help."""
    return Refusal(read_retry_after(headers)) if status in AGAIN_STATUSES else None


def _read_retry_after(text: str, now: dt.datetime) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or an HTTP date."""
    seconds = _read_number(text, 1)
    if seconds is not None:
        return seconds
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - now).total_seconds())


def _read_number(text: str, divisor: int) -> float | None:
    return int(text) / divisor if re.fullmatch(r"\d{1,9}", text) else None


class Politeness:
    """Waits between calls to one place; safe to share between threads. Clock, sleep and chance are injected."""

    def __init__(
        self,
        policy: RetryPolicy | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self.policy = policy or RetryPolicy()
        self._clock = clock
        self._sleep = sleep
        self._draw = draw
        self._lock = threading.Lock()
        self._not_before = float("-inf")

    def seconds_left(self) -> float:
        """How long the provider still wants to be left alone; 0 when it may be called."""
        with self._lock:
            return max(0.0, self._not_before - self._clock())

    def take_turn(self) -> None:
        """Wait until the provider may be called; raises `LocationError` (throttled) where that is too long."""
        while (left := self.seconds_left()) > 0:
            if left > self.policy.patience_seconds:
                raise LocationError(
                    f"the provider asks to be left alone for another {left:.0f} s", "throttled", retry_after=left
                )
            self._sleep(left)

    def plan_wait(self, refusal: Refusal, attempt: int) -> float | None:
        """How long to wait after attempt number ``attempt`` (from 1) was refused; None when it is given up.

        The wait requested is kept also by calls that are given up: whoever comes next in this process waits for it.
        """
        requested = refusal.retry_after or 0.0
        with self._lock:
            self._not_before = max(self._not_before, self._clock() + requested)
        if attempt >= self.policy.attempts or requested > self.policy.patience_seconds:
            return None
        ceiling = min(self.policy.cap_seconds, self.policy.base_seconds * 2 ** (attempt - 1))
        return requested + self._draw(0.0, ceiling)

    def pause(self, refusal: Refusal, attempt: int) -> bool:
        """Wait as `plan_wait` says; False when the call is given up."""
        wait = self.plan_wait(refusal, attempt)
        if wait is None:
            return False
        self._sleep(wait)
        return True

    def call(self, once: Callable[[], R], judge: Callable[[R | Exception], Refusal | None]) -> R:
        """The answer of ``once``, which is called again while ``judge`` finds a refusal in its answer or error."""
        attempt = 0
        while True:
            attempt += 1
            self.take_turn()
            try:
                answer = once()
            except Exception as error:
                refusal = judge(error)
                if refusal is None or not self.pause(refusal, attempt):
                    raise
            else:
                refusal = judge(answer)
                if refusal is None or not self.pause(refusal, attempt):
                    return answer

    def mark(self, error: LocationError) -> LocationError:
        """The same error, which now states how long the provider wants to be left alone."""
        left = self.seconds_left()
        if left > 0 and error.retry_after is None:
            error.retry_after = left
        return error
