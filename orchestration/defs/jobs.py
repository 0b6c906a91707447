"""The jobs that build everything, their schedule and the sensor that watches for new deliveries."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable

import dagster as dg

from cloudcost.installation import Installation
from cloudcost.run_lock import try_lock
from core.instants import utc_now
from ingestion.planning import SourcePlan
from ingestion.refusals import as_refusal
from ingestion.sections.sources import SourceConfig
from orchestration.resources.dead_runs import end_dead_runs
from orchestration.resources.installation import InstallationResource

cost_pipeline_job = dg.define_asset_job(
    "cost_pipeline_job",
    selection=dg.AssetSelection.all(),
    description="Exports to lake to warehouse to forecasts, anomalies, incidents, proposals, for a range of periods.",
)


def range_tags(first: str, last: str) -> dict[str, str]:
    """The tags of a run over the billing periods from ``first`` to ``last``, both included."""
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


def run_key_of(parts: Iterable[str], now: dt.datetime) -> str:
    """Names what a run is about: the same deliveries start one run, and one more an hour later if that run failed."""
    return f"{hashlib.sha256(chr(0).join(sorted(parts)).encode()).hexdigest()[:24]}:{now:%Y%m%d%H}"


def list_waiting(plans: Iterable[SourcePlan]) -> list[str]:
    """Every delivery and unread file that waits, named."""
    return [
        name
        for plan in plans
        for name in (
            *(f"{p.key.text}/{p.delivery_id}" for p in plan.pending),
            *(f"{plan.source_name}/{f.ref.name}/{f.ref.etag}" for f in plan.unscanned),
        )
    ]


def look_at_sources(
    installation: Installation, is_meant: Callable[[SourceConfig], bool] = lambda source: True
) -> tuple[list[SourcePlan], list[str]]:
    """What the sources have that is not current yet, and those that cannot be looked at: one hides no other."""
    plans, faults = [], []
    for source in filter(is_meant, installation.config.sources):
        try:
            plans.append(installation.ingestor().plan(installation.open_source(source)))
        except Exception as error:  # whatever one source holds hides no other
            faults.append(f"{source.name}: {as_refusal(error, source.name)}")
    return plans, faults


def is_under_way(instance: dg.DagsterInstance) -> bool:
    """Whether a run of the pipeline waits or runs; what it will find is not known yet."""
    statuses = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    return bool(instance.get_runs_count(dg.RunsFilter(job_name=cost_pipeline_job.name, statuses=statuses)))


@dg.sensor(
    job=cost_pipeline_job,
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
    waiting = list_waiting(plans)
    periods = {period for plan in plans for period in plan.periods}
    if any(plan.unscanned for plan in plans):
        # only the rows show the periods of these files: offer all that are known
        periods |= {opened.first_period(), now.date().replace(day=1)}
    if not periods and not opened.is_up_to_date():
        waiting = [opened.scoring_input()]
        periods = opened.current_periods() or {now.date().replace(day=1)}
    if not periods:
        return dg.SensorResult(skip_reason="nothing new" + (f"; {'; '.join(faults)}" if faults else ""))
    opened.remember_periods(periods)
    tags = range_tags(min(periods).isoformat(), max(periods).isoformat())
    return dg.SensorResult([dg.RunRequest(run_key=run_key_of(waiting, now), tags=tags)])


@dg.schedule(
    job=cost_pipeline_job,
    cron_schedule="0 6 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every morning, whatever the sensors saw: the current and the previous billing period, and older ones "
    "with a delivery that waits because its run failed.",
)
def daily_cost_schedule(context: dg.ScheduleEvaluationContext, installation: InstallationResource) -> dg.RunRequest:
    """The two billing periods that clouds still write to, back to the oldest one that waits."""
    plans, faults = look_at_sources(installation.open())
    for fault in faults:
        context.log.warning(fault)
    today = context.scheduled_execution_time.date()
    current = today.replace(day=1)
    previous = (
        current.replace(year=current.year - 1, month=12)
        if current.month == 1
        else current.replace(month=current.month - 1)
    )
    periods = {previous, current}.union(*(plan.periods for plan in plans))
    tags = range_tags(min(periods).isoformat(), max(periods).isoformat())
    return dg.RunRequest(run_key=today.isoformat(), tags=tags)
