"""How good forecasts are: each series' back-test, and forecasts of the past held against what then came."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ml.forecast.panel import CostPanel
from ml.forecast.usage import UsageForecast
from ml.frames import columns_of, make_frame

# which days ahead are kept for good: enough to see how accuracy falls with distance, small enough to keep for years
LEADS = (1, 3, 7, 14, 28, 60, 90)
HISTORY_COLUMNS = columns_of("forecast_history")
ACCURACY_COLUMNS = columns_of("forecast_accuracy")


def list_backtests(panel: CostPanel, usage: UsageForecast, as_of: date, shown: np.ndarray) -> pd.DataFrame:
    """ACCURACY_COLUMNS with kind `backtest`, one row per series that has one; bias: mean error over mean actual."""
    made = usage.made
    rows = []
    for row in np.flatnonzero(shown & np.isfinite(made.backtest_wape)):
        key, errors = panel.keys.iloc[row], made.backtest_error[:, row]
        known = errors[np.isfinite(errors)]
        # sum of |error| over its relative size is the sum of |actual|
        size = np.abs(known).sum() / made.backtest_wape[row] if made.backtest_wape[row] > 0 else np.nan
        rows.append(
            {
                "unique_id": key["unique_id"],
                "scope_level": key["scope_level"],
                "billing_currency": key["billing_currency"],
                "kind": "backtest",
                "days_ahead": made.plan.horizon,
                "forecasts": len(known),
                "wape": float(made.backtest_wape[row]),
                "bias": float(-known.sum() / size) if size == size else 0.0,
                "coverage_80": float(made.backtest_coverage[80][row]),
                "coverage_95": float(made.backtest_coverage[95][row]),
                "as_of_date": as_of,
            }
        )
    return make_frame(rows, ACCURACY_COLUMNS)


def keep_history(history: pd.DataFrame, forecasts: pd.DataFrame) -> pd.DataFrame:
    """The history with the kept days of these forecasts; those of the same scoring day are replaced."""
    new = forecasts.loc[forecasts["days_ahead"].isin(LEADS), list(HISTORY_COLUMNS)]
    if history.empty:
        return new.reset_index(drop=True)
    days = set(pd.to_datetime(new["as_of_date"]))
    old = history[~pd.to_datetime(history["as_of_date"]).isin(days)]
    joined = pd.concat([old[list(HISTORY_COLUMNS)], new], ignore_index=True)
    for column in ("as_of_date", "forecast_date"):
        joined[column] = pd.to_datetime(joined[column]).dt.date
    return joined.sort_values(["as_of_date", "unique_id", "forecast_date"]).reset_index(drop=True)


def score_history(history: pd.DataFrame, actuals: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """ACCURACY_COLUMNS of kind `actual`: past forecasts whose day has come, per series and days ahead."""
    if history.empty or actuals.empty:
        return pd.DataFrame(columns=list(ACCURACY_COLUMNS))
    left = history.assign(charge_date=pd.to_datetime(history["forecast_date"]).astype("datetime64[ns]"))
    right = actuals.assign(charge_date=pd.to_datetime(actuals["charge_date"]).astype("datetime64[ns]"))
    both = left.merge(right, on=["unique_id", "charge_date"])
    if both.empty:
        return pd.DataFrame(columns=list(ACCURACY_COLUMNS))
    both["error"] = both["forecast_cost"] - both["cost"]
    both["size"] = both["cost"].abs()
    both["off"] = both["error"].abs()
    for level in (80, 95):
        both[f"in_{level}"] = both["cost"].between(both[f"lower_{level}"], both[f"upper_{level}"])
    keys = ["unique_id", "scope_level", "billing_currency", "days_ahead"]
    found = both.groupby(keys, as_index=False).agg(
        forecasts=("error", "size"),
        off=("off", "sum"),
        error=("error", "sum"),
        size=("size", "sum"),
        coverage_80=("in_80", "mean"),
        coverage_95=("in_95", "mean"),
    )
    size = found["size"].where(found["size"] > 0)
    found = found.assign(kind="actual", wape=found["off"] / size, bias=found["error"] / size, as_of_date=as_of)
    return found[list(ACCURACY_COLUMNS)]


def describe_run(panel: CostPanel, usage: UsageForecast, as_of: date, seed: int, reach: int) -> dict[str, Any]:
    """One row that later runs are compared with: error and coverage of the back-test over the finest series."""
    made, rows = usage.made, panel.finest
    errors = made.backtest_error[:, rows]
    known = np.isfinite(errors)
    off = np.where(known, np.abs(errors), 0.0).sum(axis=(0, 2))
    wape = made.backtest_wape[rows]
    size = np.divide(off, wape, out=np.zeros(len(rows)), where=np.isfinite(wape) & (wape > 0))
    coverage = {level: made.backtest_coverage[level][rows] for level in (80, 95)}
    return {
        "as_of_date": as_of,
        "series": len(panel.keys),
        "seed": seed,
        "horizon_days": made.plan.horizon,
        "reach_days": reach,
        "origins": len(made.plan.origins),
        "weight_power": made.power,
        "weight_pull": made.pull,
        "wape": float(off.sum() / size.sum()) if size.sum() > 0 else np.nan,
        **{
            f"coverage_{level}": float(np.nanmean(found)) if np.isfinite(found).any() else np.nan
            for level, found in coverage.items()
        },
    }


def find_drop(run: dict[str, Any], earlier: pd.DataFrame) -> str:
    """What is wrong with a run against the last runs before it, or nothing.

    `earlier`: rows of `describe_run` of other days. A drop is an error half as large again as the median of the last
    ten runs and 3 points more, or a coverage 7 points below both what it states and that median.
    """
    if earlier.empty:
        return ""
    last = earlier.sort_values("as_of_date").tail(10)
    usual = float(last["wape"].median())
    if run["wape"] > max(1.5 * usual, usual + 0.03):
        return f"the back-test's error rose from {usual:.1%} (median of {len(last)} runs) to {run['wape']:.1%}"
    for level in (80, 95):
        now, before = run[f"coverage_{level}"], float(last[f"coverage_{level}"].median())
        if now < min(level / 100, before) - 0.07:
            return (
                f"{level} % intervals held {now:.0%} of the back-test's days, {before:.0%} in the last {len(last)} runs"
            )
    return ""
