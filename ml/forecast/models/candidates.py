"""The candidate forecasts of a panel from every origin of the back-test and from its end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ml.forecast.models import simple
from ml.forecast.models.boosting import predict_boosted
from ml.forecast.models.linear import Window, predict_linear
from ml.forecast.models.plan import Plan
from ml.forecast.models.simple import Matrix
from ml.forecast.models.smoothing import smooth

# a series with nothing on this share of its recent periods is intermittent
MANY_ZEROS = 0.3


@dataclass(frozen=True)
class Candidates:
    """`forecasts[m, k, i]`: model m, origin k (the last one is the end of the history), series i; (…, horizon).

    32-bit, because ten thousand series fill memory otherwise; money is never summed from them.
    """

    names: tuple[str, ...]
    forecasts: np.ndarray

    def take(self, rows: np.ndarray) -> "Candidates":
        """The candidates of some series."""
        return Candidates(self.names, self.forecasts[:, :, rows])


def predict_candidates(values: Matrix, plan: Plan, last_days: np.ndarray | None, seed: int) -> Candidates:
    """Every candidate that the history allows; NaN where one series is too short for it."""
    horizon, origins = plan.horizon, [*plan.origins, values.shape[1]]
    made: dict[str, np.ndarray] = {}

    def add(name: str, parts: Sequence[np.ndarray]) -> None:
        if np.isfinite(parts[-1]).any():
            made[name] = np.stack(parts).astype(np.float32)

    known = [values[:, :origin] for origin in origins]
    add("Naive", [simple.repeat_last(part, horizon) for part in known])
    for season in plan.seasons:
        recent = max(4 * season, 4)
        add(f"Mean{recent}", [simple.average_recent(part, horizon, recent) for part in known])
        if season > 1:
            add(f"SeasonalNaive{season}", [simple.repeat_season(part, horizon, season) for part in known])
            add(f"SeasonalMean{season}", [simple.average_seasons(part, horizon, season, 4) for part in known])
        holt, theta = smooth(values, horizon, season, origins)
        add(f"Smoothing{season}", list(holt))
        add(f"Theta{season}", list(theta))
    if plan.year:
        year = [simple.follow_last_year(part, horizon, plan.year, plan.seasons[0]) for part in known]
        add("LastYear", year)
    for name, parts in _predict_intermittent(values, horizon, origins).items():
        add(name, list(parts))
    loose, tight = _predict_windows(values, plan, origins)
    add("LinearOwn", list(loose))
    add("LinearShared", list(tight))
    add("Boosted", list(_learn_twice(lambda o, to: predict_boosted(values, plan, o, to, last_days, seed), origins, 0)))
    return Candidates(tuple(made), np.stack(list(made.values())))


def _learn_twice(predict: Callable[[list[int], int], np.ndarray], origins: list[int], axis: int) -> np.ndarray:
    """One model that knows nothing after the oldest origin for the back-test, one of everything for the forecast."""
    last = predict(origins[-1:], origins[-1])
    return last if len(origins) == 1 else np.concatenate([predict(origins[:-1], origins[0]), last], axis=axis)


def _predict_windows(values: Matrix, plan: Plan, origins: list[int]) -> np.ndarray:
    """The linear models: (2, origins, series, horizon)."""
    short, long = plan.seasons[0], plan.seasons[-1]
    length = min(long + short if long > short else max(8 * short, 14), plan.width // 3)
    if length < 4:
        return np.full((2, len(origins), len(values), plan.horizon), np.nan)
    window = Window(length, min(short, length))
    return _learn_twice(lambda o, to: predict_linear(values, plan.horizon, window, o, to), origins, 1)


def _predict_intermittent(values: Matrix, horizon: int, origins: list[int]) -> dict[str, list[Matrix]]:
    """Croston's family for the series with many periods without anything; NaN for the others."""
    recent = values[:, -60:]
    rows = np.flatnonzero((recent == 0).sum(axis=1) >= MANY_ZEROS * np.maximum(np.isfinite(recent).sum(axis=1), 1))
    if len(rows) == 0:
        return {}
    made = simple.smooth_intermittent(values[rows], horizon, origins)
    wide = np.full((2, len(origins), len(values), horizon), np.nan)
    wide[:, :, rows] = np.stack(made)
    return {"CrostonSBA": list(wide[0]), "TSB": list(wide[1])}
