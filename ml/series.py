"""Daily cost series: one per scope and currency, on a complete calendar, usage apart from fees.

Usage is what has a rhythm: charge category Usage that is not charged One-Time or Recurring. Everything else (fees,
purchases, tax, credits, monthly recurring charges) is a *lump*: kept beside the series, never judged as an anomaly and
forecast by its own rule (ml/forecast/lumps.py). Currencies are never added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.errors import AnalyticsInputError
from ml.rows import Numbers, number_groups, read_rows

Level = Literal["total", "provider", "account", "service", "account_service", "usage_type", "team", "environment"]
Matrix = npt.NDArray[np.float64]

SCOPE_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "total": (),
    "provider": ("service_provider_name",),
    "account": ("service_provider_name", "sub_account_id"),
    # forecasts: a service over all accounts; anomalies: a service within one account
    "service": ("service_provider_name", "service_name"),
    "account_service": ("service_provider_name", "sub_account_id", "service_name"),
    "usage_type": ("service_provider_name", "sub_account_id", "service_name", "x_usage_type"),
    # over all providers; what is not tagged is a team and an environment without a name
    "team": ("x_team",),
    "environment": ("x_environment",),
}
SCOPE_FIELDS = ("service_provider_name", "sub_account_id", "sub_account_name", "service_name")
# scope fields that few levels have; keys carry them all
FINE_SCOPE_FIELDS = ("x_usage_type", "x_team", "x_environment")
DEFAULT_IMMATURE_DAYS = 2
# a provider that has sent nothing for this long, while others did, has ended rather than being late
SILENT_DAYS = 14


@dataclass(frozen=True)
class SeriesSet:
    """Series of one level. Row i of `usage` is `keys.iloc[i]`; column j is `calendar[j]`.

    `keys`: unique_id, scope_level, the scope fields (empty text where the level does not have them),
    billing_currency, first_date, last_date. `usage` is NaN outside first_date..last_date and 0 on days without cost.
    `lumps`: unique_id, charge_date, charge_category, charge_frequency, cost. `skipped`: unique_id, reason.
    """

    keys: pd.DataFrame
    calendar: pd.DatetimeIndex
    usage: Matrix
    lumps: pd.DataFrame
    skipped: pd.DataFrame

    def take_usage(self, row: int) -> Matrix:
        """The usage of one series from its first to its last day."""
        values = self.usage[row]
        return values[~np.isnan(values)]


def make_unique_id(level: str, currency: str, *parts: str) -> str:
    """The stable name of a series: level, currency and scope values, each percent-quoted, joined by `|`."""
    return "|".join([level, currency, *map(quote_part, parts)])


def quote_part(text: str) -> str:
    """A text as part of a name whose parts are joined by `|`: what could be read as the end of a part is quoted."""
    return quote(text, safe=" .,:/()-_")


def build_levels(
    daily: pd.DataFrame,
    levels: Sequence[Level],
    as_of: date,
    *,
    immature_days: Mapping[str, int] | None = None,
    default_immature_days: int = DEFAULT_IMMATURE_DAYS,
    measure: str = "effective_cost",
) -> list[SeriesSet]:
    """All series of each level out of grouped daily rows (see ml/rows.py for the columns), sorted by unique_id.

    A provider's last mature day is its newest usage day up to `as_of`, minus its immature days: clouds keep adding to
    the latest days. Days after it are not filled with zeros, because a late export is not a day without cost. A series
    that spans providers ends on the earliest of their last mature days; a provider silent for SILENT_DAYS has ended,
    its later days are true zeros in such a series and its own series are skipped. Every series starts on the first
    usage day of its provider and currency, so that a new service is seen to start.
    """
    for level in levels:
        if level not in get_args(Level):
            raise AnalyticsInputError(f"level must be one of {', '.join(get_args(Level))}, got {level!r}")
    immature = dict(immature_days or {})
    for provider, days in [*immature.items(), ("default", default_immature_days)]:
        if days < 0:
            raise AnalyticsInputError(f"immature days of {provider} must be 0 or more, got {days}")
    rows = read_rows(daily, as_of, measure)
    ends = _find_provider_ends(rows, immature, default_immature_days)
    return [_build_level(rows, level, ends) for level in levels]


def _build_level(rows: pd.DataFrame, level: Level, ends: pd.DataFrame) -> SeriesSet:
    keys, skipped = _list_keys(rows, level, ends)
    scope = ["billing_currency", *SCOPE_COLUMNS[level]]
    code, first = number_groups(rows, scope)
    names = [make_unique_id(level, *texts) for texts in zip(*(rows[c].iloc[first] for c in scope), strict=True)]
    # of each row the series it belongs to, -1 for none
    series = pd.Index(keys["unique_id"]).get_indexer(pd.Index(names, dtype=object))[code].astype(np.int64)
    if keys.empty:
        empty = np.zeros((0, 0), dtype=np.float64)
        return SeriesSet(keys, pd.DatetimeIndex([]), empty, _list_lumps(rows, series, keys), skipped)
    calendar = pd.date_range(keys["first_date"].min(), keys["last_date"].max(), freq="D")
    return SeriesSet(
        keys, calendar, _fill_matrix(rows, series, keys, calendar), _list_lumps(rows, series, keys), skipped
    )


def _find_provider_ends(rows: pd.DataFrame, immature: Mapping[str, int], default: int) -> pd.DataFrame:
    """Per provider and currency: first usage day, last mature day, and whether it has ended."""
    usage = rows[rows["is_usage"]]
    ends = usage.groupby(["service_provider_name", "billing_currency"], as_index=False, observed=True).agg(
        first_date=("charge_date", "min"), newest=("charge_date", "max")
    )
    ends = ends.astype({"service_provider_name": str, "billing_currency": str})
    provider_newest = ends.groupby("service_provider_name")["newest"].transform("max")
    days = ends["service_provider_name"].map(lambda name: immature.get(name, default))
    ends["last_date"] = provider_newest - pd.to_timedelta(days.astype("int64"), unit="D")
    ends["is_ended"] = provider_newest < rows["charge_date"].max() - pd.Timedelta(days=SILENT_DAYS)
    return ends


def _list_keys(rows: pd.DataFrame, level: str, ends: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The scopes of a level with their first and last day, and the scopes without a series, with the reason."""
    scope = list(SCOPE_COLUMNS[level])
    fields = (*SCOPE_FIELDS, *FINE_SCOPE_FIELDS)
    columns = ["unique_id", "scope_level", *fields, "billing_currency", "first_date", "last_date"]
    missing = [column for column in scope if column not in rows.columns]
    if missing:
        raise AnalyticsInputError(f"level {level} needs the column(s) {', '.join(missing)}")
    names = ["billing_currency", "service_provider_name", *[c for c in scope if c != "service_provider_name"]]
    found = rows[names].iloc[number_groups(rows, names)[1]].astype(str)
    found = found.merge(ends, on=["service_provider_name", "billing_currency"], how="left")
    if "service_provider_name" in scope:
        grouped = found.drop_duplicates(["billing_currency", *scope]).copy()
    else:
        grouped = _merge_ends(found, scope)
    grouped["unique_id"] = [
        make_unique_id(level, record["billing_currency"], *(record[c] for c in scope))
        for record in grouped.to_dict("records")
    ]
    grouped["scope_level"] = level
    for column in fields:
        if column not in scope:
            grouped[column] = ""
    if "sub_account_id" in scope:
        latest = _list_account_names(rows)
        pairs = zip(grouped["service_provider_name"], grouped["sub_account_id"], strict=True)
        grouped["sub_account_name"] = [latest.get(pair, "") for pair in pairs]
    grouped = grouped.sort_values("unique_id").reset_index(drop=True)
    reasons: list[str] = []
    for record in grouped.to_dict("records"):
        if pd.isna(record["first_date"]):
            reasons.append("no usage in this provider and currency")
        elif record["is_ended"]:
            reasons.append(f"no usage from this provider since {record['newest'].date()}: ended, or its export stopped")
        elif record["last_date"] < record["first_date"]:
            reasons.append("every day is still immature")
        else:
            reasons.append("")
    grouped["reason"] = reasons
    usable = grouped["reason"] == ""
    return grouped.loc[usable, columns].reset_index(drop=True), grouped.loc[
        ~usable, ["unique_id", "reason"]
    ].reset_index(drop=True)


def _merge_ends(found: pd.DataFrame, scope: list[str]) -> pd.DataFrame:
    """One row per currency and scope: from the earliest first day to the earliest last day of its live providers."""
    merged = []
    keys = ["billing_currency", *scope]
    for names, part in found.groupby(keys):
        known = part[part["first_date"].notna()]
        alive = known[~known["is_ended"].astype(bool)]
        ruling = alive if len(alive) else known
        merged.append(
            {
                **dict(zip(keys, names, strict=True)),
                "first_date": known["first_date"].min(),
                "last_date": ruling["last_date"].min(),
                "newest": known["newest"].max(),
                "is_ended": len(known) > 0 and len(alive) == 0,
            }
        )
    return pd.DataFrame(merged, columns=[*keys, "first_date", "last_date", "newest", "is_ended"])


def _list_account_names(rows: pd.DataFrame) -> dict[tuple[str, str], str]:
    """The newest name of each provider's account that has one."""
    named = rows.loc[(rows["sub_account_name"] != "").to_numpy(), ["service_provider_name", "sub_account_id"]]
    # the first of the reversed rows is the newest
    newest = named.index.to_numpy()[::-1][number_groups(named.iloc[::-1], list(named.columns))[1]]
    latest = rows.loc[newest, ["service_provider_name", "sub_account_id", "sub_account_name"]]
    return {(str(provider), str(account)): str(name) for provider, account, name in latest.itertuples(index=False)}


def _fill_matrix(rows: pd.DataFrame, series: Numbers, keys: pd.DataFrame, calendar: pd.DatetimeIndex) -> Matrix:
    """Sum usage rows into series × day; 0 inside a series' days, NaN outside."""
    day = (rows["charge_date"] - calendar[0]).dt.days.to_numpy()
    inside = rows["is_usage"].to_numpy() & (series >= 0) & (day >= 0) & (day < len(calendar))
    cells = series[inside] * len(calendar) + day[inside]
    sums = np.bincount(cells, weights=rows["cost"].to_numpy()[inside], minlength=len(keys) * len(calendar))
    matrix: Matrix = sums.astype(np.float64, copy=False).reshape(len(keys), len(calendar))
    days = calendar.to_numpy()[None, :]
    outside = (days < keys["first_date"].to_numpy()[:, None]) | (days > keys["last_date"].to_numpy()[:, None])
    matrix[outside] = np.nan
    return matrix


def _list_lumps(rows: pd.DataFrame, series: Numbers, keys: pd.DataFrame) -> pd.DataFrame:
    """Everything that is not usage, per series, day and kind of charge, up to the last mature day of its series."""
    columns = ["unique_id", "charge_date", "charge_category", "charge_frequency"]
    if keys.empty:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in columns} | {"cost": pd.Series(dtype="float64")})
    chosen = np.flatnonzero(~rows["is_usage"].to_numpy() & (series >= 0))
    in_time = rows["charge_date"].to_numpy()[chosen] <= keys["last_date"].to_numpy()[series[chosen]]
    chosen = chosen[in_time]
    lumps = rows.iloc[chosen][columns[1:]].assign(series=series[chosen], cost=rows["cost"].to_numpy()[chosen])
    sums = lumps.groupby(["series", *columns[1:]], as_index=False, observed=True)["cost"].sum()
    sums = sums.astype({"charge_category": str, "charge_frequency": str})
    return sums.assign(unique_id=keys["unique_id"].to_numpy()[sums["series"].to_numpy()])[[*columns, "cost"]]
