"""What Dagster serves of the pipeline as a whole."""

import dagster as dg

from orchestration.defs.pipeline.jobs import JOB, daily_cost_schedule
from orchestration.defs.warehouse.nightly import find_nightly
from orchestration.domains import Domain, Frame


def build(frame: Frame) -> dg.Definitions:
    """The job over all assets and their checks, but for those that run at night, and when it runs."""
    nightly = dg.AssetSelection.checks(*find_nightly(frame.manifest).values())
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all() - nightly,
        description="Exports to lake to warehouse to forecasts, anomalies, incidents, proposals, for a range of "
        "periods.",
    )
    return dg.Definitions(jobs=[job], schedules=[daily_cost_schedule])


DOMAIN = Domain("pipeline", build)
