"""A linear model of the next horizon on the last window, learnt over all series and then adjusted to each.

The window is centred on its last season and scaled by its own spread, so that series of any size share coefficients
(as NLinear does: Zeng et al., 2023). The adjustment is a second ridge on the residuals of the shared model, so a series
with little history of its own keeps the shared coefficients.
"""

from dataclasses import dataclass

import numpy as np

from ml.forecast.models.simple import Matrix

# the cost of learning is windows times the square of their length; memory of the series' own the same of series
MOST_CELLS, MOST_OWN_CELLS = 3_000_000_000, 250_000_000
SHARED_RIDGE = 1e-3
# how close a series stays to what all share: loosely, and tightly
OWN_RIDGES = (0.03, 3.0)
CLIP = 8.0


@dataclass(frozen=True)
class Window:
    """How much of the past the model sees, and the season its centre is the mean of."""

    length: int
    season: int


def predict_linear(values: Matrix, horizon: int, window: Window, origins: list[int], trained_to: int) -> Matrix:
    """Forecasts (ridges, origins, series, horizon) of models that saw only `trained_to` periods; NaN if too few."""
    out = np.full((len(OWN_RIDGES), len(origins), len(values), horizon), np.nan)
    ends = np.arange(window.length, trained_to - horizon + 1)
    if len(ends) == 0:
        return out
    # one gap between windows that is no divisor of a season, so that all phases are seen
    gap = max(1, int(np.ceil(len(ends) * len(values) * window.length**2 / MOST_CELLS)))
    while gap > 1 and window.season % gap == 0:
        gap += 1
    ends = ends[::-1][::gap][::-1]
    shared, owns = _fit(values, horizon, window, ends)
    for number, origin in enumerate(origins):
        x, middle, spread = _cut(values, window, np.array([origin]))
        for ridge, own in enumerate(owns):
            made = x[:, 0] @ shared + (x[:, 0, None, :] @ own)[:, 0]
            out[ridge, number] = middle[:, 0, None] + spread[:, 0, None] * made
    return out


def _cut(values: Matrix, window: Window, ends: np.ndarray) -> tuple[Matrix, Matrix, Matrix]:
    """Windows (series, ends, length) that end before `ends`, centred and scaled, with their centre and spread."""
    columns = ends[:, None] + np.arange(-window.length, 0)[None, :]
    raw = values[:, columns]
    middle = raw[:, :, -window.season :].mean(axis=2)
    spread = raw.std(axis=2)
    spread = np.where(spread > 1e-9 * (1e-300 + np.abs(middle)), spread, 1.0)
    return np.clip((raw - middle[:, :, None]) / spread[:, :, None], -CLIP, CLIP), middle, spread


def _fit(values: Matrix, horizon: int, window: Window, ends: np.ndarray) -> tuple[Matrix, list[Matrix]]:
    """Shared coefficients (length, horizon) and, per ridge, each series' adjustment (series, length, horizon)."""
    length, series = window.length, len(values)
    gram, moment = np.zeros((length, length)), np.zeros((length, horizon))
    # too many series for too long a window keep the shared coefficients: their own would not fit into memory
    keeps_own = series * length**2 <= MOST_OWN_CELLS
    own_gram = np.zeros((series if keeps_own else 0, length, length), np.float32)
    own_moment = np.zeros((series if keeps_own else 0, length, horizon), np.float32)
    counts = np.zeros(series)
    for row in range(series):
        x, middle, spread = _cut(values[row : row + 1], window, ends)
        columns = ends[:, None] + np.arange(horizon)[None, :]
        y = np.clip((values[row, columns] - middle[0, :, None]) / spread[0, :, None], -CLIP, CLIP)
        good = np.isfinite(x[0]).all(axis=1)
        a, b = x[0][good], y[good]
        square, product = a.T @ a, a.T @ b
        counts[row] = len(a)
        gram += square
        moment += product
        if keeps_own:
            own_gram[row], own_moment[row] = square, product
    total = max(counts.sum(), 1.0)
    shared = np.linalg.solve(gram + SHARED_RIDGE * total * np.eye(length), moment)
    if not keeps_own:
        return shared, [np.zeros((series, length, horizon), np.float32) for _ in OWN_RIDGES]
    rest = own_moment - own_gram @ shared.astype(np.float32)
    unit = np.maximum(counts, 1.0).astype(np.float32)[:, None, None] * np.eye(length, dtype=np.float32)
    return shared, [np.linalg.solve(own_gram + np.float32(ridge) * unit, rest) for ridge in OWN_RIDGES]
