"""Daily cost rows for the tests, with every column the analytics read."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ml.series import Level, SeriesSet, build_levels


def make_rows(costs: Sequence[float] | np.ndarray, start: str = "2025-01-01", **fields: Any) -> pd.DataFrame:
    """One usage row per day with the given costs; `fields` replace what the row says."""
    base: dict[str, Any] = {
        "charge_date": pd.date_range(start, periods=len(costs)).date,
        "billing_currency": "USD",
        "service_provider_name": "AWS",
        "sub_account_id": "111",
        "sub_account_name": "shop",
        "service_name": "EC2",
        "region_id": "eu-west-1",
        "x_usage_type": "BoxUsage",
        "charge_category": "Usage",
        "charge_frequency": "Usage-Based",
        "effective_cost": np.asarray(costs, dtype=float),
    }
    frame = pd.DataFrame(base | fields)
    return frame.assign(billed_cost=frame["effective_cost"])


def make_weekly(days: int, level: float = 1000.0, noise: float = 0.03, seed: int = 0) -> np.ndarray:
    """A cost with quieter weekends (2025-01-01 is a Wednesday) and proportional noise."""
    rng = np.random.default_rng(seed)
    weekday = (np.arange(days) + 2) % 7
    return level * np.where(weekday >= 5, 0.7, 1.0) * np.exp(rng.normal(0, noise, days))


def build_series(daily: pd.DataFrame, level: Level, as_of: date, **options: Any) -> SeriesSet:
    """The series of one level."""
    return build_levels(daily, [level], as_of, **options)[0]


def last_day(rows: pd.DataFrame) -> Any:
    """The newest day of the rows."""
    return pd.Timestamp(rows["charge_date"].max()).date()
