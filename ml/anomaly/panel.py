"""The daily cost of every usage type in every account, and its sums per service, account and provider, as matrices.

One pass over the rows makes the finest matrix; every coarser level is a sum of its rows, so that parents are exactly
their children. Fees, purchases, tax and credits are no usage and not in it (see ml/series.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.anomaly.baseline import Matrix
from ml.errors import AnalyticsInputError
from ml.rows import LUMP_FREQUENCIES, encode_text, is_scored
from ml.series import DEFAULT_IMMATURE_DAYS, SILENT_DAYS, make_unique_id

#: Finest first. What a level does not tell apart is empty in its keys.
LEVELS: Mapping[str, tuple[str, ...]] = {
    "usage_type": ("service_provider_name", "sub_account_id", "service_name", "region_id", "x_usage_type"),
    "account_service": ("service_provider_name", "sub_account_id", "service_name"),
    "account": ("service_provider_name", "sub_account_id"),
    "provider": ("service_provider_name",),
}
SCOPE = ("service_provider_name", "sub_account_id", "service_name", "region_id", "x_usage_type")
KEY_COLUMNS = ("unique_id", "scope_level", *SCOPE, "sub_account_name", "billing_currency")


@dataclass(frozen=True)
class LevelPanel:
    """Scopes × days of one level: `keys` (KEY_COLUMNS), `costs` (NaN outside a scope's life), `discounts` or None.

    A discount is what commitments took off: contracted minus effective cost.
    """

    level: str
    keys: pd.DataFrame
    calendar: pd.DatetimeIndex
    costs: Matrix
    discounts: Matrix | None


@dataclass(frozen=True)
class Panel:
    """All levels, and the scopes without a judgement: unique_id of their provider, reason."""

    levels: Mapping[str, LevelPanel]
    skipped: pd.DataFrame


def build_panel(
    daily: pd.DataFrame,
    as_of: date,
    *,
    immature_days: Mapping[str, int] | None = None,
    default_immature_days: int = DEFAULT_IMMATURE_DAYS,
    measure: str = "effective_cost",
) -> Panel:
    """Matrices out of daily rows (ml/rows.py; `contracted_cost` is used where it is there).

    A provider's last day is its newest usage day up to `as_of` minus its immature days; rows before FIRST_DAY are left
    out. Raises AnalyticsInputError for a missing column, an empty day or currency, and a cost that is not a finite
    number.
    """
    immature = dict(immature_days or {})
    for provider, days in [*immature.items(), ("default", default_immature_days)]:
        if days < 0:
            raise AnalyticsInputError(f"immature days of {provider} must be 0 or more, got {days}")
    rows = _read_usage(daily, as_of, measure)
    life, skipped = _find_lives(rows, immature, default_immature_days)
    rows = rows[rows["lives"].isin(life.index)]
    if rows.empty:
        return Panel({}, skipped)
    calendar = pd.date_range(life["first"].min(), life["last"].max(), freq="D")
    finest = _sum_finest(rows, calendar)
    levels = {"usage_type": _cut_lives(finest, life)}
    for level in list(LEVELS)[1:]:
        levels[level] = _cut_lives(_sum_level(finest, level), life)
    return Panel(levels, skipped)


def _read_usage(daily: pd.DataFrame, as_of: date, measure: str) -> pd.DataFrame:
    """Checked usage rows with `day`, `cost`, `discount` and text scopes, in a fixed order of scopes and days."""
    needed = ("charge_date", "billing_currency", *SCOPE, "sub_account_name", "charge_category", "charge_frequency")
    missing = [name for name in (*needed, measure) if name not in daily.columns]
    if missing:
        raise AnalyticsInputError(f"daily cost rows lack the column(s) {', '.join(missing)}")
    day = pd.to_datetime(daily["charge_date"]).dt.normalize()
    kept = is_scored(day, as_of) | day.isna()
    if not kept.all():
        daily, day = daily[kept], day[kept]
    for name in ("charge_date", "billing_currency", measure):
        bad = daily[name].isna().to_numpy()
        if name == measure and not bad.any():
            bad = ~np.isfinite(daily[measure].to_numpy(dtype=np.float64))
        if bad.any():
            first = daily[bad].iloc[0]
            raise AnalyticsInputError(
                f"{name} is {'empty' if name != measure else 'not a finite number'} in {int(bad.sum())} row(s), first: "
                f"charge_date={first['charge_date']!s}, service_name={first['service_name']!s}"
            )
    is_usage = (daily["charge_category"] == "Usage") & ~daily["charge_frequency"].isin(LUMP_FREQUENCIES)
    keep = is_usage.to_numpy()
    rows = pd.DataFrame({"day": day[keep], "cost": daily.loc[keep, measure].to_numpy(dtype=np.float64)})
    for name in ("billing_currency", *SCOPE, "sub_account_name"):
        rows[name] = encode_text(daily.loc[keep, name])
    if "contracted_cost" in daily.columns:
        rows["discount"] = daily.loc[keep, "contracted_cost"].fillna(0).to_numpy(dtype=np.float64) - rows["cost"]
    rows["lives"] = _join_text(rows, ("service_provider_name", "billing_currency"))
    return rows


def _find_lives(rows: pd.DataFrame, immature: Mapping[str, int], default: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """First and last judged day per provider and currency (index: `lives`), and those without one, with the reason."""
    if rows.empty:
        return pd.DataFrame(columns=["first", "last"]), pd.DataFrame(columns=["unique_id", "reason"])
    found = rows.groupby("lives", observed=True).agg(
        first=("day", "min"), provider=("service_provider_name", "first"), currency=("billing_currency", "first")
    )
    newest = rows.groupby("service_provider_name", observed=True)["day"].max()
    found["newest"] = [newest[provider] for provider in found["provider"]]
    lag = pd.to_timedelta([immature.get(provider, default) for provider in found["provider"]], unit="D")
    found["last"] = found["newest"] - lag
    is_ended = found["newest"] < rows["day"].max() - pd.Timedelta(days=SILENT_DAYS)
    is_young = found["last"] < found["first"]
    reasons = np.where(is_ended, "no usage from this provider for two weeks", "every day is still immature")
    bad = (is_ended | is_young).to_numpy()
    names = [make_unique_id("provider", c, p) for c, p in zip(found["currency"], found["provider"], strict=True)]
    skipped = pd.DataFrame({"unique_id": np.array(names, dtype=object)[bad], "reason": reasons[bad]})
    return found[~bad], skipped.reset_index(drop=True)


def _join_text(frame: pd.DataFrame, columns: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """A number per combination of columns."""
    return frame.groupby(list(columns), observed=True, sort=True).ngroup().to_numpy()


def _sum_finest(rows: pd.DataFrame, calendar: pd.DatetimeIndex) -> LevelPanel:
    """Rows summed into usage types × days."""
    scope = ["billing_currency", *LEVELS["usage_type"]]
    code = _join_text(rows, tuple(scope))
    count = int(code.max()) + 1
    place = code * len(calendar) + (rows["day"] - calendar[0]).dt.days.to_numpy()
    inside = (rows["day"] <= calendar[-1]).to_numpy()
    # a fixed order of the addends makes the sums independent of the order of the rows
    order = np.lexsort((rows["cost"].to_numpy(), place))
    order = order[inside[order]]

    def add(name: str) -> Matrix:
        flat = np.bincount(place[order], weights=rows[name].to_numpy()[order], minlength=count * len(calendar))
        return flat[: count * len(calendar)].reshape(count, len(calendar)).astype(np.float64, copy=False)

    first = pd.Series(np.arange(len(rows))).groupby(code).first().to_numpy()
    keys = rows.iloc[first][[*scope, "lives"]].astype({name: str for name in scope}).reset_index(drop=True)
    named = rows[rows["sub_account_name"].astype(str) != ""]
    names = named.groupby(["service_provider_name", "sub_account_id"], observed=True)["sub_account_name"].last()
    known = {key: str(name) for key, name in names.items()}
    keys["sub_account_name"] = [
        known.get(pair, "") for pair in zip(keys["service_provider_name"], keys["sub_account_id"], strict=True)
    ]
    return _name_level("usage_type", keys, calendar, add("cost"), add("discount") if "discount" in rows else None)


def _sum_level(finest: LevelPanel, level: str) -> LevelPanel:
    """A coarser level as sums of the finest rows."""
    scope = ["billing_currency", *LEVELS[level]]
    code = _join_text(finest.keys, tuple(scope))
    order = np.argsort(code, kind="stable")
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    keys = finest.keys.iloc[order[starts]].reset_index(drop=True)
    for name in (*SCOPE, "sub_account_name"):
        if name not in scope and not (name == "sub_account_name" and "sub_account_id" in scope):
            keys[name] = ""
    costs = np.add.reduceat(finest.costs[order], starts, axis=0)
    discounts = None if finest.discounts is None else np.add.reduceat(finest.discounts[order], starts, axis=0)
    return _name_level(level, keys, finest.calendar, costs, discounts)


def _name_level(
    level: str, keys: pd.DataFrame, calendar: pd.DatetimeIndex, costs: Matrix, discounts: Matrix | None
) -> LevelPanel:
    keys = keys.copy()
    keys["scope_level"] = level
    keys["unique_id"] = [
        make_unique_id(level, one["billing_currency"], *(one[name] for name in LEVELS[level]))
        for one in keys.to_dict("records")
    ]
    return LevelPanel(level, keys[[*KEY_COLUMNS, "lives"]], calendar, costs, discounts)


def _cut_lives(panel: LevelPanel, life: pd.DataFrame) -> LevelPanel:
    """NaN before a scope's provider began and after its last mature day."""
    first = life["first"].reindex(panel.keys["lives"]).to_numpy()
    last = life["last"].reindex(panel.keys["lives"]).to_numpy()
    days = panel.calendar.to_numpy()[None, :]
    outside = (days < first[:, None]) | (days > last[:, None])
    return LevelPanel(panel.level, panel.keys, panel.calendar, np.where(outside, np.nan, panel.costs), panel.discounts)
