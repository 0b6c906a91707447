"""Gradient boosting over all series at once: one model for every series and horizon (scikit-learn's HistGB).

A row is one period ahead of one origin of one series. Its features are the same phase of the last seasons, level and
trend, the horizon and the calendar, all in units of the series' own spread, so that small and large series teach each
other. It predicts what to add to the mean of the same phase of the last two seasons.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from ml.forecast.models.calendar import list_calendar_features
from ml.forecast.models.plan import Plan
from ml.forecast.models.simple import Matrix

MOST_ROWS, LEAST_ROWS = 120_000, 2_000
CLIP = 6.0
LEAST_RECENT = 12
PREDICT_ROWS = 400_000


@dataclass(frozen=True)
class Learner:
    """What all rows are made from. `dates`: (series, width + horizon) days as datetime64, or None for plain numbers."""

    values: Matrix
    plan: Plan
    last_dates: np.ndarray | None

    def make_rows(self, rows: np.ndarray, origins: np.ndarray, ahead: np.ndarray) -> tuple[Matrix, Matrix, Matrix]:
        """Features, base and spread of (series, origin, periods ahead) triples; NaN features where history lacks."""
        season = max(self.plan.seasons[0], 1)
        recent = self._look_back(rows, origins, 1, max(4 * season, LEAST_RECENT))
        with np.errstate(invalid="ignore"):
            level = _mean(recent)
            spread = np.sqrt(_mean((recent - level[:, None]) ** 2))
        spread = np.where(spread > 1e-6, spread, 1e-6)
        features = [ahead.astype(np.float64), np.log(np.maximum(np.abs(level), 1e-6)), spread / (np.abs(level) + 1e-6)]
        features += [(recent[:, 0] - level) / spread, (_mean(recent[:, :season]) - level) / spread]
        features.append((_mean(recent[:, :season]) - _mean(recent[:, season : 2 * season])) / spread)
        bases = []
        for length in self.plan.seasons:
            first = -(-ahead // length) * length - ahead
            same = [self._look(rows, origins, first + count * length) for count in range(4)]
            features += [(value - level) / spread for value in same]
            bases.append(np.stack(same[:2]))
            features.append((origins + ahead) % length)
        base = _mean(np.concatenate(bases).T)
        if self.plan.year:
            first = -(-ahead // self.plan.year) * self.plan.year - ahead
            features.append((self._look(rows, origins, first) - level) / spread)
        if self.last_dates is not None:
            features += list_calendar_features(self.last_dates[rows] + (origins + ahead - self.values.shape[1]))
        features.append((base - level) / spread)
        return np.column_stack(features), base, spread

    def _look(self, rows: np.ndarray, origins: np.ndarray, back: np.ndarray) -> Matrix:
        """The value `back` periods before each origin's last one; NaN before the stacked history."""
        column = origins - 1 - back
        return np.where(column >= 0, self.values[rows, np.maximum(column, 0)], np.nan)

    def _look_back(self, rows: np.ndarray, origins: np.ndarray, first: int, count: int) -> Matrix:
        columns = origins[:, None] - first - np.arange(count)[None, :]
        return np.where(columns >= 0, self.values[rows[:, None], np.maximum(columns, 0)], np.nan)


def predict_boosted(
    values: Matrix, plan: Plan, origins: list[int], trained_to: int, last_dates: np.ndarray | None, seed: int
) -> Matrix:
    """Forecasts (origins, series, horizon) of a model that saw only `trained_to` periods; NaN if they are too few."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    learner = Learner(values, plan, last_dates)
    out = np.full((len(origins), len(values), plan.horizon), np.nan)
    rng = np.random.default_rng(seed)
    rows, starts, ahead = _draw_rows(values, plan, trained_to, rng)
    if len(rows) < LEAST_ROWS:
        return out
    features, base, spread = learner.make_rows(rows, starts, ahead)
    target = np.clip((values[rows, starts + ahead - 1] - base) / spread, -CLIP, CLIP)
    good = np.isfinite(target)
    # a feature that no row has (a season longer than the history), or all have alike, cannot be split on
    known = np.where(np.isfinite(features[good]), features[good], np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        varies = np.nanmax(known, axis=0) > np.nanmin(known, axis=0)
    if good.sum() < LEAST_ROWS:
        return out
    model = HistGradientBoostingRegressor(
        max_iter=120,
        learning_rate=0.08,
        max_leaf_nodes=31,
        min_samples_leaf=40,
        l2_regularization=1.0,
        max_features=0.6,
        early_stopping=False,
        random_state=seed,
    )
    # thousands of small splits: beside other work on the machine, threads spin while they wait for one another
    with threadpool_limits(1, "openmp"):
        model.fit(features[good][:, varies], target[good])
    steps = np.arange(1, plan.horizon + 1)
    block = max(1, PREDICT_ROWS // plan.horizon)
    for number, origin in enumerate(origins):
        ready = np.flatnonzero(np.isfinite(values[:, origin - 1]))
        for first in range(0, len(ready), block):
            part = ready[first : first + block]
            where = (np.repeat(part, plan.horizon), np.full(len(part) * plan.horizon, origin))
            features, base, spread = learner.make_rows(*where, np.tile(steps, len(part)))
            out[number, part] = (base + spread * model.predict(features[:, varies])).reshape(len(part), plan.horizon)
    return out


def _draw_rows(
    values: Matrix, plan: Plan, trained_to: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Random (series, origin, periods ahead) whose actual lies within the first `trained_to` periods."""
    need = max(2 * plan.seasons[0], 4)
    starts = np.where(np.isfinite(values).any(axis=1), np.isfinite(values).argmax(axis=1), values.shape[1])
    room = trained_to - 1 - (starts + need)
    usable = np.flatnonzero(room > 0)
    if len(usable) == 0:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none
    count = int(min(MOST_ROWS, room[usable].sum() * min(plan.horizon, 8)))
    share = room[usable] / room[usable].sum()
    rows = rng.choice(usable, size=count, p=share)
    origins = starts[rows] + need + (rng.random(count) * room[rows]).astype(np.int64)
    furthest = np.minimum(plan.horizon, trained_to - origins)
    return rows, origins, 1 + (rng.random(count) * furthest).astype(np.int64)


def _mean(values: Matrix) -> Matrix:
    """The mean of each row's finite values; NaN without any."""
    known = np.isfinite(values)
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)
