"""What Dagster serves of forecasts and anomalies."""

import dagster as dg

from orchestration.defs.ml.anomalies import contributions_add_up, cost_anomalies, detector_is_as_good_as_before
from orchestration.defs.ml.forecasts import cost_forecasts, forecast_accuracy_holds
from orchestration.domains import Domain, Frame


def build(_: Frame) -> dg.Definitions:
    """The same for every installation."""
    return dg.Definitions(
        assets=[cost_forecasts, cost_anomalies],
        asset_checks=[forecast_accuracy_holds, contributions_add_up, detector_is_as_good_as_before],
    )


DOMAIN = Domain("ml", build)
