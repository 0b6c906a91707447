"""A charge that a typing error dates 9999-12-31 or 0001-01-01 changes nothing that is scored."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ml.anomaly.costs import detect_anomalies
from ml.forecast.costs import forecast_costs
from ml.forecast.events import measure_savings
from ml.lateness import learn_lateness
from ml.rows import is_scored
from tests.unit.ml.rows import build_series, make_rows, make_weekly
from tests.unit.ml.test_lateness import make_changes

AS_OF = dt.date(2025, 3, 1)
ROWS = make_rows(make_weekly(60))
POISONED = [dt.date(9999, 12, 31), dt.date(1, 1, 1), dt.date(1999, 12, 31), dt.date(2262, 4, 12), dt.date(2025, 3, 2)]
#: Beside a cost, what a day that is left out may hold: nothing of it is read.
MIXED = pd.concat([ROWS, make_rows([7.0, 7, 7, 7, np.nan], charge_date=POISONED)], ignore_index=True)


def test_the_days_that_are_scored() -> None:
    days = pd.to_datetime(pd.Series([*POISONED, dt.date(2000, 1, 1), AS_OF, None]))
    assert is_scored(days, AS_OF).tolist() == [False] * 5 + [True, True, False]


def test_lateness_is_that_of_the_other_days() -> None:
    changes = make_changes("AWS", [0.7, 0.95, 1.0])
    poisoned = changes.head(4).assign(charge_date=POISONED[:4], difference=[1e9, 1e9, np.inf, np.nan])
    found = learn_lateness(pd.concat([poisoned, changes], ignore_index=True))
    assert np.allclose(found.share["AWS"], learn_lateness(changes).share["AWS"], equal_nan=True)
    assert found.count_immature_days() == {"AWS": 3}
    assert learn_lateness(poisoned).count_immature_days() == {}


def test_series_are_those_of_the_other_days() -> None:
    usage = build_series(MIXED, "service", AS_OF, default_immature_days=0).take_usage(0)
    assert usage.tolist() == ROWS["effective_cost"].tolist()


def test_anomalies_are_those_of_the_other_days() -> None:
    peak = ROWS.assign(effective_cost=np.where(np.arange(60) == 40, 5000.0, ROWS["effective_cost"]))
    clean, mixed = (detect_anomalies(rows, AS_OF) for rows in (peak, pd.concat([peak, MIXED.tail(5)])))
    assert clean.anomalies["start_date"].tolist() == [dt.date(2025, 2, 10)]
    pd.testing.assert_frame_equal(clean.anomalies, mixed.anomalies)


def test_savings_are_those_of_the_last_days_up_to_the_scoring_day() -> None:
    keys = build_series(ROWS, "account_service", AS_OF).keys
    for rows in (ROWS, MIXED):
        saved = rows.assign(commitment_saving=np.where(rows["charge_date"] == dt.date(9999, 12, 31), 1e6, 2.0))
        assert measure_savings(saved, keys, AS_OF) == pytest.approx([2.0])


@pytest.mark.parametrize("rows", [ROWS.iloc[:0], MIXED.tail(5)], ids=["no row", "no day that is scored"])
def test_without_a_day_that_is_scored_nothing_is(rows: pd.DataFrame) -> None:
    assert forecast_costs(rows, AS_OF).forecasts.empty
    assert detect_anomalies(rows.dropna(), AS_OF).anomalies.empty
