"""What Dagster serves of the pipeline as a whole."""

import dagster as dg

from orchestration.defs.pipeline.jobs import cost_pipeline_job, daily_cost_schedule
from orchestration.domains import Domain, Frame


def build(_: Frame) -> dg.Definitions:
    """The same for every installation."""
    return dg.Definitions(
        jobs=[cost_pipeline_job],
        schedules=[daily_cost_schedule],
    )


DOMAIN = Domain("pipeline", build)
