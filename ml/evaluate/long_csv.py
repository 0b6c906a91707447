"""Reading series from long CSV files (`unique_id,ds,y`), with errors that name file, row and value."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.errors import AnalyticsInputError

COLUMNS = ("unique_id", "ds", "y")
FIXED_STEPS = {"min": "1min", "H": "1h", "D": "1D", "W": "7D"}
CALENDAR_STEPS = {"M": "M", "Q": "Q", "Y": "Y"}
SPELLINGS = {
    **{"h": "H", "T": "min", "d": "D", "w": "W", "b": "B", "m": "M", "q": "Q", "y": "Y", "A": "Y"},
    **{"MS": "M", "ME": "M", "QS": "Q", "QE": "Q", "YS": "Y", "YE": "Y", "AS": "Y"},
}


@dataclass(frozen=True)
class LongSeries:
    """Rows of a long CSV file sorted by series and step.

    `frame`: unique_id, ds (as written), step (a whole number, one more per period), y, row (line in the file). `dated`
    states whether ds are timestamps.
    """

    path: Path
    frame: pd.DataFrame
    dated: bool


def read_long_csv(path: Path, frequency: str) -> LongSeries:
    """Read and check one file: every y a finite number, every ds a whole number or a timestamp, no duplicates.

    Rows may be in any order. Raises AnalyticsInputError.
    """
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise AnalyticsInputError(f"{path}: cannot be read as CSV: {error}") from error
    raw.columns = [str(name).strip().lstrip("\ufeff") for name in raw.columns]
    missing = [name for name in COLUMNS if name not in raw.columns]
    if missing:
        raise AnalyticsInputError(f"{path}: lacks the column(s) {', '.join(missing)}; it has {', '.join(raw.columns)}")
    if raw.empty:
        raise AnalyticsInputError(f"{path}: has no rows")
    frame = pd.DataFrame({"unique_id": raw["unique_id"].str.strip(), "ds": raw["ds"].str.strip()})
    frame["row"] = np.arange(2, len(frame) + 2)
    _refuse(path, frame, raw["unique_id"], frame["unique_id"] == "", "unique_id is empty")
    frame["y"] = pd.to_numeric(raw["y"].str.strip(), errors="coerce").astype("float64")
    _refuse(path, frame, raw["y"], ~np.isfinite(frame["y"]), "y is not a finite number")
    _refuse(path, frame, raw["y"], frame["y"].abs() > 1e150, "y is too large to be squared")
    frame["step"], dated = _read_steps(path, frame, frequency)
    frame = frame.sort_values(["unique_id", "step", "row"], kind="stable").reset_index(drop=True)
    _refuse(path, frame, frame["ds"], frame.duplicated(["unique_id", "step"]), "the series has this period already")
    return LongSeries(path, frame, dated)


def _read_steps(path: Path, frame: pd.DataFrame, frequency: str) -> tuple[npt.NDArray[np.int64], bool]:
    """The number of each row's period, and whether ds are timestamps."""
    numbers = pd.to_numeric(frame["ds"], errors="coerce")
    # 20250131 is a day where days are requested, not the twenty-millionth step
    compact = frame["ds"].str.fullmatch(r"(19|20)\d{6}")
    if numbers.notna().all() and not compact.all():
        _refuse(path, frame, frame["ds"], (numbers % 1 != 0) | (numbers.abs() > 2**53), "ds is not a whole number")
        return numbers.to_numpy(dtype=np.int64), False
    times = pd.to_datetime(frame["ds"], errors="coerce", utc=True, format="%Y%m%d" if compact.all() else "ISO8601")
    if not times.notna().all():
        other = pd.to_datetime(frame["ds"], errors="coerce", utc=True, format="mixed")
        times = times.where(times.notna(), other)
    _refuse(path, frame, frame["ds"], times.isna(), "ds is neither a whole number nor a timestamp")
    times = times.dt.tz_localize(None)
    base, multiple = parse_frequency(frequency)
    if base == "B":
        return np.busday_count(np.datetime64("1970-01-01"), times.to_numpy().astype("datetime64[D]")), True
    if base in CALENDAR_STEPS:
        return times.dt.to_period(CALENDAR_STEPS[base]).astype("int64").to_numpy(), True
    # 1970-01-05 was a Monday: a week is Monday to Sunday, whichever of its days names it
    origin = pd.Timestamp("1970-01-05" if base == "W" else "1970-01-01")
    return ((times - origin) // (pd.Timedelta(FIXED_STEPS[base]) * multiple)).to_numpy(dtype=np.int64), True


def parse_frequency(frequency: str) -> tuple[str, int]:
    """The base (min, H, D, B, W, M, Q or Y) and the multiple of a pandas frequency name: 15min, h, W-SUN, MS, QE."""
    digits = frequency[: len(frequency) - len(frequency.lstrip("0123456789"))]
    base = frequency[len(digits) :].split("-")[0]
    base = SPELLINGS.get(base, base)
    multiple = int(digits) if digits else 1
    if base not in (*FIXED_STEPS, *CALENDAR_STEPS, "B") or multiple < 1 or (multiple > 1 and base not in FIXED_STEPS):
        raise AnalyticsInputError(f"frequency {frequency!r} is not known; give H, D, B, W, M, Q, Y or e.g. 15min")
    return base, multiple


def _refuse(path: Path, frame: pd.DataFrame, values: pd.Series, bad: pd.Series, what: str) -> None:
    """Raise for the first bad row."""
    if bad.any():
        first = bad.idxmax()
        raise AnalyticsInputError(
            f"{path}: row {frame.at[first, 'row']}: {what}: {values.loc[first]!r} "
            f"(unique_id {frame.at[first, 'unique_id']}; {int(bad.sum())} such row(s))"
        )
