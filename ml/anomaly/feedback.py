"""What people stated about anomalies, as far as it changes how later days of the same scope are judged.

`planned`: what moves in the scope between two dates was announced; nobody is notified. `expected`: a move in the same
direction and up to a quarter more than the one it was stated for is normal until a date. `unexpected`: it was right to
report; the scope is watched more closely (SENSITIVE times the usual limit of surprise) until a date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.scope import Scope
from ml.anomaly.settings import SCOPE_FIELDS
from ml.errors import AnalyticsInputError
from ml.scopes import SeriesScope, match_scope

Verdict = Literal["expected", "unexpected", "planned"]
SENSITIVE = 0.9
#: How much larger than the one that was called expected a move may be.
ALLOWANCE = 1.25


@dataclass(frozen=True)
class Feedback:
    """One statement: of which scope (it asks for settings.SCOPE_FIELDS), from which day to which day it holds.

    `daily_impact`: the signed money a day that was called expected; not used for the other verdicts.
    """

    scope: SeriesScope
    verdict: Verdict
    start: date
    until: date
    daily_impact: float = 0.0
    reason: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in get_args(Verdict):
            raise AnalyticsInputError(f"feedback is {', '.join(get_args(Verdict))}, not {self.verdict!r}")
        if not self.scope or self.scope == Scope():
            raise AnalyticsInputError("feedback needs a scope: with none it would hold for everything")
        if self.until < self.start:
            raise AnalyticsInputError(f"feedback ends on {self.until}, before it starts on {self.start}")


@dataclass(frozen=True)
class Leniency:
    """Series × day: the distances (money, upwards and downwards) up to which an odd day is excused; 0 for none."""

    up: npt.NDArray[np.float64]
    down: npt.NDArray[np.float64]


def list_leniency(keys: pd.DataFrame, calendar: pd.DatetimeIndex, feedback: Sequence[Feedback]) -> Leniency | None:
    """What is excused in the series of `keys`; None where nothing is."""
    lenient = [one for one in feedback if one.verdict != "unexpected"]
    if not lenient:
        return None
    up = np.zeros((len(keys), len(calendar)))
    down = np.zeros_like(up)
    for one in lenient:
        cells = np.ix_(match_scope(keys, one.scope, SCOPE_FIELDS), _find_days(calendar, one))
        size = np.inf if one.verdict == "planned" else ALLOWANCE * abs(one.daily_impact)
        if one.verdict == "planned" or one.daily_impact > 0:
            up[cells] = np.maximum(up[cells], size)
        if one.verdict == "planned" or one.daily_impact < 0:
            down[cells] = np.maximum(down[cells], size)
    return Leniency(up, down)


def list_sensitivity(
    keys: pd.DataFrame, calendar: pd.DatetimeIndex, feedback: Sequence[Feedback]
) -> npt.NDArray[np.float64] | None:
    """Series × day: the factor on the limit of surprise; None where it is 1 everywhere."""
    confirmed = [one for one in feedback if one.verdict == "unexpected"]
    if not confirmed:
        return None
    factor = np.ones((len(keys), len(calendar)))
    for one in confirmed:
        factor[np.ix_(match_scope(keys, one.scope, SCOPE_FIELDS), _find_days(calendar, one))] = SENSITIVE
    return factor


def _find_days(calendar: pd.DatetimeIndex, one: Feedback) -> npt.NDArray[np.bool_]:
    return np.asarray((calendar >= pd.Timestamp(one.start)) & (calendar <= pd.Timestamp(one.until)))
