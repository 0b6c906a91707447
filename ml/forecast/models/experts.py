"""statsforecast's models for the few series whose back-test leaves most in doubt.

They cost tens of milliseconds per fit where the panel's own models cost microseconds, so they run where a better
forecast moves the most money. How many is a count, never a time, so that the same input gives the same output.
"""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from ml.forecast.models.candidates import Candidates
from ml.forecast.models.plan import Plan
from ml.forecast.models.simple import Matrix

# for weekly seasons; the cost of a fit grows with the season, so longer ones get fewer
MOST_SERIES, WEEK = 8, 7
LONGEST = 500

log = logging.getLogger(__name__)


def choose_doubtful(doubt: Matrix, length: np.ndarray, plan: Plan, count: int = MOST_SERIES) -> np.ndarray:
    """The rows with the largest doubt (expected absolute error in money), of series long enough for a back-test."""
    able = (length >= 4 * plan.seasons[0]) & np.isfinite(doubt) & (doubt > 0) & (len(plan.origins) > 1)
    order = np.argsort(-np.where(able, doubt, -1.0), kind="stable")
    affordable = max(2, count * WEEK // max(plan.seasons[0], WEEK)) if count else 0
    return np.sort(order[: min(affordable, int(able.sum()))])


def add_experts(values: Matrix, made: Candidates, plan: Plan) -> Candidates:
    """The candidates of these series with AutoETS, DynamicOptimizedTheta and MSTL beside them."""
    origins = [*plan.origins, values.shape[1]]
    parts = [made.forecasts]
    names = list(made.names)
    for name, make in _list_makers(plan).items():
        block = np.full((1, len(origins), len(values), plan.horizon), np.nan, np.float32)
        for row, history in enumerate(values):
            for number, origin in enumerate(origins):
                known = history[:origin]
                known = known[np.isfinite(known)][-max(LONGEST, 3 * plan.seasons[-1]) :]
                block[0, number, row] = _try_forecast(name, make, known, plan)
        names.append(name)
        parts.append(block)
    return Candidates(tuple(names), np.concatenate(parts))


def _list_makers(plan: Plan) -> dict[str, Callable[[], Any]]:
    """Built when used: importing statsforecast takes seconds."""
    from statsforecast.models import MSTL, AutoETS, DynamicOptimizedTheta

    season = plan.seasons[0]
    makers: dict[str, Callable[[], Any]] = {
        # additive, because costs may be zero or negative; to search all forms takes nine times as long
        "AutoETS": lambda: AutoETS(season_length=season, model="AAA" if season > 1 else "AAN", damped=True),
        "DynamicOptimizedTheta": lambda: DynamicOptimizedTheta(season_length=season),
    }
    if season > 1:
        makers["MSTL"] = lambda: MSTL(
            season_length=list(plan.seasons), trend_forecaster=AutoETS(model="AAN", damped=True)
        )
    return makers


def _try_forecast(name: str, make: Callable[[], Any], known: Matrix, plan: Plan) -> Matrix:
    """The model's forecast, or NaN (logged) when it cannot be fitted to these values."""
    missing = np.full(plan.horizon, np.nan)
    if len(known) < 2 * plan.seasons[-1] + 4:
        return missing
    state = np.random.get_state()  # theta seeds the global generator
    try:
        found = np.asarray(make().forecast(y=known, h=plan.horizon)["mean"], dtype=np.float64)
    except Exception as error:  # statsforecast raises bare Exception when no parameters fit
        log.info("%s cannot be fitted to %d periods: %s", name, len(known), error)
        return missing
    finally:
        np.random.set_state(state)
    return found if np.isfinite(found).all() else missing
