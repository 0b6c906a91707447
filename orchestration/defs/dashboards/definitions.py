"""What Dagster serves of dashboards."""

import dagster as dg

from orchestration.defs.dashboards.assets import build_published_asset, operations, publish_job, publish_schedule
from orchestration.domains import Domain, Frame


def build(frame: Frame) -> dg.Definitions:
    """The share of an installation."""
    return dg.Definitions(
        assets=[operations, build_published_asset(frame.manifest)],
        jobs=[publish_job],
        schedules=[publish_schedule],
    )


DOMAIN = Domain("dashboards", build)
