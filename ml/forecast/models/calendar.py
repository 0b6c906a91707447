"""Calendar features of days: weekday, day of month, distance to the month's ends, month, and public holidays."""

from functools import lru_cache

import numpy as np

Days = np.ndarray


def list_calendar_features(days: Days) -> list[np.ndarray]:
    """One array of floats per feature, of the same shape as `days` (datetime64[D])."""
    months = days.astype("datetime64[M]")
    day = (days - months.astype("datetime64[D]")).astype(np.int64) + 1
    length = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    weekday = (days.astype(np.int64) + 3) % 7
    month = months.astype(np.int64) % 12 + 1
    features = (weekday, day, length - day, month, is_holiday(days))
    return [np.asarray(feature, dtype=np.float64) for feature in features]


def is_holiday(days: Days) -> np.ndarray:
    """Whether offices are closed nearly everywhere: New Year, Good Friday, Easter Monday, 1 May, 24-26 and 31 December.

    Only what most countries share: usage of a company follows its own country, which billing data does not name.
    """
    found = np.zeros(days.shape, dtype=bool)
    if days.size == 0:
        return found
    years = range(
        int(days.min().astype("datetime64[Y]").astype(int)), int(days.max().astype("datetime64[Y]").astype(int)) + 1
    )
    listed = np.concatenate([_list_holidays(year + 1970) for year in years])
    return np.isin(days, listed)


@lru_cache(maxsize=64)
def _list_holidays(year: int) -> np.ndarray:
    easter = find_easter(year)
    fixed = [np.datetime64(f"{year}-{day}") for day in ("01-01", "05-01", "12-24", "12-25", "12-26", "12-31")]
    return np.array([*fixed, easter - 2, easter + 1], dtype="datetime64[D]")


def find_easter(year: int) -> np.datetime64:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return np.datetime64(f"{year}-{month:02d}-{day + 1:02d}")
