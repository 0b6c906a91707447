"""Whose costs are known for too few days to be scored, in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ml.anomaly.settings import AnomalySettings
from ml.forecast.costs import ForecastSettings
from ml.lateness import LONGEST_DAYS
from ml.series import SILENT_DAYS

#: Complete days of usage from which on something is scored. The first day that is judged stands behind its warm-up.
NEEDED_DAYS: Mapping[str, int] = {
    "forecasts begin with": ForecastSettings.min_training_days,
    "anomalies are looked for from": AnomalySettings.warmup_days + 1,
}


@dataclass(frozen=True)
class KnownUsage:
    """The first and the newest day of a provider's usage in one currency."""

    provider: str
    currency: str
    first: date
    newest: date


def may_wait(known: Sequence[KnownUsage]) -> bool:
    """Whether any usage is so young that it may wait, however many of its newest days are still filling."""
    longest = max(NEEDED_DAYS.values()) + LONGEST_DAYS
    return any((one.newest - one.first).days + 1 < longest for one in known)


def describe_waiting(
    known: Sequence[KnownUsage], immature_days: Mapping[str, int], default_immature_days: int
) -> Iterator[str]:
    """A sentence per provider and currency that forecasts or anomalies still wait for; providers that ended wait not.

    A series begins with the first day of its provider and currency and ends before the provider's newest days, which
    are still filling: the same days as in ml/series.py.
    """
    newest = {one.provider: max(other.newest for other in known if other.provider == one.provider) for one in known}
    for one in known:
        if (max(newest.values()) - newest[one.provider]).days > SILENT_DAYS:
            continue
        immature = immature_days.get(one.provider, default_immature_days)
        days = (newest[one.provider] - one.first).days + 1
        waiting = [f"{what} {n + immature} days" for what, n in NEEDED_DAYS.items() if days < n + immature]
        if waiting:
            filling = f" (the newest {immature} are still filling and do not count)" if immature else ""
            so_far = f"{one.provider} in {one.currency}: {days} day{'s' if days > 1 else ''} of usage so far"
            yield f"{so_far}; {', '.join(waiting)}{filling}"
