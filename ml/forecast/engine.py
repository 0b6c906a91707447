"""Forecasts of many series at once: models compared in a rolling-origin back-test, combined, with honest intervals.

Nothing is tuned to a data set: seasons follow from the frequency and the length of the history, weights from each
series' own back-test, and interval widths from the errors that the combination made there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from ml.forecast.conformal import Calibration, calibrate
from ml.forecast.models.candidates import predict_candidates
from ml.forecast.models.combine import Combined, combine
from ml.forecast.models.experts import MOST_SERIES, add_experts, choose_doubtful
from ml.forecast.models.plan import Plan, make_plan
from ml.forecast.models.simple import Matrix

DEFAULT_SEED = 20_250_101


@dataclass(frozen=True)
class PanelForecast:
    """Row i belongs to series i, column h to h+1 periods after its end.

    `mean`, `lower[level]`, `upper[level]`: (series, horizon), and `upper_half[level]`, the half width before a bound at
    zero. `models`: each series' heaviest candidate.
    `backtest_wape`: sum of |error| over sum of |actual| in the back-test; `backtest_coverage[level]`: share of the
    back-test's periods inside the interval; NaN without a back-test. `backtest_error` and `backtest_actual`: (origins,
    series, horizon of the plan), in the series' own units. `calibration` widens intervals of sums.
    """

    mean: Matrix
    lower: dict[float, Matrix]
    upper: dict[float, Matrix]
    upper_half: dict[float, Matrix]
    levels: tuple[float, ...]
    models: list[str]
    seasons: tuple[int, ...]
    backtest_wape: Matrix
    backtest_coverage: dict[float, Matrix]
    backtest_error: np.ndarray
    plan: Plan
    calibration: Calibration
    scale: Matrix
    power: float
    pull: float
    seed: int


def forecast_panel(
    histories: Sequence[Matrix],
    horizon: int,
    *,
    season: int,
    frequency: str,
    last_days: np.ndarray | None = None,
    levels: Sequence[float] = (80, 95),
    seed: int = DEFAULT_SEED,
    experts: int = MOST_SERIES,
    observed: Sequence[Matrix] | None = None,
    reach: int | None = None,
) -> PanelForecast:
    """Forecast every history `horizon` periods ahead; histories are arrays of finite numbers, oldest first.

    `season` is the shortest season in periods (1: none); longer ones follow from `frequency`. `last_days`
    (datetime64[D]) are the last days of daily series, for calendar features. `experts`: how many series also get the
    slow models. `observed`: the histories before they were cleaned of one-off peaks; intervals are to hold those.
    `reach`: how far the result goes, where that is further than the back-test shall judge. The same input and seed
    give the same output.
    """
    plan = make_plan([len(history) for history in histories], horizon, season, frequency)
    values = stack_histories(histories, plan.most_periods)
    scale = np.nanmean(np.abs(values), axis=1)
    scale[~(scale > 0)] = 1.0
    values = values / scale[:, None]
    # many small matrices: threads would only wait for one another
    with threadpool_limits(1, "blas"):
        truth = values if observed is None else stack_histories(observed, plan.most_periods) / scale[:, None]
        combined = _combine_all(values, truth, scale, plan, last_days, seed, experts)
        calibration = calibrate(values, combined, plan, tuple(levels))
    reach = max(horizon, reach or 0)
    mean = extend(combined.mean, reach, plan.seasons[0])
    half = {level: calibration.widen(level, reach) for level in calibration.levels}
    restore = _Units(scale, (np.nanmin(values, axis=1) >= 0)[:, None], (np.nanmax(values, axis=1) <= 0)[:, None])
    forecast = restore(mean)
    lower = {level: restore(mean - width) for level, width in half.items()}
    upper = {level: restore(mean + width) for level, width in half.items()}
    _hold_constants(histories, forecast, lower, upper)
    return PanelForecast(
        mean=forecast,
        lower=lower,
        upper=upper,
        upper_half={level: width * scale[:, None] for level, width in half.items()},
        levels=calibration.levels,
        models=combined.models,
        seasons=plan.seasons,
        backtest_wape=combined.wape,
        backtest_coverage=calibration.coverage,
        backtest_error=combined.residuals * scale[None, :, None],
        plan=plan,
        calibration=calibration,
        scale=scale,
        power=combined.power,
        pull=combined.pull,
        seed=seed,
    )


@dataclass(frozen=True)
class _Units:
    """Each series' own units, and the sign that it never had: no forecast of it has that sign either."""

    scale: Matrix
    never_negative: np.ndarray
    never_positive: np.ndarray

    def __call__(self, part: Matrix) -> Matrix:
        part = np.where(self.never_negative, np.maximum(part, 0.0), part)
        return np.where(self.never_positive, np.minimum(part, 0.0), part) * self.scale[:, None]


def _hold_constants(
    histories: Sequence[Matrix], forecast: Matrix, lower: dict[float, Matrix], upper: dict[float, Matrix]
) -> None:
    """What never changed goes on to the last digit, or a rounding puts it outside its own interval."""
    for row, history in enumerate(histories):
        if np.ptp(history) == 0:
            forecast[row] = history[0]
            for level in lower:
                lower[level][row] = np.minimum(lower[level][row], history[0])
                upper[level][row] = np.maximum(upper[level][row], history[0])


def _combine_all(
    values: Matrix,
    truth: Matrix,
    scale: Matrix,
    plan: Plan,
    last_days: np.ndarray | None,
    seed: int,
    experts: int,
) -> Combined:
    """The combination of the panel's models, and for the most doubtful series one that the slow models take part in."""
    made = predict_candidates(values, plan, last_days, seed)
    combined = combine(values, truth, made, plan)
    known = np.isfinite(combined.residuals)
    doubt = np.where(known, np.abs(combined.residuals), 0.0).sum(axis=(0, 2)) / np.maximum(known.sum(axis=(0, 2)), 1)
    # values are in units of their mean: less than this is rounding
    doubt[doubt < 1e-9] = 0.0
    rows = choose_doubtful(doubt * scale, np.isfinite(values).sum(axis=1), plan, experts)
    if len(rows) == 0:
        return combined
    better = combine(values[rows], truth[rows], add_experts(values[rows], made.take(rows), plan), plan)
    mean, residuals, wape = combined.mean.copy(), combined.residuals.copy(), combined.wape.copy()
    models = list(combined.models)
    for number, row in enumerate(rows):
        # the smaller set was weighed on fewer series: it has to prove itself on each
        if better.wape[number] < combined.wape[row]:
            mean[row], residuals[:, row], wape[row] = (
                better.mean[number],
                better.residuals[:, number],
                better.wape[number],
            )
            models[row] = better.models[number]
    return Combined(mean, residuals, combined.weights, models, wape, combined.power, combined.pull)


def extend(mean: Matrix, horizon: int, season: int) -> Matrix:
    """Beyond what a back-test can judge, the last whole seasons go on unchanged: no trend is believed for so long."""
    judged = mean.shape[1]
    if horizon <= judged:
        return mean[:, :horizon]
    size = season if judged >= season else 1
    count = min(4, judged // size)
    last = mean[:, judged - count * size :].reshape(len(mean), count, size).mean(axis=1)
    return np.concatenate([mean, last[:, np.arange(horizon - judged) % size]], axis=1)


def stack_histories(histories: Sequence[Matrix], most_periods: int) -> Matrix:
    """The last `most_periods` of every history as (series, periods), right-aligned, NaN before a series starts."""
    width = min(most_periods, max(len(history) for history in histories))
    values = np.full((len(histories), width), np.nan)
    for row, history in enumerate(histories):
        part = np.asarray(history, dtype=np.float64)[-width:]
        values[row, width - len(part) :] = part
    return values
