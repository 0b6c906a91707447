"""When a day is worth somebody's attention: it must be much money, a large share and a real surprise, all three."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from ml.errors import AnalyticsInputError
from ml.scopes import SeriesScope, match_scope

#: What a scope of the configuration or of feedback can ask of a series.
SCOPE_FIELDS = ("provider", "account", "service", "region", "usage_type", "currency")


@dataclass(frozen=True)
class Limits:
    """Per series: least amount a day (its currency), least percent, least surprise (robust standard deviations)."""

    amount: npt.NDArray[np.float64]
    percent: npt.NDArray[np.float64]
    surprise: npt.NDArray[np.float64]


@dataclass(frozen=True)
class ScopeLimits:
    """Other limits within a scope, which asks for SCOPE_FIELDS; None keeps what holds otherwise."""

    scope: SeriesScope
    min_amount: float | None = None
    min_percent: float | None = None
    min_surprise: float | None = None


@dataclass(frozen=True)
class AnomalySettings:
    """Thresholds of the detector; every default prefers one alert too few to a pager nobody reads."""

    # in billing currency per day: below it, nobody's time is worth less than the anomaly
    min_amount: float = 50.0
    # other limits within scopes; of several that match the last one holds
    scopes: Sequence[ScopeLimits] = ()
    # the same for currencies whose unit is worth something else, such as JPY
    min_amount_by_currency: Mapping[str, float] = field(default_factory=dict)
    # percent of the expected cost
    min_percent: float = 10.0
    # robust standard deviations; with 4.5 a noisy weekly cost is called anomalous once in about 25 years
    min_surprise: float = 4.5
    # days of a provider's history before anything is judged: one of each weekday
    warmup_days: int = 7
    # until there are four of each, a surprise must be this much larger
    young_days: int = 28
    young_factor: float = 1.5
    # anomalous days in a row after which the new level is the normal one
    shift_days: int = 7
    # days in which a return to the level before the shift is no news
    remember_days: int = 28
    # quiet days inside an incident that do not end it
    gap_days: int = 1
    # rise over five weeks, in percent, that makes a slow leak
    leak_percent: float = 20.0
    # an incident that ended longer ago than this is history, not news
    lookback_days: int = 7
    # summed impact from which an incident is medium, high, critical
    severity_amounts: tuple[float, float, float] = (500.0, 2500.0, 10000.0)

    def __post_init__(self) -> None:
        amounts = [self.min_amount, *self.min_amount_by_currency.values()]
        if min(amounts) <= 0 or self.min_percent <= 0 or self.min_surprise <= 0 or self.leak_percent <= 0:
            raise AnalyticsInputError(f"amount, percent and surprise thresholds must be above 0, got {self}")
        if self.warmup_days < 7 or not 2 <= self.shift_days <= 28 or self.gap_days < 0 or self.lookback_days < 0:
            raise AnalyticsInputError(
                f"warmup_days must be 7 or more, shift_days 2 to 28, gap_days and lookback_days 0 or more, got {self}"
            )
        if list(self.severity_amounts) != sorted(self.severity_amounts):
            raise AnalyticsInputError(f"severity_amounts must rise, got {self.severity_amounts}")

    def find_min_amount(self, currency: str) -> float:
        """The least amount per day that matters in a currency."""
        return self.min_amount_by_currency.get(currency, self.min_amount)

    def list_limits(self, keys: pd.DataFrame) -> Limits:
        """The limits of each series of `keys`."""
        amount = np.array([self.find_min_amount(one) for one in keys["billing_currency"]], dtype=np.float64)
        percent = np.full(len(keys), self.min_percent)
        surprise = np.full(len(keys), self.min_surprise)
        for one in self.scopes:
            inside = match_scope(keys, one.scope, SCOPE_FIELDS)
            for values, own in ((amount, one.min_amount), (percent, one.min_percent), (surprise, one.min_surprise)):
                if own is not None:
                    values[inside] = own
        return Limits(amount, percent, surprise)
