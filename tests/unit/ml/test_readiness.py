"""What is said of usage that is known for too few days, held to what the models really need."""

import datetime as dt

import pytest

from ml.anomaly.costs import detect_anomalies
from ml.forecast.costs import forecast_costs
from ml.readiness import KnownUsage, describe_waiting, may_wait
from tests.unit.ml.rows import last_day, make_rows

FIRST = dt.date(2025, 1, 1)


def known(days: int, provider: str = "AWS", currency: str = "USD") -> KnownUsage:
    return KnownUsage(provider, currency, FIRST, FIRST + dt.timedelta(days=days - 1))


def say(*usage: KnownUsage, immature: int = 2, **learnt: int) -> list[str]:
    return list(describe_waiting(usage, learnt, immature))


def test_a_first_day_waits_for_both() -> None:
    assert say(known(1)) == [
        "AWS in USD: 1 day of usage so far; forecasts begin with 9 days, anomalies are looked for from 10 days (the "
        "newest 2 are still filling and do not count)"
    ]
    assert say(known(6), immature=0) == [
        "AWS in USD: 6 days of usage so far; forecasts begin with 7 days, anomalies are looked for from 8 days"
    ]


@pytest.mark.parametrize(("immature", "days"), [(0, 6), (0, 7), (0, 8), (3, 9), (3, 10), (3, 11)])
def test_what_waits_is_what_the_models_do_without(days: int, immature: int) -> None:
    rows = make_rows([10.0] * days)
    reported = " ".join(say(known(days), immature=immature))
    forecast = forecast_costs(rows, last_day(rows), default_immature_days=immature)
    assert forecast.forecasts.empty is ("forecasts begin" in reported)
    judged = detect_anomalies(rows, last_day(rows), default_immature_days=immature)
    assert judged.verdicts.empty is ("anomalies are looked for" in reported)


def test_each_provider_has_its_own_days() -> None:
    new = KnownUsage("Acme", "EUR", FIRST + dt.timedelta(days=57), FIRST + dt.timedelta(days=59))
    reported = say(known(60), new, immature=2, Acme=1)
    assert [one.split(";")[0] for one in reported] == ["Acme in EUR: 3 days of usage so far"]
    assert "the newest 1 are still filling" in reported[0]
    # of a provider that ended nothing more will come
    assert say(known(60), known(3, "Old")) == []
    # a provider's newest day is that of all of its currencies
    assert say(known(20), known(5, currency="EUR")) == []


def test_old_usage_never_waits() -> None:
    assert may_wait([known(60), known(21)]) and not may_wait([known(22)])
    assert say(known(22), immature=14) == []
