"""The sensors of new files: one looks at the sources by the clock, one takes the clouds' own events."""

from collections.abc import Callable

import dagster as dg

from alerts.delivery_findings import describe_unreadable_event
from cloudcost.installation import Installation
from cloudcost.run_lock import try_lock
from cloudcost.waiting import list_waiting_deliveries, look_at_sources, run_key_of
from core.instants import utc_now
from ingestion.events.dispatch import Dispatch, Request, dispatch_messages
from ingestion.events.opening import open_queue
from ingestion.events.queues import EventQueue
from ingestion.events.table_poll import poll_table
from ingestion.refusals import as_refusal
from ingestion.routing import find_source
from ingestion.sections.events import SqsEvents, StorageQueueEvents, TablePollEvents
from ingestion.sections.sources import SourceConfig
from orchestration.defs.alerts.assets import incident_book
from orchestration.defs.pipeline.jobs import JOB, is_under_way, range_tags
from orchestration.resources.dead_runs import end_dead_runs
from orchestration.resources.installation import InstallationResource


@dg.sensor(
    job_name=JOB,
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Looks at every source for deliveries that are not current yet, and for a run that did not finish, and "
    "starts one run for them. It only looks: reading files is the run's work.",
)
def new_delivery_sensor(context: dg.SensorEvaluationContext, installation: InstallationResource) -> dg.SensorResult:
    """One run per set of new deliveries; a source that cannot be read does not hide the others."""
    opened = installation.open()
    with try_lock(opened.home) as is_alone:
        if is_alone:
            end_dead_runs(context.instance)
        if not is_alone or is_under_way(context.instance):
            return dg.SensorResult(skip_reason="a run is under way")
    # export_event_sensor looks at the others when something was announced
    plans, faults = look_at_sources(opened, lambda source: source.events is None)
    for fault in faults:
        context.log.warning(fault)
    now = utc_now()
    waiting = list_waiting_deliveries(plans)
    periods = {period for plan in plans for period in plan.periods}
    if any(plan.unscanned for plan in plans):
        # only the rows show the periods of these files: offer all that are known
        periods |= {opened.periods.first(), now.date().replace(day=1)}
    if not periods and not opened.is_up_to_date():
        waiting = [opened.scoring_input()]
        periods = opened.periods.current() or {now.date().replace(day=1)}
    if not periods:
        return dg.SensorResult(skip_reason="nothing new" + (f"; {'; '.join(faults)}" if faults else ""))
    opened.periods.remember(periods)
    tags = range_tags(min(periods).isoformat(), max(periods).isoformat())
    return dg.SensorResult([dg.RunRequest(run_key=run_key_of(waiting, now), tags=tags)])


def request_run(request: Request) -> dg.RunRequest:
    """A run of the pipeline over the billing period of one delivery."""
    period = request.pending.key.billing_period.isoformat()
    tags = {
        **range_tags(period, period),
        "cloudcost/source": request.pending.key.source_name,
        "cloudcost/delivery": request.pending.delivery_id[:60],
    }
    return dg.RunRequest(run_key=request.run_key, tags=tags)


Queue = SqsEvents | StorageQueueEvents


def group_by_queue(sources: list[SourceConfig]) -> dict[Queue, list[SourceConfig]]:
    """The sources that events announce, those of one queue together: its messages are received once for all."""
    groups: dict[Queue, list[SourceConfig]] = {}
    for source in sources:
        if isinstance(source.events, SqsEvents | StorageQueueEvents):
            groups.setdefault(source.events, []).append(source)
    return groups


def receive_events(
    installation: Installation, queue: EventQueue, sources: list[SourceConfig], is_recorded: Callable[[str], bool]
) -> Dispatch:
    """One look at a queue: messages that are done with are deleted, unreadable ones kept and reported."""
    ingestor = installation.ingestor()
    result = dispatch_messages(
        queue.receive(),
        lambda address: find_source(address, sources),
        lambda name: ingestor.scan(installation.source(name)),
        is_recorded,
    )
    book = incident_book(installation)
    for message, reason in result.problems:
        queue.keep(message)
        book.open(describe_unreadable_event(queue.name, message.message_id, reason))
    for message in result.delete:
        queue.delete(message)
    return result


@dg.sensor(
    job_name=JOB,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Receives the events of sources that have `events:`; starts one run per delivery that they announce.",
)
def export_event_sensor(context: dg.SensorEvaluationContext, installation: InstallationResource) -> dg.SensorResult:
    """A message is deleted in a later tick, when its run is recorded; a failing queue hides no other."""
    opened = installation.open()
    found, faults = collect_requests(opened, lambda key: is_run_recorded(context.instance, key))
    for fault in faults:
        context.log.warning(fault)
    if not found:
        return dg.SensorResult(skip_reason="; ".join(["no new delivery was announced", *faults]))
    opened.periods.remember({request.pending.key.billing_period for request in found})
    return dg.SensorResult([request_run(request) for request in found])


def collect_requests(installation: Installation, is_recorded: Callable[[str], bool]) -> tuple[list[Request], list[str]]:
    """The runs that all queues and polled tables ask for, and what went wrong."""
    requests: dict[str, Request] = {}
    faults: list[str] = []
    for events, sources in group_by_queue(installation.config.sources).items():
        try:
            queue = open_queue(events, sources[0].access, installation.environ)
            result = receive_events(installation, queue, sources, is_recorded)
        except Exception as error:  # whatever one queue or source holds hides no other
            faults.append(str(as_refusal(error, ", ".join(source.name for source in sources))))
            continue
        faults += [*result.faults, *(f"{queue.name}: {reason}" for _, reason in result.problems)]
        faults += [f"{queue.name}: no source reads {address}" for address in result.unmatched[:3]]
        requests |= {request.run_key: request for request in result.requests}
    for source in installation.config.sources:
        if isinstance(source.events, TablePollEvents):
            try:
                polled = poll_table(
                    installation.open_source(source), installation.store, installation.ingestor().scan, is_recorded
                )
            except Exception as error:
                faults.append(f"{source.name}: {as_refusal(error, source.name)}")
            else:
                requests |= {request.run_key: request for request in polled}
    return list(requests.values()), faults


def is_run_recorded(instance: dg.DagsterInstance, run_key: str) -> bool:
    """Whether Dagster knows a run of that key, in whatever state."""
    return bool(instance.get_runs(filters=dg.RunsFilter(tags={"dagster/run_key": run_key}), limit=1))
