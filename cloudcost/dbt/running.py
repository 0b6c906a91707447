"""dbt in this process, its events passed on while it works.

dagster-dbt's own resource starts a process for every build and another one to ask for dbt's version: eight seconds each
time, however little there is to build. What the events mean to Dagster is still dagster-dbt's to say.
"""

import queue
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from cloudcost.dbt.parsed_project import DbtError, load_manifest, project_places
from cloudcost.dbt.project import PROJECT_DIRECTORY, restrict_to_periods, set_dbt_environment
from cloudcost.installation import Installation

#: dbt keeps its flags, its adapter and its log in global variables.
_ALONE = threading.Lock()
_CANCEL_SECONDS = 0.2
#: How long dbt may take to end when nobody reads its results any more.
END_SECONDS = 60.0
_COLOUR = re.compile(r"\x1b\[\d*m")


def run_dbt(installation: Installation, arguments: Sequence[str], periods: str) -> Iterator[dict[str, Any]]:
    """Run a dbt command on the installation's warehouse; yields the events of its nodes' results, as dbt logs them.

    ``periods`` are the changed ones, see `restrict_to_periods`. Raises `DbtError` at the end when dbt failed. A reader
    that leaves early, such as a run that is terminated, has the running statements cancelled and dbt ended first; for a
    dbt that does not end, nobody waits longer than a minute.
    """
    from dbt.cli.main import dbtRunner
    from dbt_common.events.functions import msg_to_dict

    from cloudcost.dbt.events import leave_out_notes

    leave_out_notes()
    set_dbt_environment(installation)
    manifest = load_manifest(PROJECT_DIRECTORY, installation.dbt_target)
    command = [*arguments, *project_places(PROJECT_DIRECTORY, installation.dbt_target), "--no-use-colors"]
    events: queue.SimpleQueue[Any] = queue.SimpleQueue()
    outcomes = []

    def work() -> None:
        try:
            runner = dbtRunner(callbacks=[events.put])
            runner.manifest = manifest
            outcomes.append(runner.invoke(command))
        finally:
            events.put(None)

    errors = []
    with installation.warehouse.claim(), _ALONE, restrict_to_periods(periods):
        # the process does not wait for it at its end
        thread = threading.Thread(target=work, name="dbt", daemon=True)
        thread.start()
        try:
            for event in iter(events.get, None):
                if event.info.level == "error":
                    errors.append(_COLOUR.sub("", event.info.msg).strip())
                if event.info.name.startswith("Log") and event.info.name.endswith("Result"):
                    yield msg_to_dict(event)
            thread.join()
        except BaseException:
            ends_at = time.monotonic() + END_SECONDS
            while thread.is_alive() and time.monotonic() < ends_at:
                _cancel_statements()
                thread.join(_CANCEL_SECONDS)
            raise
        finally:
            if installation.config.warehouse.backend == "duckdb":
                _close_warehouse()
    outcome = outcomes[0]
    if not outcome.success:
        messages = [error for error in errors if error] or [str(outcome.exception or outcome.result)]
        raise DbtError("; ".join(" ".join(error.split()) for error in dict.fromkeys(messages)))


def _close_warehouse() -> None:
    """Let go of the warehouse file, which dbt-duckdb keeps open for its next command in the same process."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def _cancel_statements() -> None:
    """Interrupt what dbt's connections are doing; a model that is cancelled is rolled back and fails."""
    from dbt.adapters.factory import FACTORY

    for adapter in list(FACTORY.adapters.values()):
        for connection in list(adapter.connections.thread_connections.values()):
            # dbt may close it at any moment; whoever calls this calls it again until dbt has ended
            with suppress(Exception):
                adapter.connections.cancel(connection)
