"""What a forecast answers: tomorrow, the open month and quarter (with what is spent already), and 12 months."""

from datetime import date

import numpy as np
import pandas as pd

from ml.forecast.intervals import Z
from ml.forecast.models.simple import Matrix
from ml.forecast.panel import CostPanel
from ml.forecast.usage import UsageForecast
from ml.frames import columns_of, make_frame

HORIZON_COLUMNS = columns_of("cost_forecast_horizons")


def list_horizons(
    panel: CostPanel, usage: UsageForecast, costs: Matrix, variance: Matrix, as_of: date, shown: np.ndarray
) -> pd.DataFrame:
    """HORIZON_COLUMNS, one row per series and horizon; the interval is of `total_cost`, which is actual plus forecast.

    `actual_cost` ends with `known_until`: the days after it up to `as_of` are still filling, and are forecast.

    The interval of a sum is learnt from sums of back-test errors, because the errors of days in a row go together.
    """
    rows: list[dict[str, object]] = []
    calibration = usage.made.calibration
    widths: dict[tuple[float, int], Matrix] = {}
    day = pd.Timestamp(as_of)
    spans = _list_spans(day)
    for row in np.flatnonzero(shown):
        key = panel.keys.iloc[row]
        first = key["last_date"] + pd.Timedelta(days=1)
        known_days, actual = panel.sum_days(int(row))
        for name, start, end in spans:
            days = np.flatnonzero((panel.days >= max(start, first)) & (panel.days <= end))
            spent = float(actual[(known_days >= start.to_datetime64()) & (known_days <= end.to_datetime64())].sum())
            ahead = float(costs[row, days].sum())
            periods = int((end - first).days) + 1
            record: dict[str, object] = {
                "unique_id": key["unique_id"],
                "scope_level": key["scope_level"],
                "billing_currency": key["billing_currency"],
                "horizon": name,
                "start_date": start.date(),
                "end_date": end.date(),
                "actual_cost": spent,
                "forecast_cost": ahead,
                "total_cost": spent + ahead,
                "known_until": key["last_date"].date(),
                "as_of_date": as_of,
            }
            for level in usage.half:
                if (level, periods) not in widths:
                    widths[level, periods] = calibration.widen_sum(level, max(periods, 1)) * usage.made.scale
                half = 0.0 if row in panel.named else float(widths[level, periods][row])
                if periods > len(days):
                    half *= len(days) / periods
                half = float(np.hypot(half, Z[int(level)] * np.sqrt(variance[row, days]).sum()))
                record[f"lower_{level:g}"] = spent + ahead - half
                record[f"upper_{level:g}"] = spent + ahead + half
            rows.append(record)
    return make_frame(rows, HORIZON_COLUMNS)


def _list_spans(as_of: pd.Timestamp) -> list[tuple[str, pd.Timestamp, pd.Timestamp]]:
    """Name, first and last day of each horizon; the open month and quarter are those of the day after `as_of`."""
    following = as_of + pd.Timedelta(days=1)
    month, quarter = following.to_period("M"), following.to_period("Q")
    return [
        ("day", following, following),
        ("month_end", month.start_time, month.end_time.normalize()),
        ("quarter_end", quarter.start_time, quarter.end_time.normalize()),
        ("12_months", following, as_of + pd.Timedelta(days=365)),
    ]
