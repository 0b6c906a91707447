"""Which runs the messages of a queue ask for, and which of the messages are done with. Decides; changes nothing.

A message is deleted only when the runs of its source's new deliveries are recorded. So it is received at least twice:
first its runs are requested, later, when they are there, it goes. A process that is killed in between asks again, and
the run key makes the second time nothing.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ingestion.events.envelopes import EnvelopeError, read_envelope
from ingestion.events.queues import QueueMessage
from ingestion.planning import PendingSnapshot, SourcePlan
from ingestion.refusals import as_refusal


@dataclass(frozen=True)
class Request:
    """One run to start: a delivery of one source and billing period."""

    pending: PendingSnapshot

    @property
    def run_key(self) -> str:
        """Names the delivery: Dagster starts one run per key, for ever."""
        digest = hashlib.sha256(self.pending.delivery_id.encode()).hexdigest()[:16]
        return f"{self.pending.key.text}/{digest}"


@dataclass
class Dispatch:
    """What is to be done about received messages. ``problems`` is message -> why it cannot be read."""

    requests: list[Request] = field(default_factory=list)
    delete: list[QueueMessage] = field(default_factory=list)
    wait: list[QueueMessage] = field(default_factory=list)
    problems: list[tuple[QueueMessage, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)


def dispatch_messages(
    messages: Sequence[QueueMessage],
    find_source: Callable[[str], str | None],
    look: Callable[[str], SourcePlan],
    is_recorded: Callable[[str], bool],
) -> Dispatch:
    """Sort messages into runs to start, messages to delete, to leave for the next time, and to keep for a person.

    - ``find_source``: address of an object -> name of the source that reads it, or None.
    - ``look``: name of a source -> what it has to ingest; may raise `SourceError`.
    - ``is_recorded``: run key -> whether such a run is there already.
    """
    result = Dispatch()
    sources_of: list[tuple[QueueMessage, set[str]]] = []
    for message in messages:
        try:
            addresses = [written.address for written in read_envelope(message.body)]
        except EnvelopeError as error:
            result.problems.append((message, str(error)))
            continue
        named = {address: find_source(address) for address in addresses}
        result.unmatched += [address for address, source in named.items() if source is None]
        sources_of.append((message, {source for source in named.values() if source is not None}))
    is_done = {
        name: _ask_for_runs(result, name, look, is_recorded)
        for name in sorted({name for _, names in sources_of for name in names})
    }
    for message, names in sources_of:
        (result.delete if all(is_done[name] for name in names) else result.wait).append(message)
    return result


def _ask_for_runs(
    result: Dispatch, name: str, look: Callable[[str], SourcePlan], is_recorded: Callable[[str], bool]
) -> bool:
    """Ask for a run per new delivery of a source; whether all of them are recorded already."""
    try:
        plan = look(name)
    except Exception as error:  # whatever one source holds hides no other
        result.faults.append(f"{name}: {as_refusal(error, name)}")
        return False
    requests = [Request(pending) for pending in plan.pending]
    missing = [request for request in requests if not is_recorded(request.run_key)]
    result.requests += missing
    return not missing
