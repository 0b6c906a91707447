"""What Dagster serves of savings."""

import dagster as dg

from orchestration.defs.savings.assets import recommendations
from orchestration.domains import Domain, Frame


def build(_: Frame) -> dg.Definitions:
    """The same for every installation."""
    return dg.Definitions(
        assets=[recommendations],
    )


DOMAIN = Domain("savings", build)
