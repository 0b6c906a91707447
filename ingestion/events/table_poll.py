"""A BigQuery table that is looked at for free: its metadata state whether it changed since its last delivery."""

from collections.abc import Callable

from core.errors import LocationError
from ingestion.circuit import GuardedLocation
from ingestion.events.dispatch import Request
from ingestion.locations.bigquery import BigQueryLocation
from ingestion.planning import SourcePlan
from ingestion.source import Source
from state import StateStore

KIND = "table_poll"


def poll_table(
    source: Source, store: StateStore, look: Callable[[Source], SourcePlan], is_recorded: Callable[[str], bool]
) -> list[Request]:
    """The runs that are to be started for a table that changed; none where it did not.

    The mark of a state is remembered only when all runs for its deliveries are recorded, so that none is lost.
    Queries, which cost money, run only for a table that changed.
    """
    location = source.location.inner if isinstance(source.location, GuardedLocation) else source.location
    if not isinstance(location, BigQueryLocation):
        raise LocationError(f"{source.name}: only a BigQuery table can be polled", "invalid")
    mark = location.read_mark()
    known = store.get(KIND, source.name)
    if known is not None and known.body["mark"] == mark:
        return []
    missing = [r for r in map(Request, look(source).pending) if not is_recorded(r.run_key)]
    if not missing:
        if known is None:
            store.insert(KIND, source.name, {"mark": mark})
        else:
            store.update(KIND, source.name, {"mark": mark}, known.version)
    return missing
