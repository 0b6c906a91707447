"""Who came in by the door, who left, and who was refused, as rows of the audit log.

Whoever reaches the port can be refused as often as they like, so refusals are counted: of each kind one row at once,
the next after a minute, and while they go on ever more seldom, down to one an hour. A row holds no token and no cookie.
"""

import datetime as dt
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from audit.log import AuditEntry
from door.sessions import Session

SUBJECT = "ui"
#: The actor of what nobody has signed in for.
UNKNOWN = "unknown"
SHORTEST_SECONDS, LONGEST_SECONDS = 60.0, 3600.0
#: Strangers choose these, so a row keeps the first few, cut to a length that names and addresses have.
MOST_NAMES, MOST_CHARACTERS = 5, 200


class Timer(Protocol):
    """What is to be called later, and can be called off."""

    def cancel(self) -> None:
        """Do not call it."""
        ...


def start_timer(seconds: float, act: Callable[[], None]) -> Timer:
    """Call ``act`` in a thread of its own, so that no request waits for the store."""
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer


@dataclass
class _Tally:
    """The refusals of one kind that no row records yet."""

    since: dt.datetime
    timer: Timer | None = None
    wait: float = SHORTEST_SECONDS
    times: int = 0
    addresses: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)


class Journal:
    """Writes the rows by ``append``, which may raise and may take its time; ``now`` is the time of day in UTC."""

    def __init__(
        self,
        append: Callable[[AuditEntry], object],
        now: Callable[[], dt.datetime],
        call_later: Callable[[float, Callable[[], None]], Timer] = start_timer,
    ) -> None:
        self._append = append
        self._now = now
        self._call_later = call_later
        self._lock = threading.Lock()
        #: Held while a row is on its way: whoever closes waits for it, or the process would end before it is written.
        self._writing = threading.Lock()
        self._tallies: dict[str, _Tally] = {}
        self._is_closed = False

    def started(self, person: str, host: str, port: int) -> None:
        """The UI is served from now on: where, and who started it."""
        self._append(AuditEntry(person, "ui.started", SUBJECT, {"host": host, "port": port}))

    def signed_in(self, session: Session, address: str) -> None:
        """A session begins; ``address`` is where its first request came from."""
        self._append(AuditEntry(session.person, "ui.signed_in", SUBJECT, _describe(session, address)))

    def signed_out(self, session: Session, address: str) -> None:
        """Somebody ended a session."""
        self._append(AuditEntry(session.person, "ui.signed_out", SUBJECT, _describe(session, address)))

    def refused(self, kind: str, address: str, person: str = "") -> None:
        """Count a refusal of one of a few kinds; returns at once. ``person``: who it was, as the proxy names them."""
        with self._lock:
            if self._is_closed:
                return
            tally = self._tallies.setdefault(kind, _Tally(self._now()))
            if tally.times == 0:
                tally.since = self._now()
            tally.times += 1
            _add(tally.addresses, address)
            _add(tally.people, person)
            if tally.timer is None:
                tally.timer = self._call_later(0, lambda: self._report(kind))

    def close(self) -> None:
        """Write what was counted and is not written yet; nothing is counted any more."""
        with self._lock:
            self._is_closed = True
            tallies = dict(self._tallies)
        for kind, tally in tallies.items():
            if tally.timer is not None:
                tally.timer.cancel()
            self._write(kind, tally)

    def _report(self, kind: str) -> None:
        """Write a row where there is something to report, and look again later; after a quiet time begin anew."""
        tally = self._tallies[kind]
        is_first = tally.wait == SHORTEST_SECONDS
        is_written = self._write(kind, tally)
        with self._lock:
            if self._is_closed:
                return
            if not is_written and tally.times == 0:
                del self._tallies[kind]
                return
            wait = tally.wait
            tally.wait = min(LONGEST_SECONDS, wait * 2)
            tally.timer = self._call_later(wait, lambda: self._report(kind))
        if is_first:
            logging.getLogger(__name__).warning("refused at the door of the UI: %s", kind)

    def _write(self, kind: str, tally: _Tally) -> bool:
        """Whether a row was written; what could not be written is reported with the next one."""
        with self._writing:
            return self._write_row(kind, tally)

    def _write_row(self, kind: str, tally: _Tally) -> bool:
        with self._lock:
            times, addresses, people, since = tally.times, tally.addresses, tally.people, tally.since
            tally.times, tally.addresses, tally.people = 0, [], []
        if not times:
            return False
        details: dict[str, Any] = {"what": kind, "times": times, "since": since.isoformat(), "from": addresses}
        if people:
            details["people"] = people
        actor = people[0] if len(people) == 1 else UNKNOWN
        try:
            self._append(AuditEntry(actor, "ui.refused", SUBJECT, details))
        except Exception as error:
            logging.getLogger(__name__).warning("a refusal at the door of the UI cannot be written down: %s", error)
            with self._lock:
                tally.times += times
                tally.since = since
                tally.addresses, tally.people = addresses, people
            return False
        return True


def _describe(session: Session, address: str) -> dict[str, Any]:
    return {"by": session.way, "session": session.name, "from": address}


def _add(names: list[str], name: str) -> None:
    name = name[:MOST_CHARACTERS]
    if name and name not in names and len(names) < MOST_NAMES:
        names.append(name)
