"""What counted for a while and is over is put away: when the API starts, and every hour."""

import logging
from dataclasses import asdict, dataclass

import anyio
import anyio.to_thread
from fastapi import FastAPI

from api.services import Services
from api.sign_in.desk import Desk, find_desk
from api.writes.idempotency import IdempotencyBook

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
    """Put away what is over, at most so many of each kind."""
    local = desk.doors.local
    return Swept(
        local.sessions.drop_old(most),
        desk.grants.drop_old(),
        local.keys.drop_old_uses(most),
        IdempotencyBook(services.installation.store, services.clock).drop_old(),
    )


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
