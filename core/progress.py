"""Telling whoever listens how far a run is, and where tests may stop it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
