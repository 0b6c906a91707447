"""The lumps of all series of a panel at once."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ml.forecast.lumps import LumpForecast, forecast_lumps, forecast_repeated_excess
from ml.forecast.panel import CostPanel


def forecast_lump_matrix(panel: CostPanel, excess: Mapping[int, pd.Series]) -> LumpForecast:
    """Lumps and repeated peaks of the panel's finest series: mean and deviation, each (finest series, panel days)."""
    mean = np.zeros((len(panel.finest), len(panel.days)))
    deviation = np.zeros_like(mean)
    for number, row in enumerate(panel.finest):
        first, last = panel.keys.at[row, "first_date"], panel.keys.at[row, "last_date"]
        ahead = panel.days > last
        one = forecast_lumps(panel.lumps[row], first, last, panel.days[ahead])
        peaks = excess[int(row)]
        peak = forecast_repeated_excess(peaks[peaks != 0], peaks.index[0], last, panel.days[ahead])
        mean[number, ahead] = one.mean + peak.mean
        deviation[number, ahead] = np.hypot(one.deviation, peak.deviation)
        # days that are known already for this series, while another's are not
        place = (panel.lumps[row]["charge_date"] - panel.days[0]).dt.days.to_numpy(dtype=np.int64)
        known = place >= 0
        np.add.at(mean[number], place[known], panel.lumps[row]["cost"].to_numpy()[known])
    return LumpForecast(mean, deviation)
