"""What Dagster serves of actions."""

import dagster as dg

from orchestration.defs.actions.assets import (
    approved_action_sensor,
    execute_action_job,
    proposals,
    rollback_action_job,
    verified_savings,
)
from orchestration.domains import Domain, Frame


def build(_: Frame) -> dg.Definitions:
    """The same for every installation."""
    return dg.Definitions(
        assets=[proposals, verified_savings],
        jobs=[execute_action_job, rollback_action_job],
        sensors=[approved_action_sensor],
    )


DOMAIN = Domain("actions", build)
