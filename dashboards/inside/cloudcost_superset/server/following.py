"""Superset's people follow `people.json` while it is served: roles, scopes, who is let in, who is new.

Each process looks at the file before it answers a request or draws a report, at most once a second, and brings the
people of the metadata database up to it (`server.users`). Sessions, tokens and remembered answers end with a person's
roles. Until somebody is as the file has them they are refused here, whatever the database says.
"""

import fcntl
import logging
import os
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cloudcost_superset.people import FIRST_ADMIN, People, map_roles, people_file, read_people
from cloudcost_superset.server.users import follow

#: A process looks at the file this often at most, in seconds.
LOOK_SECONDS = 1.0
#: The number of the pipe that `make dashboards` prints passwords of new people from; only the web server has it.
PASSWORDS = "CLOUDCOST_PASSWORDS_FD"
LOGGER = logging.getLogger(__name__)


class Follower:
    """What one process knows of the file."""

    def __init__(self) -> None:
        self.start_anew()

    def start_anew(self) -> None:
        """Know nothing yet, like a process that has just started."""
        self._lock = threading.Lock()
        self._look_at = 0.0
        self._seen: tuple[int, int, int] | None = None
        self._people: People | None = None
        self._pending: frozenset[str] = frozenset()
        self._complaint = ""

    @property
    def people(self) -> People:
        """As the file has them; nobody where it cannot be read."""
        if self._people is None:
            with self._lock:
                self._read()
        return self._people or People()

    def lets_in(self, username: str) -> bool:
        """Whether the file lets somebody in, or does not know them; where it cannot be read, only the first
        administrator.
        """
        name, lines = username.lower(), self.people.lines
        if name == FIRST_ADMIN:
            return True
        return self._people is not None and name not in self._pending and lines.get(name, []) is not None

    def still_has(self, username: str, roles: list[str] | None) -> bool:
        """Whether the file, looked at now, lets somebody in with these roles."""
        with self._lock:
            self._read()
        return self.people.lines.get(username.lower()) == roles and self.lets_in(username)

    def look(self, app: Any) -> None:
        """Look at the file, unless that was a moment ago, and change Superset's people where it says so.

        Whoever asks while somebody is being changed waits until that is done.
        """
        if time.monotonic() < self._look_at and not self._pending:
            return
        with self._lock:
            if time.monotonic() < self._look_at:
                return
            self._look_at = time.monotonic() + LOOK_SECONDS
            if self._read() or self._pending:
                self._apply(app)

    def _read(self) -> bool:
        """Whether there was something new to read."""
        try:
            status = people_file().stat()
            seen = (status.st_ino, status.st_mtime_ns, status.st_size)
            if seen == self._seen:
                return False
            people = read_people(people_file().read_text())
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            self._people, self._seen = None, None
            self._complain(f"people.json cannot be read, nobody but the first administrator is let in: {error!r}")
            return False
        known = self._people.lines if self._people else {}
        either = known.keys() | people.lines.keys()
        self._pending |= {name for name in either if known.get(name, ()) != people.lines.get(name, ())}
        self._people, self._seen = people, seen
        return True

    def _apply(self, app: Any) -> None:
        """Bring the database up to the file; who could not be changed stays refused, and the next look tries again."""
        if self._people is None:
            return
        try:
            # a context, and so a transaction, of its own: nobody is signed in there
            with app.app_context(), locked(people_file().with_name(".people.lock")):
                failed = follow(self._people, app.config["SETTINGS"], find_printer())
        except Exception as error:  # the database is away, or busy
            self._complain(f"people.json could not be followed: {error!r}")
            return
        self._pending = frozenset(failed)
        self._complain("; ".join(f"{name} could not be changed, and is refused: {why}" for name, why in failed.items()))

    def _complain(self, complaint: str) -> None:
        if complaint and complaint != self._complaint:
            LOGGER.error(complaint)
        self._complaint = complaint


#: The one of this process.
FOLLOWER = Follower()


def follow_people(app: Any) -> None:
    """Look at the file before anything of a request is answered, and so before anybody is known."""
    os.register_at_fork(after_in_child=FOLLOWER.start_anew)
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: FOLLOWER.look(app))


def map_present_roles(settings: dict[str, Any]) -> dict[str, list[str]]:
    """Superset roles by what a person brings from their provider, as the file is now."""
    return map_roles(FOLLOWER.people, settings)


def find_printer() -> Callable[[str, str], None] | None:
    """What prints the password of somebody on the terminal of `make dashboards`; none where nobody reads it there."""
    if PASSWORDS not in os.environ:
        return None
    descriptor = int(os.environ[PASSWORDS])
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    if poll.poll(0) != [(descriptor, select.POLLOUT)]:
        return None

    def show(name: str, password: str) -> None:
        os.write(descriptor, f"  {name}  {password}\n".encode())

    return show


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process of this machine at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
