"""Monthly lumps: what fees, tax, credits and recurring charges will come, by the habit of the last complete months.

A kind of charge (category, frequency) recurs when it was there in at least two of the last three complete months. Its
monthly amount is the mean of those months. When it comes on few days it is put on its usual day of the month; when it
is spread over the month, so is its forecast. One-time purchases and adjustments are never repeated.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from ml.forecast.panel import CostPanel

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
    recent = excess[excess.index.to_period("M").isin(months)]
    day = pd.Series(recent.index.day, index=recent.index).groupby(recent.index.to_period("M")).first()
    if len(day) < 2 or len(day) < len(months) or day.max() - day.min() > 2:
        return LumpForecast(np.zeros(len(days)), np.zeros(len(days)))
    return _forecast_kind(excess, first_date, last_date, days)


def forecast_lump_matrix(panel: "CostPanel", excess: Mapping[int, pd.Series]) -> LumpForecast:
    """Lumps and repeated peaks of the panel's finest series: mean and deviation, each (finest series, panel days)."""
    mean = np.zeros((len(panel.finest), len(panel.days)))
    deviation = np.zeros_like(mean)
    for number, row in enumerate(panel.finest):
        first, last = panel.keys.at[row, "first_date"], panel.keys.at[row, "last_date"]
        ahead = panel.days > last
        one = forecast_lumps(panel.lumps[row], first, last, panel.days[ahead])
        peaks = excess[int(row)]
        peak = forecast_repeated_excess(peaks[peaks != 0], peaks.index[0], last, panel.days[ahead])
        mean[number, ahead] = one.mean + peak.mean
        deviation[number, ahead] = np.hypot(one.deviation, peak.deviation)
        # days that are known already for this series, while another's are not
        known = panel.lumps[row].groupby("charge_date")["cost"].sum().reindex(panel.days[~ahead], fill_value=0.0)
        mean[number, ~ahead] = known.to_numpy()
    return LumpForecast(mean, deviation)


def _list_complete_months(first_date: pd.Timestamp, last_date: pd.Timestamp) -> list[pd.Period]:
    """Up to MONTHS newest months that the history covers whole."""
    newest = (last_date + pd.Timedelta(days=1)).to_period("M") - 1
    months = [newest - back for back in range(MONTHS)]
    return [month for month in months if month.start_time >= first_date]


def _forecast_kind(
    amounts: pd.Series, first_date: pd.Timestamp, last_date: pd.Timestamp, days: pd.DatetimeIndex
) -> LumpForecast:
    """One kind of charge on `days`; zeros when it has no monthly habit."""
    mean, deviation = np.zeros(len(days)), np.zeros(len(days))
    months = _list_complete_months(first_date, last_date)
    of_month = amounts.index.to_period("M")
    totals = np.array([amounts[of_month == month].sum() for month in months])
    present = [month for month in months if (of_month == month).any()]
    if len(present) < 2:
        return LumpForecast(mean, deviation)
    monthly, spread = float(totals.mean()), float(totals.std(ddof=1))
    shares = _share_days(amounts, present)
    current = (last_date + pd.Timedelta(days=1)).to_period("M")
    seen = float(amounts[of_month == current].sum())
    already_came = abs(seen) >= 0.5 * abs(monthly) and len(shares) <= SPREAD_DAYS
    is_open = ~((days.to_period("M") == current) & already_came)
    for usual, share in shares.items():
        # in a shorter month a late day is its last day
        here = is_open & (np.minimum(usual, days.days_in_month) == days.day)
        mean[here] += monthly * share
        deviation[here] += spread * share
    return LumpForecast(mean, deviation)


def _share_days(amounts: pd.Series, months: list[pd.Period]) -> dict[int, float]:
    """How a month's amount falls on its days: the usual day alone, or every day's share when it is spread out."""
    recent = amounts[amounts.index.to_period("M").isin(months)]
    active = len(recent) / len(months)
    size = recent.abs()
    if active <= SPREAD_DAYS or size.sum() == 0:
        largest = size.groupby(size.index.to_period("M")).idxmax()
        return {int(np.median([day.day for day in largest])): 1.0}
    by_day = size.groupby(size.index.day).sum() / size.sum()
    return {int(day): float(share) for day, share in by_day.items()}
