"""The hourly look at which sources are late, as an incident that closes itself when the delivery comes."""

import datetime as dt

import dagster as dg

from alerts.delivery_findings import describe_late_source
from alerts.incident_book import IncidentBook
from cloudcost.installation import Installation
from core.instants import utc_now
from ingestion.freshness import Freshness, judge_freshness
from ingestion.sections.sources import SourceConfig
from orchestration.defs.alerts.assets import incident_book
from orchestration.resources.installation import InstallationResource

RULE = "source_late"


def freshness_policy(source: SourceConfig) -> dg.FreshnessPolicy:
    """What Dagster's own page shows of a raw asset: red when nobody even looked for so long."""
    return dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(hours=source.allowed_hours))


def check_freshness(installation: Installation, book: IncidentBook, now: dt.datetime) -> list[Freshness]:
    """Opens an incident per late source and resolves those of sources that deliver again; returns the late ones."""
    late = []
    for source in installation.config.sources:
        snapshots = installation.ledger.current_snapshots(source.name)
        found = judge_freshness(source.name, source.allowed_hours, snapshots)
        if found.lateness(now) > dt.timedelta(0):
            late.append(found)
            book.open(describe_late_source(found))
    names = {found.source_name for found in late}
    for incident in book.list():
        is_over = incident.finding.rule == RULE and incident.state != "resolved"
        if is_over and incident.finding.scope["source"] not in names:
            book.resolve(incident.incident_id, "cloudcost", "delivered again")
    return late


@dg.op(description="Opens an incident for every source that is later than its provider normally is.")
def find_late_sources(context: dg.OpExecutionContext, installation: InstallationResource) -> None:
    """One pass over all sources."""
    opened = installation.open()
    for found in check_freshness(opened, incident_book(opened), utc_now()):
        context.log.warning(f"{found.source_name} is late: nothing new since {found.last_delivery}")


@dg.job(description="Watches that every source keeps delivering.")
def freshness_job() -> None:
    """Started by freshness_schedule."""
    find_late_sources()


freshness_schedule = dg.ScheduleDefinition(
    name="freshness_schedule",
    job=freshness_job,
    cron_schedule="15 * * * *",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every hour: a late delivery is known within the hour.",
)
