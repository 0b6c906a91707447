"""Daily cost rows: what every analytic reads, one row per day and combination of dimensions, in billing currency."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.errors import AnalyticsInputError

DIMENSIONS = (
    "service_provider_name",
    "sub_account_id",
    "sub_account_name",
    "service_name",
    "region_id",
    "x_usage_type",
    "charge_category",
    "charge_frequency",
)
# read where they are there
OPTIONAL_DIMENSIONS = ("resource_id", "x_team", "x_environment")
MEASURES = ("effective_cost", "billed_cost")
Numbers = npt.NDArray[np.int64]
LUMP_FREQUENCIES = ("One-Time", "Recurring")
#: No cloud was billed before. An earlier day is a typing error, and a series from there would be empty for centuries.
FIRST_DAY = date(2000, 1, 1)


def read_rows(daily: pd.DataFrame, as_of: date, measure: str = "effective_cost") -> pd.DataFrame:
    """Checked copy of `daily` up to and including `as_of`, sorted, with `cost` and `is_usage`; dimensions are encoded.

    Rows that repeat a day and its dimensions are kept: they are parts of one amount and are summed later. NULL
    dimensions become the empty string. Rows before FIRST_DAY are left out. Raises AnalyticsInputError for a missing
    column, a day or currency that is not there, and a cost that is not a finite number: a total with an unknown part is
    an unknown total.
    """
    if measure not in MEASURES:
        raise AnalyticsInputError(f"measure must be one of {', '.join(MEASURES)}, got {measure!r}")
    needed = ("charge_date", "billing_currency", *DIMENSIONS, measure)
    missing = [column for column in needed if column not in daily.columns]
    if missing:
        raise AnalyticsInputError(f"daily cost rows lack the column(s) {', '.join(missing)}")
    extra = [column for column in OPTIONAL_DIMENSIONS if column in daily.columns]
    rows = daily.loc[:, [*needed, *extra]].copy()
    for column in ("charge_date", "billing_currency"):
        _refuse(rows, rows[column].isna(), column, "empty")
    try:
        rows["charge_date"] = pd.to_datetime(rows["charge_date"]).dt.normalize()
        rows = rows[is_scored(rows["charge_date"], as_of)]
        rows["charge_date"] = rows["charge_date"].astype("datetime64[ns]")
        rows["cost"] = pd.to_numeric(rows[measure].astype("float64"))
    except (TypeError, ValueError, pd.errors.ParserError) as error:
        raise AnalyticsInputError(f"charge_date or {measure} cannot be read: {error}") from error
    _refuse(rows, ~np.isfinite(rows["cost"]), measure, "not a finite number")
    for column in ("billing_currency", *DIMENSIONS, *extra):
        rows[column] = encode_text(rows[column])
    lumps = rows["charge_frequency"].isin(LUMP_FREQUENCIES)
    rows["is_usage"] = (rows["charge_category"] == "Usage") & ~lumps
    # a fixed order makes floating sums, and so every later figure, independent of the order rows arrive in
    order = ["charge_date", "billing_currency", *DIMENSIONS, *extra, "cost"]
    codes = [rows[name].cat.codes if rows[name].dtype == "category" else rows[name] for name in order]
    return rows.iloc[np.lexsort([code.to_numpy() for code in reversed(codes)])].reset_index(drop=True)


def is_scored(days: pd.Series, as_of: date) -> pd.Series:
    """Which days are scored: from FIRST_DAY up to `as_of`. Days may lie beyond what nanoseconds can say, as 9999."""
    return (days >= pd.Timestamp(FIRST_DAY)) & (days <= pd.Timestamp(as_of))


def encode_text(values: pd.Series) -> pd.Categorical:
    """Text as numbers of its distinct values in their order; what is not there is the empty text.

    Grouping and sorting then work on numbers: the same few names stand in hundreds of thousands of rows.
    """
    codes, found = pd.factorize(values)
    # a value that is not there has the code -1, the last name
    names = np.array([*(str(one) for one in found), ""], dtype=object)
    categories, place = np.unique(names, return_inverse=True)
    return pd.Categorical.from_codes(place[codes], categories=categories)


def number_groups(rows: pd.DataFrame, columns: Sequence[str]) -> tuple[Numbers, Numbers]:
    """The number of each row's combination of these encoded columns, by first appearance, and the first row of each."""
    code = np.zeros(len(rows), dtype=np.int64)
    for column in columns:
        text = rows[column].cat
        # numbered anew after every column, so that many columns do not overflow
        code = pd.factorize(code * len(text.categories) + text.codes.to_numpy())[0].astype(np.int64)
    return code, np.flatnonzero(np.diff(np.maximum.accumulate(code), prepend=-1)) if len(code) else code


def _refuse(rows: pd.DataFrame, bad: pd.Series, column: str, what: str) -> None:
    """Raise for the first row of `bad`, with enough of it to find it in the warehouse."""
    if bad.any():
        first = rows[bad].iloc[0]
        named = ("charge_date", "service_provider_name", "service_name")
        where = ", ".join(f"{name}={first[name]!s}" for name in named)
        raise AnalyticsInputError(f"{column} is {what} in {int(bad.sum())} row(s), first: {where}")
