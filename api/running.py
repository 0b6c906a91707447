"""How many questions are answered at once: more would make each of them slow, and one caller may not fill the room."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from api.callers import Caller
from api.problems import ProblemError

#: How long a question waits for a place, in seconds.
PATIENCE = 2.0


class Running:
    """Counts the questions that this process is answering."""

    def __init__(self, most: int, most_of_caller: int, patience: float = PATIENCE) -> None:
        self._most, self._most_of_caller, self._patience = most, most_of_caller, patience
        self._free = threading.Condition()
        self._by_caller: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def hold(self, caller: Caller) -> Iterator[None]:
        """A place for one question; waits for it a little.

        A problem of status 429 where the caller has as many places as one may, of 503 where all are taken.
        """
        key = (caller.account, caller.person.name)
        self._take(key)
        try:
            yield
        finally:
            with self._free:
                self._by_caller[key] -= 1
                if not self._by_caller[key]:
                    del self._by_caller[key]
                self._free.notify_all()

    def _take(self, key: tuple[str, str]) -> None:
        deadline = time.monotonic() + self._patience
        with self._free:
            while True:
                has_own = self._by_caller[key] < self._most_of_caller
                if has_own and self._by_caller.total() < self._most:
                    self._by_caller[key] += 1
                    return
                left = deadline - time.monotonic()
                if left <= 0 or not self._free.wait(left):
                    break
        if not has_own:
            what = f"{self._most_of_caller} questions of yours are being answered; ask when one is done."
            raise ProblemError(429, "too_many_requests", what, headers={"Retry-After": "1"})
        what = "As many questions are being answered as there is room for; ask again."
        raise ProblemError(503, "unavailable", what, headers={"Retry-After": "2"})
