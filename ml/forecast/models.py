"""The forecast models one series can have, from a constant to compiled seasonal models, with one shape of result.

The seasonal models are statsforecast's compiled ones (exponential smoothing and the dynamic optimised theta method);
all of them need milliseconds per series and no just-in-time compilation.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
SEASON = 7
Z80, Z95 = 1.2815515655446004, 1.959963984540054

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prediction:
    """Expected values and the half widths of their 80 and 95 % intervals, one per day ahead."""

    mean: Values
    half_80: Values
    half_95: Values


@dataclass(frozen=True)
class Model:
    """A way to forecast a series that has at least `min_days` days."""

    name: str
    min_days: int
    predict: Callable[[Values, int], Prediction]


def list_candidates(days: int) -> list[Model]:
    """The models worth comparing for a series of `days` days, the simplest first: it wins a tie."""
    return [model for model in CANDIDATES if days >= model.min_days]


def predict_constant(values: Values, horizon: int) -> Prediction:
    """The last value for ever, without doubt: for series that never change or have stopped."""
    flat = np.zeros(horizon)
    return Prediction(np.full(horizon, values[-1]), flat, flat)


def predict_mean(values: Values, horizon: int) -> Prediction:
    """The mean of a history too short for a season; its width counts the doubt of the mean itself."""
    width = np.full(horizon, values.std(ddof=1) * np.sqrt(1 + 1 / len(values)))
    return Prediction(np.full(horizon, values.mean()), Z80 * width, Z95 * width)


def try_predict(model: Model, values: Values, horizon: int) -> Prediction | None:
    """The model's prediction, or None (logged) when it cannot be fitted to these values or is not finite."""
    scale = float(np.abs(values).mean()) or 1.0
    try:
        raw = model.predict(values / scale, horizon)
    except Exception as error:  # statsforecast raises bare Exception when no parameters fit
        log.warning("%s cannot be fitted to %d days: %s", model.name, len(values), error)
        return None
    parts = (raw.mean * scale, raw.half_80 * scale, raw.half_95 * scale)
    if not all(np.isfinite(part).all() for part in parts):
        log.warning("%s gives values that are not finite for %d days", model.name, len(values))
        return None
    return Prediction(*parts)


def _predict_compiled(make: Callable[[], Any]) -> Callable[[Values, int], Prediction]:
    """Wrap a statsforecast model; built on use, because importing statsforecast takes seconds."""

    def predict(values: Values, horizon: int) -> Prediction:
        state = np.random.get_state()  # theta seeds the global generator for its intervals
        try:
            found = make().forecast(y=values, h=horizon, level=[80, 95])
        finally:
            np.random.set_state(state)
        return Prediction(
            np.asarray(found["mean"], dtype=np.float64),
            (np.asarray(found["hi-80"]) - np.asarray(found["lo-80"])) / 2,
            (np.asarray(found["hi-95"]) - np.asarray(found["lo-95"])) / 2,
        )

    return predict


def _make_seasonal_naive() -> Any:
    from statsforecast.models import SeasonalNaive

    return SeasonalNaive(season_length=SEASON)


def _make_smoothing() -> Any:
    from statsforecast.models import AutoETS

    return AutoETS(season_length=SEASON, model="ANA")


def _make_theta() -> Any:
    from statsforecast.models import DynamicOptimizedTheta

    return DynamicOptimizedTheta(season_length=SEASON)


CANDIDATES = (
    Model("SeasonalNaive", 2 * SEASON, _predict_compiled(_make_seasonal_naive)),
    Model("SeasonalSmoothing", 4 * SEASON, _predict_compiled(_make_smoothing)),
    Model("DynamicTheta", 8 * SEASON, _predict_compiled(_make_theta)),
)
