"""Known future changes: planned events and expiring commitments, named in the configuration, laid over the forecast."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from ml.errors import AnalyticsInputError
from ml.forecast.models.simple import Matrix
from ml.rows import is_scored
from ml.scopes import SeriesScope, match_scope

SAVING_DAYS = 28
#: What the scope of an event can ask of a series.
SCOPE_FIELDS = ("provider", "account", "service", "currency")


@dataclass(frozen=True)
class ForecastEvent:
    """A change from `start` to `end` (None: for good) of what matches `scope`, which asks for SCOPE_FIELDS.

    One of: `percent` of the usage, `daily_amount` of money, or `ends_commitment`: the saving of committed usage, as it
    was over the last 28 days, is lost.
    """

    name: str
    start: date
    end: date | None = None
    scope: SeriesScope | tuple[tuple[str, str], ...] = ()
    percent: float | None = None
    daily_amount: float | None = None
    ends_commitment: bool = False

    def __post_init__(self) -> None:
        given = (self.percent is not None) + (self.daily_amount is not None) + self.ends_commitment
        if given != 1:
            raise AnalyticsInputError(f"event {self.name!r}: give one of percent, daily_amount and ends_commitment")
        if self.end is not None and self.end < self.start:
            raise AnalyticsInputError(f"event {self.name!r}: ends {self.end} before it starts {self.start}")


def apply_events(
    usage: Matrix, keys: pd.DataFrame, days: pd.DatetimeIndex, events: Sequence[ForecastEvent], savings: Matrix
) -> tuple[Matrix, list[str]]:
    """Usage (series, days) after the events, and the names of events that nothing matches.

    An amount is shared in proportion to the usage of what it matches; `savings` (series,) is each series' daily saving
    from commitments.
    """
    changed = usage.copy()
    unmatched: list[str] = []
    for event in events:
        scope = dict(event.scope) if isinstance(event.scope, tuple) else event.scope
        rows = match_scope(keys, scope, SCOPE_FIELDS)
        if not rows.any():
            unmatched.append(event.name)
            continue
        when = days >= pd.Timestamp(event.start)
        if event.end is not None:
            when &= days <= pd.Timestamp(event.end)
        cells = np.ix_(rows, when)
        if event.percent is not None:
            changed[cells] *= 1 + event.percent / 100
        elif event.daily_amount is not None:
            share = np.abs(usage[rows]).sum(axis=1)
            share = share / share.sum() if share.sum() > 0 else np.full(len(share), 1 / len(share))
            changed[cells] += event.daily_amount * share[:, None]
        else:
            changed[cells] += savings[rows][:, None]
    return changed, unmatched


def measure_savings(daily: pd.DataFrame, keys: pd.DataFrame, as_of: date) -> Matrix:
    """Per series, what commitments saved per day over the last 28 days: the column `commitment_saving` of `daily`."""
    if "commitment_saving" not in daily.columns:
        return np.zeros(len(keys))
    scope = ["billing_currency", "service_provider_name", "sub_account_id", "service_name"]
    days = pd.to_datetime(daily["charge_date"])
    recent = daily[is_scored(days, as_of) & (days > pd.Timestamp(as_of) - pd.Timedelta(days=SAVING_DAYS))]
    recent = recent.assign(**{name: recent[name].astype(object).where(recent[name].notna(), "") for name in scope})
    found = recent.groupby(scope)["commitment_saving"].sum() / SAVING_DAYS
    return np.array([float(found.get(key, 0.0)) for key in keys[scope].itertuples(index=False, name=None)])
