"""Forecasts of many series at once: models compared in a rolling-origin back-test, combined, with honest intervals.

Nothing is tuned to a data set: seasons follow from the frequency and the length of the history, weights from each
series' own back-test, and interval widths from the errors that the combination made there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ml.forecast.candidates import predict_candidates
from ml.forecast.combine import combine
from ml.forecast.conformal import calibrate
from ml.forecast.plan import make_plan
from ml.forecast.simple import Matrix


@dataclass(frozen=True)
class PanelForecast:
    """Row i belongs to series i, column h to h+1 periods after its end.

    `mean`, `lower[level]`, `upper[level]`: (series, horizon). `models`: the model with most weight, or why there was no
    choice. `backtest_wape`: sum of |error| over sum of |actual| in the back-test; `backtest_coverage[level]`: share of
    the back-test's periods inside the interval; NaN without a back-test. `weights`: (series, candidates).
    """

    mean: Matrix
    lower: dict[float, Matrix]
    upper: dict[float, Matrix]
    levels: tuple[float, ...]
    models: list[str]
    seasons: tuple[int, ...]
    backtest_wape: Matrix
    backtest_coverage: dict[float, Matrix]
    candidates: tuple[str, ...] = ()
    weights: Matrix = field(default_factory=lambda: np.zeros((0, 0)))


def forecast_panel(
    histories: Sequence[Matrix],
    horizon: int,
    *,
    season: int,
    frequency: str,
    last_steps: np.ndarray | None = None,
    levels: Sequence[float] = (80, 95),
    seed: int = 0,
) -> PanelForecast:
    """Forecast every history `horizon` periods ahead; histories are arrays of finite numbers, oldest first.

    `season` is the shortest season in periods (1: none); longer ones follow from `frequency`. `last_steps` are the
    numbers of the last periods, where known, so that series of one panel can end on different dates. The same input
    and seed give the same output.
    """
    plan = make_plan([len(history) for history in histories], horizon, season, frequency)
    values = stack_histories(histories, plan.most_periods)
    scale = np.nanmean(np.abs(values), axis=1, keepdims=True)
    scale[~(scale > 0)] = 1.0
    values = values / scale
    made = predict_candidates(values, plan, seed)
    combined = combine(values, made, plan)
    intervals = calibrate(values, combined, plan, tuple(levels))
    never_negative = (np.nanmin(values, axis=1) >= 0)[:, None]
    never_positive = (np.nanmax(values, axis=1) <= 0)[:, None]

    def finish(part: Matrix) -> Matrix:
        part = np.where(never_negative, np.maximum(part, 0.0), part)
        return np.where(never_positive, np.minimum(part, 0.0), part) * scale

    return PanelForecast(
        mean=finish(combined.mean),
        lower={level: finish(combined.mean - half) for level, half in intervals.half.items()},
        upper={level: finish(combined.mean + half) for level, half in intervals.half.items()},
        levels=tuple(levels),
        models=combined.models,
        seasons=plan.seasons,
        backtest_wape=combined.wape,
        backtest_coverage=intervals.coverage,
        candidates=made.names,
        weights=combined.weights,
    )


def stack_histories(histories: Sequence[Matrix], most_periods: int) -> Matrix:
    """The last `most_periods` of every history as (series, periods), right-aligned, NaN before a series starts."""
    width = min(most_periods, max(len(history) for history in histories))
    values = np.full((len(histories), width), np.nan)
    for row, history in enumerate(histories):
        part = np.asarray(history, dtype=np.float64)[-width:]
        values[row, width - len(part) :] = part
    return values
