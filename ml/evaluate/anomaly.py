"""Score the values of one CSV file, each by the values before it only.

The file has the columns timestamp and value, at any frequency, regular or not. Timestamps are times, seconds or
milliseconds since 1970, or plain numbers. An empty value, NaN or NULL is a missing value: it scores 0. The output has
the input's rows in the input's order with anomaly_score (0 to 1, rising with the surprise) and is_anomaly (0 or 1).
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.errors import AnalyticsInputError
from ml.evaluate.stream import WARMUP, score_stream

HELP = "score a file of timestamped values"
MISSING = ("", "nan", "null", "none", "na", "n/a")
#: Whole numbers that are seconds, or milliseconds, since 1970 (from 1996 to 2096).
EPOCHS = {"s": (8.2e8, 4e9), "ms": (8.2e11, 4e12)}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this sub-command."""
    parser.add_argument("--series", type=Path, required=True, help="CSV timestamp,value: what to score")
    parser.add_argument("--out", type=Path, required=True, help="CSV to write, with anomaly_score and is_anomaly")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Score, write `options.out`, and return a summary. Raises AnalyticsInputError."""
    raw, timestamps, values = read_series(options.series)
    begin = time.perf_counter()
    found = score_stream(timestamps, values)
    spent = time.perf_counter() - begin
    out = pd.DataFrame(
        {
            "timestamp": raw["timestamp"],
            "value": raw["value"],
            "anomaly_score": np.round(found.score, 6),
            "is_anomaly": found.is_anomaly.astype(np.int8),
        }
    )
    out.to_csv(options.out, index=False)
    return {
        "rows": len(out),
        "anomalies": int(found.is_anomaly.sum()),
        "missing_values": int(values.isna().sum()),
        "repeated_timestamps": int(timestamps.duplicated().sum()),
        "is_sorted": bool(timestamps.is_monotonic_increasing),
        "rows_of_warm_up": min(len(out), WARMUP),
        "seconds": round(spent, 3),
    }


def read_series(path: Path) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """The rows as written, their timestamps (times or numbers) and their values (NaN where missing).

    Raises AnalyticsInputError that names the file and the line for what is neither.
    """
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True, encoding="utf-8-sig")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise AnalyticsInputError(f"{path}: cannot be read as CSV: {error}") from error
    raw.columns = [str(name).strip().lower() for name in raw.columns]
    for name in ("timestamp", "value"):
        if list(raw.columns).count(name) != 1:
            raise AnalyticsInputError(f"{path}: needs one column {name!r}; it has {', '.join(raw.columns) or 'none'}")
    if raw.empty:
        raise AnalyticsInputError(f"{path}: has no rows")
    text = raw["value"].str.strip().str.lower()
    is_missing = text.isin(MISSING)
    values = pd.to_numeric(text.where(~is_missing), errors="coerce").astype("float64")
    _refuse(path, raw["value"], values.isna() & ~is_missing, "value is not a number")
    _refuse(path, raw["value"], np.isinf(values) | (values.abs() > 1e150), "value is infinite or too large")
    return raw, _read_times(path, raw["timestamp"].str.strip()), values


def _read_times(path: Path, text: pd.Series) -> pd.Series:
    """Times, or the numbers that stand for them."""
    _refuse(path, text, text.str.lower().isin(MISSING), "timestamp is empty")
    numbers = pd.to_numeric(text, errors="coerce").astype("float64")
    is_day = text.str.fullmatch(r"(19|20)\d{6}")
    if numbers.notna().all() and not is_day.all():
        _refuse(path, text, ~np.isfinite(numbers), "timestamp is not finite")
        for unit, (low, high) in EPOCHS.items():
            if numbers.between(low, high).all():
                return pd.to_datetime(numbers, unit=unit)
        return numbers
    times = pd.to_datetime(text, errors="coerce", utc=True, format="%Y%m%d" if is_day.all() else "ISO8601")
    if times.isna().any():
        times = times.fillna(pd.to_datetime(text[times.isna()], errors="coerce", utc=True, format="mixed"))
    _refuse(path, text, times.isna(), "timestamp is neither a time nor a number")
    return times.dt.tz_localize(None)


def _refuse(path: Path, values: pd.Series, bad: pd.Series, what: str) -> None:
    """Raise for the first bad line; the header is line 1."""
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise AnalyticsInputError(f"{path}: line {first + 2}: {what}: {values.iloc[first]!r} ({int(bad.sum())} such)")
