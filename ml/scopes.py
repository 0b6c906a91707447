"""Which series lie within a scope of the configuration or of feedback."""

from collections.abc import Collection, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.scope import FIELD_COLUMNS, Scope, ScopeTest, check_fields, compile_scope
from ml.errors import AnalyticsInputError

#: A scope, or whole values by field: as the series themselves have them, in which `*` is itself.
SeriesScope = Scope | Mapping[str, str]


def match_scope(keys: pd.DataFrame, scope: SeriesScope, fields: Collection[str]) -> npt.NDArray[np.bool_]:
    """Which of the series with these key columns lie within a scope.

    ``fields``: what the series can be asked. A series coarser than a test of the scope does not pass it, whichever way
    it asks; of an account the id counts. Raises AnalyticsInputError for a field that they do not have.
    """
    inside = np.ones(len(keys), dtype=bool)
    for clause in compile_scope(_read_scope(scope, fields)):
        inside &= np.logical_or.reduce([_pass_test(keys, test) for test in clause])
    return inside


def _read_scope(scope: SeriesScope, fields: Collection[str]) -> Scope:
    if isinstance(scope, Scope):
        try:
            return check_fields(scope, fields)
        except ValueError as error:
            raise AnalyticsInputError(f"a scope: {error}") from None
    for name in scope:
        if name not in fields:
            raise AnalyticsInputError(f"a scope has {', '.join(fields)}, not {name!r}")
    try:
        return Scope.model_validate({name: {"equals": value} for name, value in scope.items()})
    except ValueError as error:
        raise AnalyticsInputError(f"a scope: {error}") from None


def _pass_test(keys: pd.DataFrame, test: ScopeTest) -> npt.NDArray[np.bool_]:
    column = keys[FIELD_COLUMNS[test.field][0]]
    passed = {value for value in column.unique() if value and test.holds(value)}
    return column.isin(passed).to_numpy()
