"""One command-line run at a time per installation.

A command-line run holds a lock on a file of the home for as long as it lives; the operating system lets go of it when
the process ends, however it ends. Whoever holds the lock therefore knows that no other command-line run is alive.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def try_lock(home: Path) -> Iterator[bool]:
    """Whether this process has the installation's run lock, inside the ``with`` block."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "run.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
