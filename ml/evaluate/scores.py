"""The M4 competition's measures of forecasts, each per series (M4 Competitor's Guide, 2018).

All take arrays of one series; shapes: actual and forecast (horizon,), history (days,).
"""

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


def score_smape(actual: Values, forecast: Values) -> float:
    """Symmetric mean absolute percentage error, 0 to 200; a step where both are zero is no error."""
    size = np.abs(actual) + np.abs(forecast)
    error = np.abs(actual - forecast)
    return float(np.mean(200.0 * np.divide(error, size, out=np.zeros_like(error), where=size > 0)))


def score_mase(actual: Values, forecast: Values, history: Values, season: int) -> float:
    """Mean absolute error in units of the seasonal naive's inside the history.

    NaN where that unit does not exist: a history of no more than one season, or one that repeats itself exactly.
    """
    if len(history) <= season:
        return np.nan
    unit = float(np.mean(np.abs(history[season:] - history[:-season])))
    # what floating point leaves of an exact repetition is no unit
    if unit <= 1e-12 * float(np.abs(history).max()):
        return np.nan
    return float(np.mean(np.abs(actual - forecast))) / unit


def forecast_naive2(history: Values, horizon: int, season: int) -> Values:
    """The last value, on seasonally adjusted data where a season is significant: the M4 competition's benchmark.

    Significant is an autocorrelation at the season's lag above its 90 % limit; the adjustment is the classical
    multiplicative decomposition. A history with zeros or negative values is not adjusted.
    """
    if season < 2 or not _is_seasonal(history, season) or history.min() <= 0:
        return np.full(horizon, history[-1])
    index = _find_multiplicative_index(history, season)
    phase = np.arange(len(history) + horizon) % season
    adjusted = history[-1] / index[phase[len(history) - 1]]
    return adjusted * index[phase[len(history) :]]


def _is_seasonal(history: Values, season: int) -> bool:
    if len(history) < 3 * season:
        return False
    centred = history - history.mean()
    power = float(centred @ centred)
    if power == 0:
        return False
    lags = np.array([float(centred[lag:] @ centred[:-lag]) for lag in range(1, season + 1)]) / power
    limit = 1.645 * np.sqrt((1 + 2 * np.sum(lags[:-1] ** 2)) / len(history))
    return bool(abs(lags[-1]) > limit)


def _find_multiplicative_index(history: Values, season: int) -> Values:
    """The season's factors, mean 1, by the ratio to a centred moving average of one season."""
    weights = np.full(season, 1.0) if season % 2 else np.concatenate([[0.5], np.ones(season - 1), [0.5]])
    trend = np.convolve(history, weights / weights.sum(), mode="valid")
    first = (len(weights) - 1) // 2
    ratio = history[first : first + len(trend)] / trend
    phase = (np.arange(len(ratio)) + first) % season
    index = np.array([ratio[phase == number].mean() for number in range(season)])
    return index * season / index.sum()
