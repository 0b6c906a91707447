"""The job that builds everything, and its schedule."""

import datetime as dt

import dagster as dg

from cloudcost.waiting import look_at_sources
from orchestration.resources.installation import InstallationResource

cost_pipeline_job = dg.define_asset_job(
    "cost_pipeline_job",
    selection=dg.AssetSelection.all(),
    description="Exports to lake to warehouse to forecasts, anomalies, incidents, proposals, for a range of periods.",
)


def range_tags(first: str, last: str) -> dict[str, str]:
    """The tags of a run over the billing periods from ``first`` to ``last``, both included."""
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


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
