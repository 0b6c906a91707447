"""What counted for a while and is over is put away: when the API starts, and every hour."""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass

import anyio
import anyio.to_thread
from fastapi import FastAPI

from api.services import Services
from api.sign_in.desk import Desk, find_desk
from api.writes.idempotency import IdempotencyBook
from core.errors import CloudcostError
from state import ConflictError

LOG = logging.getLogger("api.upkeep")
EVERY_SECONDS = 3600.0
#: Of each kind at once: an installation that was never swept is put in order over some hours, and nobody waits for it.
MOST = 1000


@dataclass(frozen=True)
class Swept:
    """How much was put away: sign-ins, codes and pages, records of when keys were used, answers to writes."""

    sessions: int
    codes: int
    key_uses: int
    answers: int


def sweep(services: Services, desk: Desk, most: int = MOST) -> Swept:
    """Put away what is over, at most so many of each kind. A kind that cannot be is a line of the log, and the others
    go on: a state may allow no removals.
    """
    local, book = desk.doors.local, IdempotencyBook(services.installation.store, services.clock)
    return Swept(
        _try(lambda: local.sessions.drop_old(most), "sign-ins"),
        desk.grants.drop_old(),
        _try(lambda: local.keys.drop_old_uses(most), "uses of keys"),
        _try(book.drop_old, "answers to writes"),
    )


def _try(drop: Callable[[], int], what: str) -> int:
    try:
        return drop()
    except (CloudcostError, ConflictError) as error:
        LOG.warning("%s that are over could not be put away: %s", what, error)
        return 0


async def keep_tidy(app: FastAPI) -> None:
    """Sweep now and every hour until the application ends. What goes wrong is a line of the log: requests do not need
    it.
    """
    services = app.state.services
    while True:
        try:
            found = await anyio.to_thread.run_sync(lambda: sweep(services, find_desk(app.state, services)))
            if any(asdict(found).values()):
                LOG.info("put away: %s", asdict(found))
        except Exception as error:
            LOG.warning("what is over could not be put away: %s", error)
        await anyio.sleep(EVERY_SECONDS)
