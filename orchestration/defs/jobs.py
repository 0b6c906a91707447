"""The jobs that build everything, their schedule and the sensor that watches for new deliveries."""

import hashlib

import dagster as dg

from orchestration.resources.installation import InstallationResource
from orchestration.sources.contracts import SourceError
from orchestration.sources.planning import SourcePlan

cost_pipeline_job = dg.define_asset_job(
    "cost_pipeline_job",
    selection=dg.AssetSelection.all(),
    description="Exports to lake to warehouse to forecasts, anomalies, incidents, proposals, for a range of periods.",
)


def range_tags(first: str, last: str) -> dict[str, str]:
    """The tags of a run over the billing periods from ``first`` to ``last``, both included."""
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


def run_key_of(plans: list[SourcePlan]) -> str:
    """Names the set of deliveries that a run is about: the same deliveries start one run."""
    waiting = [f"{p.key.text}/{p.delivery_id}" for plan in plans for p in plan.pending]
    waiting += [f"{plan.source_name}/{f.ref.name}/{f.ref.etag}" for plan in plans for f in plan.unscanned]
    return hashlib.sha256("\0".join(sorted(waiting)).encode()).hexdigest()[:32]


@dg.sensor(
    job=cost_pipeline_job,
    minimum_interval_seconds=300,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Looks at every source for deliveries that are not current yet and starts one run for them.",
)
def new_delivery_sensor(context: dg.SensorEvaluationContext, installation: InstallationResource) -> dg.SensorResult:
    """One run per set of new deliveries; a source that cannot be read does not hide the others."""
    opened = installation.open()
    plans, faults = [], []
    for source in opened.config.sources:
        if source.events is not None:
            continue  # export_event_sensor looks when something was announced
        try:
            plans.append(opened.ingestor().scan(opened.open_source(source)))
        except SourceError as error:
            faults.append(f"{source.name}: {error}")
    for fault in faults:
        context.log.warning(fault)
    periods = sorted(period for plan in plans for period in plan.periods)
    if not periods:
        return dg.SensorResult(skip_reason="nothing new" + (f"; {'; '.join(faults)}" if faults else ""))
    opened.remember_first_period(periods[0])
    tags = range_tags(periods[0].isoformat(), periods[-1].isoformat())
    return dg.SensorResult([dg.RunRequest(run_key=run_key_of(plans), tags=tags)])


@dg.schedule(
    job=cost_pipeline_job,
    cron_schedule="0 6 * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every morning, whatever the sensor saw: the current and the previous billing period.",
)
def daily_cost_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """The two billing periods that clouds still write to."""
    today = context.scheduled_execution_time.date()
    current = today.replace(day=1)
    previous = (
        current.replace(year=current.year - 1, month=12)
        if current.month == 1
        else current.replace(month=current.month - 1)
    )
    return dg.RunRequest(run_key=today.isoformat(), tags=range_tags(previous.isoformat(), current.isoformat()))
