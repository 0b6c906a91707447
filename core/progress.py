"""Telling whoever listens how far a run is and where its time goes, and where tests may stop it."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Listener = Callable[[str, int, int], None]

_listeners: list[Listener] = []

#: Name of a step at which the process ends at once, as if it was killed; for tests of what a crash leaves behind.
CRASH_ENV = "CLOUDCOST_CRASH_AT"

_passed: dict[str, int] = {}


@contextmanager
def listen(listener: Listener) -> Iterator[None]:
    """Call ``listener(stage, done, total)`` on every step of a run in this process, inside the ``with`` block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def report_progress(stage: str, done: int, total: int) -> None:
    """Notify all listeners."""
    for listener in _listeners:
        listener(stage, done, total)


def checkpoint(name: str) -> None:
    """A point between two steps that leave a trace; ``CLOUDCOST_CRASH_AT=landed:2`` ends the process at the second."""
    wanted = os.environ.get(CRASH_ENV)
    if not wanted:
        return
    step, _, count = wanted.partition(":")
    _passed[name] = _passed.get(name, 0) + 1
    if step == name and _passed[name] == int(count or 1):
        os._exit(137)


@dataclass(frozen=True)
class Spent:
    """Seconds of wall time that a ``part`` of a run spent on ``name``.

    ``is_detail``: it was spent within other parts, or beside them on a thread of its own, and counts in no sum.
    """

    part: str
    name: str
    seconds: float
    is_detail: bool = False


@dataclass
class Timings:
    """What was spent so far, in the order in which it ended; ``begun`` is a moment of `time.monotonic`."""

    begun: float = field(default_factory=time.monotonic)
    spent: list[Spent] = field(default_factory=list)

    def wall_seconds(self) -> float:
        """The time since the beginning."""
        return time.monotonic() - self.begun

    def list_sums(self) -> list[Spent]:
        """Each part and name once, with what it spent altogether."""
        sums: dict[tuple[str, str, bool], float] = {}
        for one in self.spent:
            key = (one.part, one.name, one.is_detail)
            sums[key] = sums.get(key, 0.0) + one.seconds
        return [Spent(part, name, seconds, is_detail) for (part, name, is_detail), seconds in sums.items()]


_collecting: list[Timings] = []


@contextmanager
def collect_timings() -> Iterator[Timings]:
    """What this process spends inside the ``with`` block."""
    timings = Timings()
    _collecting.append(timings)
    try:
        yield timings
    finally:
        _collecting.remove(timings)


def report_spent(part: str, name: str, seconds: float, *, is_detail: bool = False) -> None:
    """Tell whoever collects timings, from any thread."""
    for timings in _collecting:
        timings.spent.append(Spent(part, name, seconds, is_detail))


@contextmanager
def measure(part: str, name: str, *, is_detail: bool = False) -> Iterator[None]:
    """Report how long the ``with`` block takes, also where it fails."""
    begun = time.monotonic()
    try:
        yield
    finally:
        report_spent(part, name, time.monotonic() - begun, is_detail=is_detail)
