"""While the dashboards are served: what administrators change of people reaches Superset within seconds."""

import contextlib
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TextIO

from dashboards.people import Readers

#: How often the directory is looked at, in seconds. It is one read of the newest row of the audit log.
EVERY_SECONDS = 2.0
#: Longer than what the server writes of one person.
MOST_BYTES = 65536


class PeopleWatch:
    """Looks who there is, has it written where Superset reads it, and prints the passwords of people it added."""

    def __init__(self, read: Callable[[], Readers], write: Callable[[Readers], object], passwords: int) -> None:
        """``passwords``: the end to read of the pipe that Superset writes new people and their passwords into."""
        self._read = read
        self._write = write
        self._passwords = passwords
        self._failure = ""
        self._is_ended = threading.Event()

    def run(self) -> None:
        """Until it is told to end."""
        while not self._is_ended.is_set():
            readable, _, _ = select.select([self._passwords], [], [], EVERY_SECONDS)
            if readable:
                text = os.read(self._passwords, MOST_BYTES).decode()
                _say(f"New people and their passwords, shown this once:\n{text}", sys.stdout)
            self.look()

    def look(self) -> None:
        """Have it written who there is now; where that cannot be found out, what was known stays in force."""
        try:
            self._write(self._read())
            self._failure = ""
        except Exception as error:  # whatever a state store may raise: the next look may succeed
            if str(error) != self._failure:
                _say(
                    f"cloudcost: who may see the dashboards now cannot be found out, what was known stays in force: "
                    f"{error}\n",
                    sys.stderr,
                )
            self._failure = str(error)

    def end(self) -> None:
        """End after the present look."""
        self._is_ended.set()


def _say(text: str, where: TextIO) -> None:
    """A terminal that is gone must not end the watch: what administrators change would reach nobody."""
    with contextlib.suppress(OSError, ValueError):
        print(text, end="", file=where, flush=True)


@contextlib.contextmanager
def watch_people(read: Callable[[], Readers], write: Callable[[Readers], object]) -> Iterator[int]:
    """Watch in a thread of its own; the end of the pipe that Superset writes passwords into.

    A pipe, because a password is then never on a disk. This process keeps that end open too, so that reading waits
    while no server runs.
    """
    reading, writing = os.pipe()
    watch = PeopleWatch(read, write, reading)
    threading.Thread(target=watch.run, name="people", daemon=True).start()
    try:
        yield writing
    finally:
        watch.end()
