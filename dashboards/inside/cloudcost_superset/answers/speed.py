"""What Superset does anew for every answer, done once: opening the warehouse, parsing statements.

Out of the box an answer opens the warehouse three times and parses its statement four times. Nothing here changes an
answer or who may have it.
"""

import functools
import os
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from cloudcost_superset.publications import published_version
from cloudcost_superset.server.connections import open_locked

#: Characters of a statement whose parts are remembered: they take three hundred times the memory of its text.
LONGEST = 4_000
#: How many publications are open at a time.
KEPT = 2


class SharedEngines:
    """One engine, and with it one open database, for the published copy, instead of three for each answer.

    Takes the place of `create_engine` where Superset opens databases. `open_served` has resolved the link before,
    so that a new publication is another address; the engine of the one before the last is closed then.
    """

    def __init__(self, create: Callable[..., Any]) -> None:
        self._create = self.__wrapped__ = create
        self._lock = threading.Lock()
        self._engines: dict[str, tuple[str, Any]] = {}  # with the publication, by address
        os.register_at_fork(after_in_child=self._forget)  # processes share no connection

    def __call__(self, url: Any, **options: Any) -> Any:
        if url.drivername != "duckdb":
            return self._create(url, **options)
        address = str(url)
        with self._lock:
            if address not in self._engines:
                # none of the caller's options: an engine that others get too must not be one's own
                options = {"poolclass": QueuePool, "pool_size": 24, "max_overflow": -1}
                options["creator"] = functools.partial(open_locked, url)
                self._engines[address] = (published_version(), self._create(url, **options))
                self._forget_old()
            return self._engines[address][1]

    def _forget_old(self) -> None:
        """Requests of the publication before may still be under way; what is older than that is closed."""
        publications = list(dict.fromkeys(publication for publication, _ in self._engines.values()))
        for address, (publication, engine) in list(self._engines.items()):
            if publication in publications[:-KEPT]:
                del self._engines[address]
                engine.dispose()

    def _forget(self) -> None:
        self._lock, self._engines = threading.Lock(), {}


def share_engines() -> None:
    """Let Superset open the warehouse once for each publication and process."""
    from superset.models import core

    core.create_engine = SharedEngines(core.create_engine)


def remember_parsing() -> None:
    """Parse a statement, and the address of the warehouse, once: each answer asks for both several times."""
    from superset.models import core
    from superset.sql.parse import SQLStatement

    parse = functools.lru_cache(500)(SQLStatement._parse.__func__)

    @functools.wraps(SQLStatement._parse.__func__)
    def parse_anew(cls: Any, script: str, engine: str) -> list[Any]:
        if len(script) > LONGEST:
            found: list[Any] = parse.__wrapped__(cls, script, engine)
            return found
        return [tree.copy() if tree else tree for tree in parse(cls, script, engine)]  # the tree will be changed

    SQLStatement._parse = classmethod(parse_anew)
    core.make_url_safe = functools.lru_cache(100)(core.make_url_safe)  # addresses cannot be changed


def write_ahead(app: Any) -> None:
    """The embedded metadata: readers do not wait for a writer, and a commit does not wait for the disk.

    After a power cut the last commits may be missing; the file itself stays whole.
    """
    from superset.extensions import db

    with app.app_context():
        engine = db.engine
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode = wal", "synchronous = normal", "busy_timeout = 30000"):
            cursor.execute(f"pragma {pragma}")
        cursor.close()
