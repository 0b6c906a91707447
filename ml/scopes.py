"""Which series lie within a scope of the configuration or of feedback."""

from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.scope import FIELD_COLUMNS
from ml.errors import AnalyticsInputError


def match_scope(keys: pd.DataFrame, scope: Mapping[str, str], fields: Collection[str]) -> npt.NDArray[np.bool_]:
    """Which of the series with these key columns have every value of a scope (field -> value).

    ``fields``: what selects series. A series coarser than the scope does not lie within it; of an account the
    id counts. Raises AnalyticsInputError for a field that they do not have.
    """
    inside = np.ones(len(keys), dtype=bool)
    for name, value in scope.items():
        if name not in fields:
            raise AnalyticsInputError(f"a scope has {', '.join(fields)}, not {name!r}")
        inside &= (keys[FIELD_COLUMNS[name][0]] == value).to_numpy()
    return inside
