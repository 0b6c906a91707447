"""Frames of the tables that are scored, with the columns that are declared for them."""

from collections.abc import Mapping, Sequence

import pandas as pd

from core.declared_tables import find_declared
from ml.errors import AnalyticsInputError


def columns_of(table: str, but: Sequence[str] = ()) -> tuple[str, ...]:
    """The declared columns of a table of schema ml, but those that others add."""
    return find_declared("ml", table).list_columns(but)


def make_frame(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> pd.DataFrame:
    """The rows with these columns; AnalyticsInputError where one has others, which would be null or lost unseen."""
    for row in rows:
        if row.keys() != set(columns):
            raise AnalyticsInputError(f"a row differs from its table in {', '.join(sorted(row.keys() ^ set(columns)))}")
    return pd.DataFrame(rows, columns=list(columns))
