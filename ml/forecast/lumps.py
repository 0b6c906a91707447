"""Monthly lumps: what fees, tax, credits and recurring charges will come, by the habit of the last complete months.

A kind of charge (category, frequency) recurs when it was there in at least two of the last three complete months. Its
monthly amount is the mean of those months. When it comes on few days it is put on its usual day of the month; when it
is spread over the month, so is its forecast. One-time purchases and adjustments are never repeated.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Amounts = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
MONTHS = 3
SPREAD_DAYS = 5
NEVER_REPEATED = ("Purchase", "Adjustment")


@dataclass(frozen=True)
class LumpForecast:
    """The lump expected on each forecast day, and how far it varied between months (standard deviation)."""

    mean: npt.NDArray[np.float64]
    deviation: npt.NDArray[np.float64]


def forecast_lumps(
    lumps: pd.DataFrame, first_date: pd.Timestamp, last_date: pd.Timestamp, days: pd.DatetimeIndex
) -> LumpForecast:
    """The lumps of one series on `days` (all after `last_date`), from its history first_date..last_date.

    `lumps`: charge_date, charge_category, charge_frequency, cost. What already came this month is not expected again.
    """
    mean = np.zeros(len(days))
    variance = np.zeros(len(days))
    for (category, frequency), part in lumps.groupby(["charge_category", "charge_frequency"]):
        if frequency == "One-Time" and category in NEVER_REPEATED:
            continue
        one = _forecast_kind(part.groupby("charge_date")["cost"].sum(), first_date, last_date, days)
        mean += one.mean
        variance += one.deviation**2
    return LumpForecast(mean, np.sqrt(variance))


def forecast_repeated_excess(
    excess: pd.Series, first_date: pd.Timestamp, last_date: pd.Timestamp, days: pd.DatetimeIndex
) -> LumpForecast:
    """Usage peaks that come back on the same day of the month (at most 2 days apart) in each of the last months.

    `excess`: charge_date -> amount above the normal level. Peaks without such a habit are not expected again.
    """
    if excess.empty:
        return LumpForecast(np.zeros(len(days)), np.zeros(len(days)))
    months = _list_complete_months(first_date, last_date)
    of_month = _number_months(excess.index)
    # the first peak of each month
    day = [int(excess.index.day[of_month == month][0]) for month in months if (of_month == month).any()]
    if len(day) < 2 or len(day) < len(months) or max(day) - min(day) > 2:
        return LumpForecast(np.zeros(len(days)), np.zeros(len(days)))
    return _forecast_kind(excess, first_date, last_date, days)


def _number_months(days: pd.DatetimeIndex) -> Numbers:
    """Months since 1970."""
    return days.to_numpy().astype("datetime64[M]").astype(np.int64)


def _list_complete_months(first_date: pd.Timestamp, last_date: pd.Timestamp) -> list[int]:
    """Up to MONTHS newest months that the history covers whole, counted from 1970."""
    ends = _number_months(pd.DatetimeIndex([first_date - pd.Timedelta(days=1), last_date + pd.Timedelta(days=1)]))
    return [month for month in range(ends[1] - 1, ends[1] - 1 - MONTHS, -1) if month > ends[0]]


def _forecast_kind(
    amounts: pd.Series, first_date: pd.Timestamp, last_date: pd.Timestamp, days: pd.DatetimeIndex
) -> LumpForecast:
    """One kind of charge on `days`; zeros when it has no monthly habit."""
    mean, deviation = np.zeros(len(days)), np.zeros(len(days))
    months = _list_complete_months(first_date, last_date)
    of_month, money = _number_months(amounts.index), amounts.to_numpy()
    totals = np.array([money[of_month == month].sum() for month in months])
    present = [month for month in months if (of_month == month).any()]
    if len(present) < 2:
        return LumpForecast(mean, deviation)
    monthly, spread = float(totals.mean()), float(totals.std(ddof=1))
    recent = np.isin(of_month, present)
    shares = _share_days(money[recent], amounts.index.day.to_numpy()[recent], of_month[recent], len(present))
    current = _number_months(pd.DatetimeIndex([last_date + pd.Timedelta(days=1)]))[0]
    seen = float(money[of_month == current].sum())
    already_came = abs(seen) >= 0.5 * abs(monthly) and len(shares) <= SPREAD_DAYS
    is_open = ~((_number_months(days) == current) & already_came)
    day, longest = days.day.to_numpy(), days.days_in_month.to_numpy()
    for usual, share in shares.items():
        # in a shorter month a late day is its last day
        here = is_open & (np.minimum(usual, longest) == day)
        mean[here] += monthly * share
        deviation[here] += spread * share
    return LumpForecast(mean, deviation)


def _share_days(money: Amounts, day: Numbers, of_month: Numbers, months: int) -> dict[int, float]:
    """How a month's amount falls on its days: the usual day alone, or every day's share when it is spread out."""
    size = np.abs(money)
    if len(money) / months <= SPREAD_DAYS or size.sum() == 0:
        largest = [day[of_month == month][size[of_month == month].argmax()] for month in np.unique(of_month)]
        return {int(np.median(largest)): 1.0}
    by_day = np.bincount(day, weights=size) / size.sum()
    return {int(one): float(by_day[one]) for one in np.unique(day)}
