"""When the job that builds everything runs, and over which periods."""

import datetime as dt

import dagster as dg

from cloudcost.waiting import look_at_sources
from orchestration.resources.installation import InstallationResource

JOB = "cost_pipeline_job"


def range_tags(first: str, last: str) -> dict[str, str]:
    """The tags of a run over the billing periods from ``first`` to ``last``, both included."""
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


def is_under_way(instance: dg.DagsterInstance) -> bool:
    """Whether a run of the pipeline waits or runs; what it will find is not known yet."""
    statuses = [dg.DagsterRunStatus.QUEUED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    return bool(instance.get_runs_count(dg.RunsFilter(job_name=JOB, statuses=statuses)))


@dg.schedule(
    job_name=JOB,
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
