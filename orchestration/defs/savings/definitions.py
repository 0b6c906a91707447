"""What Dagster serves of savings."""

import dagster as dg

from orchestration.defs.savings.assets import savings
from orchestration.domains import Domain, Frame


def build(_: Frame) -> dg.Definitions:
    """The same for every installation."""
    return dg.Definitions(
        assets=[savings],
    )


DOMAIN = Domain("savings", build)
