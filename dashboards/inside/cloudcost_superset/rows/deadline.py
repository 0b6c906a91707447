"""Statements end after a while: DuckDB has no limit of its own, so one thread interrupts what runs too long."""

import contextlib
import os
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Any


class Deadline:
    """Interrupts DuckDB's connections whose statement runs longer than ``seconds``; one thread for a process."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._thread: threading.Thread | None = None
        self._start_anew()
        os.register_at_fork(after_in_child=self._start_anew)

    @contextlib.contextmanager
    def over(self, cursor: Any) -> Iterator[None]:
        """While a statement runs on the cursor, or is fetched from; one time for both."""
        self.begin(cursor)
        try:
            yield
        finally:
            self.end(cursor)

    def begin(self, cursor: Any) -> None:
        """The time runs; it does not for drivers that cannot be interrupted this way."""
        interrupt = getattr(getattr(cursor, "connection", None), "interrupt", None)
        if not callable(interrupt):
            return
        with self._lock:
            until = self._until.setdefault(cursor, time.monotonic() + self.seconds)
            self._running[id(cursor)] = (until, interrupt)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadline", daemon=True)
                self._thread.start()

    def end(self, cursor: Any) -> None:
        """The time stands still; what is fetched from the cursor later has what is left of it."""
        with self._lock:
            self._running.pop(id(cursor), None)

    def _watch(self) -> None:
        while True:
            time.sleep(min(0.25, self.seconds / 4))
            with self._lock:
                for key, (until, interrupt) in list(self._running.items()):
                    if until < time.monotonic():
                        del self._running[key]
                        interrupt()

    def _start_anew(self) -> None:
        self._lock, self._thread = threading.Lock(), None
        self._running: dict[int, tuple[float, Any]] = {}
        self._until: weakref.WeakKeyDictionary[Any, float] = weakref.WeakKeyDictionary()


#: The limit of this process; `config` sets how long.
DEADLINE = Deadline(60.0)
