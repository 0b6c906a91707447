"""Who was refused what: a row of the audit log for somebody who is known and asks for what they may not.

One for each person, route and minute, so that a flood of requests is no flood of rows.
"""

import logging
import threading
from collections import OrderedDict
from datetime import datetime, timedelta

import anyio.to_thread
from fastapi import Request

from api.callers import Caller
from api.problems import ProblemError
from api.services import Services
from audit.log import AuditEntry, AuditLog
from core.errors import CloudcostError, shorten
from state import ConflictError

LOG = logging.getLogger("api.refusals")
EVENT = "identity.refused"
ONCE_IN = timedelta(minutes=1)
#: So many people and routes are remembered; the oldest go first.
REMEMBERED = 10_000


class Refusals:
    """Rows that were written lately, in the memory of the one process that serves the API."""

    def __init__(self) -> None:
        self._noted: OrderedDict[tuple[str, str], datetime] = OrderedDict()
        self._lock = threading.Lock()

    async def note(self, request: Request, problem: ProblemError) -> None:
        """Write a row for a request that ends with 403, if who sent it is known and none was written in a minute.

        The request is refused whether that can be written or not.
        """
        caller, route = getattr(request.state, "caller", None), request.scope.get("route")
        if problem.status != 403 or not isinstance(caller, Caller) or route is None:
            return
        services: Services = request.app.state.services
        place = f"{request.method} {route.path_format}"
        if not self._is_due((caller.person.name, place), services.clock()):
            return
        try:
            await anyio.to_thread.run_sync(_write, services, caller, place, problem.detail)
        except (CloudcostError, ConflictError) as error:
            LOG.warning("that %s was refused %s is no row: %s", caller.person.name, place, error)

    def _is_due(self, name: tuple[str, str], now: datetime) -> bool:
        with self._lock:
            if now - self._noted.get(name, now - ONCE_IN) < ONCE_IN:
                return False
            self._noted[name] = now
            self._noted.move_to_end(name)
            while len(self._noted) > REMEMBERED:
                self._noted.popitem(last=False)
            return True


def _write(services: Services, caller: Caller, place: str, why: str) -> None:
    entry = AuditEntry(caller.person.name, EVENT, place, {"why": shorten(why, 300)})
    AuditLog(services.store_of(caller), services.clock).append(entry)
