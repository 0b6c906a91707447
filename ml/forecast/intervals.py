"""Intervals of whole costs: the usage's, widened by how much the lumps vary."""

from dataclasses import dataclass

import numpy as np

from ml.forecast.models.simple import Matrix
from ml.forecast.panel import CostPanel
from ml.forecast.usage import UsageForecast

# how many standard deviations hold 80 and 95 % of a normal distribution
Z = {80: 1.2815515655446004, 95: 1.959963984540054}


@dataclass(frozen=True)
class Spread:
    """`lower[level]` and `upper[level]`: (series, panel days)."""

    lower: dict[float, Matrix]
    upper: dict[float, Matrix]


def spread_costs(panel: CostPanel, usage: UsageForecast, costs: Matrix, extra: Matrix, variance: Matrix) -> Spread:
    """Intervals around `costs`; usage that never was negative cannot take a cost below what its lumps may come to."""
    lower: dict[float, Matrix] = {}
    upper: dict[float, Matrix] = {}
    floor = np.where(usage.never_negative[:, None], extra - Z[95] * np.sqrt(variance), -np.inf)
    for level, half in usage.half.items():
        whole = np.sqrt(half**2 + Z[int(level)] ** 2 * variance)
        lower[level] = np.maximum(costs - whole, np.minimum(floor, costs))
        upper[level] = costs + whole
    return Spread(lower, upper)
