"""All series of a cost forecast as one panel: the finest ones, their parents, and which belongs to which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ml.forecast.engine import PanelForecast
from ml.forecast.lumps import forecast_lumps
from ml.forecast.models.simple import Matrix
from ml.forecast.reconcile import list_members
from ml.series import SCOPE_COLUMNS, Level, build_levels

if TYPE_CHECKING:
    from scipy import sparse

FINEST: Level = "account_service"
# levels whose series share the finest ones between them: they add up to the total only
LOOSE = ("team", "environment")
WEEK, YEAR = 7, 366
ENDED_DAYS, CONSTANT_DAYS = 28, 56


@dataclass(frozen=True)
class CostPanel:
    """`keys`: one row per series (see SeriesSet.keys); `usage[i]`: its days; `days`: every day that is forecast.

    `finest` and `parents`: row numbers. `lumps`: per row, the
    frame of its lumps. `loose_lumps`: (series, days) lump forecasts of teams and environments.
    """

    keys: pd.DataFrame
    usage: list[Matrix]
    lumps: list[pd.DataFrame]
    days: pd.DatetimeIndex
    finest: np.ndarray
    parents: np.ndarray
    loose_lumps: Matrix
    skipped: pd.DataFrame
    levels: tuple[str, ...]
    training_days: np.ndarray
    named: dict[int, str]

    @cached_property
    def members(self) -> "sparse.csr_matrix":
        """Which finest series belongs to which parent: ones in (parents, finest)."""
        scopes = [SCOPE_COLUMNS[level] for level in self.keys["scope_level"].to_numpy()[self.parents]]
        return list_members(self.keys.iloc[self.parents], scopes, self.keys.iloc[self.finest])

    def name_models(self, made: PanelForecast) -> list[str]:
        """The model of each series; those that need none state why."""
        return [self.named.get(row, name) for row, name in enumerate(made.models)]

    def sum_days(self, row: int) -> tuple[np.ndarray, Matrix]:
        """Days (datetime64[D]) and cost, usage and lumps, of one series: its own days, and earlier ones of lumps."""
        values = self.usage[row]
        first = self.keys.at[row, "last_date"].to_datetime64().astype("datetime64[D]") - (len(values) - 1)
        come, money = self.lumps[row]["charge_date"].to_numpy().astype("datetime64[D]"), self.lumps[row]["cost"]
        days = np.union1d(first + np.arange(len(values)), come)
        cost = np.zeros(len(days))
        cost[len(days) - len(values) :] = values
        np.add.at(cost, np.searchsorted(days, come), money.to_numpy())
        return days, cost

    def list_actuals(self, shown: np.ndarray) -> pd.DataFrame:
        """unique_id, charge_date, cost (usage and lumps) of every mature day of the series that are shown."""
        rows = np.flatnonzero(shown)
        parts = [self.sum_days(int(row)) for row in rows]
        if not parts:
            return pd.DataFrame(columns=["unique_id", "charge_date", "cost"])
        names = np.repeat(self.keys["unique_id"].to_numpy()[rows], [len(days) for days, _ in parts])
        days = np.concatenate([days for days, _ in parts]).astype("datetime64[ns]")
        return pd.DataFrame(
            {"unique_id": names, "charge_date": days, "cost": np.concatenate([cost for _, cost in parts])}
        )


def build_panel(
    daily: pd.DataFrame,
    as_of: date,
    levels: Sequence[Level],
    min_days: int,
    immature: Mapping[str, int],
    default_immature: int,
    measure: str,
) -> CostPanel:
    """The series of `levels` and the finest ones; those of less than `min_days` days are skipped with a reason."""
    wanted = [level for level in levels if all(name in daily.columns for name in SCOPE_COLUMNS[level])]
    sets = build_levels(
        daily,
        [*(level for level in wanted if level != FINEST), FINEST],
        as_of,
        immature_days=immature,
        default_immature_days=default_immature,
        measure=measure,
    )
    keys: list[pd.DataFrame] = []
    usage: list[Matrix] = []
    lumps: list[pd.DataFrame] = []
    skipped: list[tuple[str, str]] = []
    for found in sets:
        shown = found.keys.empty or found.keys["scope_level"].iloc[0] in levels
        names = found.keys["unique_id"].tolist()
        of_series = dict(list(found.lumps.groupby("unique_id")))
        known = [found.take_usage(row) for row in range(len(names))]
        enough = [row for row, values in enumerate(known) if len(values) >= min_days]
        keys.append(found.keys.iloc[enough])
        usage += [known[row] for row in enough]
        lumps += [of_series.get(names[row], found.lumps.iloc[:0]) for row in enough]
        if shown:
            reason = f"day(s) of cost, {min_days} are needed"
            skipped += [(names[row], f"{len(part)} {reason}") for row, part in enumerate(known) if len(part) < min_days]
            skipped += list(found.skipped.itertuples(index=False, name=None))
    table = pd.concat(keys, ignore_index=True)
    missing = pd.DataFrame(skipped, columns=["unique_id", "reason"], dtype=object)
    return _place(table, usage, lumps, missing, as_of, tuple(levels))


def _place(
    keys: pd.DataFrame,
    usage: list[Matrix],
    lumps: list[pd.DataFrame],
    skipped: pd.DataFrame,
    as_of: date,
    levels: tuple[str, ...],
) -> CostPanel:
    level = keys["scope_level"].to_numpy()
    finest = np.flatnonzero(level == FINEST)
    parents = np.flatnonzero((level != FINEST) & ~np.isin(level, LOOSE))
    first = keys["last_date"].min() + pd.Timedelta(days=1) if len(keys) else pd.Timestamp(as_of)
    days = pd.date_range(first, pd.Timestamp(as_of) + pd.Timedelta(days=YEAR))
    loose = np.zeros((len(keys), len(days)))
    for row in np.flatnonzero(np.isin(level, LOOSE)):
        loose[row] = forecast_lumps(lumps[row], keys.at[row, "first_date"], keys.at[row, "last_date"], days).mean
    training = np.array([len(values) - int(np.argmax(values != 0)) for values in usage], dtype=np.int64)
    named = {row: name for row, values in enumerate(usage) if (name := _name_simple(values))}
    return CostPanel(keys, usage, lumps, days, finest, parents, loose, skipped, levels, training, named)


def _name_simple(values: Matrix) -> str:
    """Whether a series needs no model: it ended, or never changes."""
    if not values[-ENDED_DAYS:].any() and len(values) >= ENDED_DAYS:
        return "Ended"
    return "Constant" if np.ptp(values[-CONSTANT_DAYS:]) == 0 else ""
