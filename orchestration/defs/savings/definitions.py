"""What Dagster serves of savings."""

import dagster as dg

from orchestration.defs.savings.assets import realised_savings, savings
from orchestration.domains import Domain, Frame


def build(_: Frame) -> dg.Definitions:
    """The same for every installation."""
    return dg.Definitions(
        assets=[savings, realised_savings],
    )


DOMAIN = Domain("savings", build)
