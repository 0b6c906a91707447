"""The candidate forecasts of a panel from every origin of the back-test and from its end."""

from dataclasses import dataclass

import numpy as np

from ml.forecast.linear import Window, predict_linear
from ml.forecast.plan import Plan
from ml.forecast.simple import Matrix, average_recent, average_seasons, repeat_last, repeat_season
from ml.forecast.smoothing import smooth


@dataclass(frozen=True)
class Candidates:
    """`forecasts[m, k, i]`: model m, origin k (the last one is the end of the history), series i; (…, horizon)."""

    names: tuple[str, ...]
    forecasts: np.ndarray


def predict_candidates(values: Matrix, plan: Plan, seed: int) -> Candidates:
    """Every candidate that the history allows; NaN where one series is too short for it."""
    horizon, origins = plan.horizon, [*plan.origins, values.shape[1]]
    made: dict[str, list[Matrix]] = {"Naive": [repeat_last(values[:, :o], horizon) for o in origins]}
    for season in plan.seasons:
        if season == 1:
            made["Mean4"] = [average_recent(values[:, :o], horizon, 4) for o in origins]
        else:
            made[f"SeasonalNaive{season}"] = [repeat_season(values[:, :o], horizon, season) for o in origins]
            made[f"SeasonalMean{season}"] = [average_seasons(values[:, :o], horizon, season, 4) for o in origins]
            made[f"Mean{4 * season}"] = [average_recent(values[:, :o], horizon, 4 * season) for o in origins]
        holt, theta = smooth(values, horizon, season, origins)
        made[f"Smoothing{season}"], made[f"Theta{season}"] = list(holt), list(theta)
    made["Linear"] = _predict_windows(values, plan, origins)
    kept = {name: np.stack(parts) for name, parts in made.items() if np.isfinite(parts[-1]).any()}
    return Candidates(tuple(kept), np.stack(list(kept.values())))


def _predict_windows(values: Matrix, plan: Plan, origins: list[int]) -> list[Matrix]:
    """The linear model: one fit before the oldest origin for the back-test, one on everything for the forecast."""
    short, long = plan.seasons[0], plan.seasons[-1]
    length = min(long + short if long > short else max(8 * short, 14), plan.width // 3)
    if length < 4:
        return [np.full((len(values), plan.horizon), np.nan)] * len(origins)
    window = Window(length, min(short, length))
    past = list(predict_linear(values, plan.horizon, window, origins[:-1], origins[0])) if len(origins) > 1 else []
    return [*past, predict_linear(values, plan.horizon, window, origins[-1:], origins[-1])[0]]
