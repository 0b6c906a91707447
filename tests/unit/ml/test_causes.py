from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ml.causes import explain_difference, weigh_days

DIMENSIONS = ["x_usage_type", "region_id"]


def make_frame(days: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frames = [
        pd.DataFrame(
            {
                "charge_date": pd.date_range("2025-03-01", periods=days),
                "x_usage_type": usage,
                "region_id": region,
                "cost": rng.uniform(0, 100, days),
            }
        )
        for usage in ("a", "b", "c", "d", "e", "f", "g", "")
        for region in ("eu", "us")
    ]
    return pd.concat(frames, ignore_index=True).sample(frac=0.8, random_state=seed)


@pytest.mark.parametrize(("start", "days"), [(40, 1), (40, 3), (35, 9)])
def test_contributions_of_every_dimension_add_up_to_the_difference(start: int, days: int) -> None:
    rows = make_frame(60)
    first = date(2025, 3, 1) + timedelta(days=start)
    last = first + timedelta(days=days - 1)
    found = explain_difference(rows, first, last, DIMENSIONS, currency="USD")
    # the difference by hand, day by day
    per_day = rows.groupby("charge_date")["cost"].sum()
    expected = 0.0
    for at in pd.date_range(first, last):
        same = [first - timedelta(days=back) for back in range(1, 29)]
        before = [per_day[pd.Timestamp(one)] for one in same if one.weekday() == at.weekday()]
        expected += per_day[at] - sum(before) / 4
    assert found.difference == pytest.approx(expected)
    for dimension in DIMENSIONS:
        parts = [cause for cause in found.causes if cause.dimension == dimension]
        assert sum(cause.contribution for cause in parts) == pytest.approx(expected)
        assert sum(cause.share for cause in parts) == pytest.approx(1)
    usage = [cause.value for cause in found.causes if cause.dimension == "x_usage_type"]
    assert len(usage) == 6 and usage[-1] == "(other)"


def test_the_baseline_is_the_same_weekday() -> None:
    days = pd.date_range("2025-03-01", periods=29)
    cost = np.where(days.day_of_week >= 5, 10.0, 100.0)
    cost[28] = 50.0  # a Saturday
    rows = pd.DataFrame({"charge_date": days, "cost": cost, "region_id": "eu"})
    found = explain_difference(rows, date(2025, 3, 29), date(2025, 3, 29), ["region_id"], currency="EUR")
    assert found.difference == pytest.approx(40)
    assert found.top_cause == "region eu: +40.00 EUR (100 % of +40.00)"


def test_days_of_other_anomalies_are_left_out_when_others_remain() -> None:
    start = date(2025, 3, 29)
    weeks = [start - timedelta(days=7 * back) for back in (1, 2, 3, 4)]
    weight = weigh_days(start, start, start - timedelta(days=1), skip_days=weeks[:1])
    assert weight == {start: 1.0} | dict.fromkeys(weeks[1:], pytest.approx(-1 / 3))
    weight = weigh_days(start, start, start - timedelta(days=1), skip_days=weeks)
    assert weight == {start: 1.0} | dict.fromkeys(weeks, -0.25)


def test_what_pulled_the_other_way_is_not_the_top_cause() -> None:
    days = pd.date_range("2025-03-01", periods=29)
    down = np.full(29, 100.0)
    down[28] = 0.0
    up = np.full(29, 10.0)
    up[28] = 300.0
    rows = pd.concat(
        [
            pd.DataFrame({"charge_date": days, "cost": down, "region_id": "old"}),
            pd.DataFrame({"charge_date": days, "cost": up, "region_id": "new"}),
        ]
    )
    found = explain_difference(rows, date(2025, 3, 29), date(2025, 3, 29), ["region_id"], currency="USD")
    assert found.difference == pytest.approx(190)
    assert [(cause.value, round(cause.contribution)) for cause in found.causes] == [("new", 290), ("old", -100)]
    assert found.top_cause.startswith("region new: +290.00 USD")
