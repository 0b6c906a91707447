"""The forecast of the usage of every series of a panel, cleaned of its one-off peaks."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ml.forecast.engine import PanelForecast, forecast_panel
from ml.forecast.models.simple import Matrix
from ml.forecast.outliers import split_outliers
from ml.forecast.panel import WEEK, CostPanel


@dataclass(frozen=True)
class UsageForecast:
    """`by_date`: (series, panel days); on days before a series' first forecast day, its own usage. `error`: typical

    error per series in money; `half[level]`: (series, panel days); `excess[i]`: the one-off peaks of the finest series.
    """

    made: PanelForecast
    by_date: Matrix
    half: dict[float, Matrix]
    error: Matrix
    never_negative: np.ndarray
    excess: dict[int, pd.Series]
    offset: np.ndarray


def forecast_usage(panel: CostPanel, horizon: int, most_days: int, seed: int) -> UsageForecast:
    """Forecast the usage of every series of the panel, cleaned of its one-off peaks."""
    cleaned: list[Matrix] = []
    observed: list[Matrix] = []
    excess: dict[int, pd.Series] = {}
    own_peaks = {int(row) for row in panel.finest}
    for row, values in enumerate(panel.usage):
        started = int(np.argmax(values != 0)) if values.any() else len(values) - 1
        known = values[started:][-most_days:]
        normal, peaks = split_outliers(known)
        cleaned.append(normal)
        observed.append(known)
        if row in own_peaks:
            dates = pd.date_range(end=panel.keys.at[row, "last_date"], periods=len(known))
            excess[row] = pd.Series(peaks, index=dates)
    last = panel.keys["last_date"].to_numpy().astype("datetime64[D]")
    # the panel's days begin after the earliest last day; a series that ends later starts further on
    offset = (last - panel.days[0].to_datetime64().astype("datetime64[D]")).astype(np.int64) + 1
    reach = len(panel.days)
    made = forecast_panel(
        cleaned,
        horizon,
        season=WEEK,
        frequency="D",
        last_days=last,
        levels=(80, 95),
        seed=seed,
        observed=observed,
        reach=reach,
    )
    half = {level: made.upper_half[level] for level in made.levels}
    mean = made.mean
    for row in panel.named:
        mean[row] = panel.usage[row][-1]
        for level in half:
            half[level][row] = 0.0
    by_date = np.zeros((len(panel.usage), reach))
    widths = {level: np.zeros_like(by_date) for level in half}
    for row, shift in enumerate(offset):
        by_date[row, :shift] = panel.usage[row][len(panel.usage[row]) - shift :] if shift else []
        by_date[row, shift:] = mean[row, : reach - shift]
        for level in half:
            widths[level][row, shift:] = half[level][row, : reach - shift]
    error = made.calibration.unit * made.scale
    error[list(panel.named)] = 0.0
    never_negative = np.array([values.min() >= 0 for values in cleaned])
    return UsageForecast(made, by_date, widths, error, never_negative, excess, offset)
