"""The job that builds everything, its schedule, and what whoever starts it asks first."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable

import dagster as dg

from cloudcost.installation import Installation
from ingestion.planning import SourcePlan
from ingestion.refusals import as_refusal
from ingestion.sections.sources import SourceConfig
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
    previous = (current - dt.timedelta(days=1)).replace(day=1)
    periods = {previous, current}.union(*(plan.periods for plan in plans))
    tags = range_tags(min(periods).isoformat(), max(periods).isoformat())
    return dg.RunRequest(run_key=today.isoformat(), tags=tags)
