"""Causes: how much each region, usage type or resource contributed to an anomaly, exactly.

The difference of an anomaly is the cost of its days minus, for each of them, the mean cost of the same weekday in the
four weeks before it (days of other anomalies left out). That is a weighted sum over days, so it splits exactly over
the values of any dimension: the contributions of one dimension add up to the difference.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np
import pandas as pd

BASELINE_DAYS = 28
TOP_VALUES = 5
OTHER = "(other)"
NONE = "(none)"
LABELS: Mapping[str, str] = {
    "x_usage_type": "usage type",
    "resource_id": "resource",
    "region_id": "region",
    "service_name": "service",
    "sub_account_id": "account",
}


@dataclass(frozen=True)
class Cause:
    """What one value of a dimension added to (or took from) the difference; share is of the whole difference."""

    dimension: str
    value: str
    contribution: float
    share: float


@dataclass(frozen=True)
class Explanation:
    """The difference of an anomaly, its causes per dimension (largest first), and the one to read first."""

    difference: float
    causes: Sequence[Cause]
    top_cause: str

    def to_records(self) -> list[dict[str, str | float]]:
        """The causes as plain rows."""
        return [asdict(cause) for cause in self.causes]


def explain_difference(
    rows: pd.DataFrame,
    start: date,
    end: date,
    dimensions: Sequence[str],
    *,
    currency: str,
    baseline_end: date | None = None,
    skip_days: Collection[date] = (),
    top: int = TOP_VALUES,
) -> Explanation:
    """Explain the cost of start..end by `rows` (charge_date, cost and the dimensions) of one scope and currency.

    The baseline window is the 28 days up to `baseline_end` (the day before `start`). A weekday whose baseline days are
    all in `skip_days` keeps them; one without any is compared with nothing. Values after the `top` largest of a
    dimension are one "(other)", so that nothing is lost from the sum.
    """
    weight = weigh_days(start, end, baseline_end or start - pd.Timedelta(days=1), skip_days)
    days = pd.DatetimeIndex(rows["charge_date"])
    worth = pd.Series(weight).reindex(days.date).fillna(0.0).to_numpy() * rows["cost"].to_numpy()
    difference = float(worth.sum())
    causes: list[Cause] = []
    for dimension in dimensions:
        values = rows[dimension].replace("", NONE).to_numpy()
        total = pd.Series(worth).groupby(values).sum()
        total = total[total != 0]
        ordered = total.reindex(total.abs().sort_values(ascending=False, kind="stable").index)
        parts = [(str(name), float(amount)) for name, amount in ordered.iloc[:top].items()]
        if len(ordered) > top:
            parts.append((OTHER, float(ordered.iloc[top:].sum())))
        causes += [Cause(dimension, name, amount, amount / difference if difference else 0.0) for name, amount in parts]
    return Explanation(difference, causes, _describe_top(causes, dimensions, difference, currency))


def weigh_days(start: date, end: date, baseline_end: date, skip_days: Collection[date] = ()) -> dict[date, float]:
    """The weight of each day in the difference: 1 inside the anomaly, minus its part of a weekday's mean before it."""
    inside = pd.date_range(start, end).date
    before = pd.date_range(end=baseline_end, periods=BASELINE_DAYS).date
    skip = set(skip_days)
    weight = {day: 1.0 for day in inside}
    for weekday in range(7):
        count = sum(day.weekday() == weekday for day in inside)
        same = [day for day in before if day.weekday() == weekday]
        kept = [day for day in same if day not in skip] or same
        for day in kept if count else ():
            weight[day] = -count / len(kept)
    return weight


def _describe_top(causes: Sequence[Cause], dimensions: Sequence[str], difference: float, currency: str) -> str:
    """The value that explains most of the difference; of equals, the one of the dimension named first."""
    named = [cause for cause in causes if cause.value not in (OTHER, NONE) and cause.share > 0]
    if not named:
        return ""
    best = max(named, key=lambda cause: (round(cause.share, 2), -dimensions.index(cause.dimension)))
    label = LABELS.get(best.dimension, best.dimension)
    share = f"{100 * best.share:.0f} % of {difference:+,.2f}"
    return f"{label} {best.value}: {np.round(best.contribution, 2):+,.2f} {currency} ({share})"
