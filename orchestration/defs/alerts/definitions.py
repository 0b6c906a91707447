"""What Dagster serves of alerts."""

import dagster as dg

from orchestration.defs.alerts.assets import incidents, outbox_sensor, send_alerts_job
from orchestration.domains import Domain, Frame


def build(_: Frame) -> dg.Definitions:
    """The same for every installation."""
    return dg.Definitions(
        assets=[incidents],
        jobs=[send_alerts_job],
        sensors=[outbox_sensor],
    )


DOMAIN = Domain("alerts", build)
