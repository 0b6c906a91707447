import re
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from ml.errors import AnalyticsInputError
from ml.forecast.accuracy import find_drop, keep_history, score_history
from ml.forecast.costs import FORECAST_COLUMNS, ForecastSettings, forecast_costs
from ml.forecast.events import ForecastEvent
from ml.forecast.outliers import split_outliers
from tests.unit.ml.rows import last_day, make_rows, make_weekly


def forecast_service(rows: pd.DataFrame, days: int = 90) -> pd.DataFrame:
    settings = ForecastSettings(horizon_days=days)
    result = forecast_costs(rows, last_day(rows), levels=["service"], settings=settings, default_immature_days=0)
    assert len(result.skipped) == 0
    return result.forecasts


def test_the_week_goes_on() -> None:
    rows = make_rows(make_weekly(200, noise=0.01))
    made = forecast_service(rows)
    assert list(made.columns) == list(FORECAST_COLUMNS)
    assert made["forecast_date"].tolist() == [last_day(rows) + timedelta(days=1 + n) for n in range(90)]
    weekend = np.array([day.weekday() >= 5 for day in made["forecast_date"]])
    truth = np.where(weekend, 700.0, 1000.0)
    assert (np.abs(made["forecast_cost"] - truth) / truth).max() < 0.03
    assert made["backtest_wape"].iloc[0] < 0.02


def test_intervals_nest_and_hold_the_future() -> None:
    inside: dict[int, list[float]] = {80: [], 95: []}
    all_costs = [make_weekly(290, noise=0.05, seed=seed) for seed in range(8)]
    all_made = forecast_service(
        pd.concat([make_rows(costs[:200], service_name=f"s{n}") for n, costs in enumerate(all_costs)])
    )
    for number, costs in enumerate(all_costs):
        made = all_made[all_made["service_name"] == f"s{number}"]
        assert (made["lower_95"] <= made["lower_80"]).all() and (made["lower_80"] <= made["forecast_cost"]).all()
        assert (made["forecast_cost"] <= made["upper_80"]).all() and (made["upper_80"] <= made["upper_95"]).all()
        for level, found in inside.items():
            found.append(np.mean((costs[200:] >= made[f"lower_{level}"]) & (costs[200:] <= made[f"upper_{level}"])))
    assert np.mean(inside[80]) > 0.7
    assert np.mean(inside[95]) > 0.88


@pytest.mark.parametrize(
    ("costs", "expected", "model"),
    [([5.0] * 60, 5.0, "Constant"), ([0.0] * 60, 0.0, "Ended"), ([9.0] * 40 + [0.0] * 30, 0.0, "Ended")],
)
def test_what_does_not_change_is_certain(costs: list[float], expected: float, model: str) -> None:
    made = forecast_service(make_rows(costs))
    assert set(made["model"]) == {model}
    for column in ("forecast_cost", "lower_95", "upper_95"):
        assert made[column].tolist() == [expected] * 90


def test_ten_days_are_forecast_near_their_mean_and_with_doubt() -> None:
    made = forecast_service(make_rows([10, 12, 14, 10, 12, 14, 10, 12, 14, 12]))
    assert np.allclose(made["forecast_cost"], 12, atol=1)
    # what is known varies by 2 around 12: an interval that is narrower than that, or ten times as wide, is wrong
    assert (made["upper_95"].iloc[:7] > 13).all() and (made["upper_95"].iloc[:7] < 32).all()


@pytest.mark.parametrize("days", [14, 20, 28, 40, 56, 83, 84])
def test_every_length_of_history_gives_a_finite_forecast(days: int) -> None:
    made = forecast_service(make_rows(make_weekly(days)))
    assert len(made) == 90
    assert np.isfinite(made[["forecast_cost", "lower_95", "upper_95"]].to_numpy()).all()
    assert made["forecast_cost"].between(500, 1200).all()


def test_too_short_a_history_is_skipped_with_a_reason() -> None:
    rows = make_rows([1, 2, 3])
    result = forecast_costs(rows, last_day(rows), levels=["total"], default_immature_days=0)
    assert len(result.forecasts) == 0
    assert result.skipped.to_dict("records") == [{"unique_id": "total|USD", "reason": "3 day(s) of cost, 7 are needed"}]


def test_negative_costs_are_kept_negative() -> None:
    made = forecast_service(make_rows(-make_weekly(120)))
    assert (made["forecast_cost"] < -600).all()


def test_usage_never_falls_below_zero() -> None:
    made = forecast_service(make_rows(np.maximum(make_weekly(120) - np.arange(120) * 8, 1)))
    assert (made["forecast_cost"] >= 0).all() and (made["lower_95"] >= 0).all()


def test_a_monthly_fee_comes_on_its_day_with_its_mean() -> None:
    usage = make_rows([10.0] * 110)
    fees = [
        make_rows([cost], start=f"2025-{month:02d}-03", charge_category="Tax", charge_frequency="Recurring")
        for month, cost in ((1, 300), (2, 330), (3, 360), (4, 360))
    ]
    made = forecast_service(pd.concat([usage, *fees])).set_index("forecast_date")["forecast_cost"]
    # until 2025-04-20: the complete months are January to March
    fee_days = {date(2025, 5, 3): 330, date(2025, 6, 3): 330, date(2025, 7, 3): 330}
    assert {day: round(cost, 6) for day, cost in made.items() if cost != 10} == {d: c + 10 for d, c in fee_days.items()}


def test_a_fee_that_came_this_month_does_not_come_again() -> None:
    usage = make_rows([10.0] * 95)
    fees = [
        make_rows([300], start=f"2025-0{month}-{day:02d}", charge_category="Tax", charge_frequency="Recurring")
        for month, day in ((1, 10), (2, 10), (3, 10), (4, 4))
    ]
    made = forecast_service(pd.concat([usage, *fees]), days=30).set_index("forecast_date")["forecast_cost"]
    assert made[date(2025, 4, 10)] == pytest.approx(10)


def test_a_purchase_is_never_repeated() -> None:
    bought = [
        make_rows([9000], start=f"2025-0{month}-05", charge_category="Purchase", charge_frequency="One-Time")
        for month in (1, 2, 3)
    ]
    made = forecast_service(pd.concat([make_rows([10.0] * 100), *bought]))
    assert np.allclose(made["forecast_cost"], 10)


def test_charges_of_every_day_stay_on_every_day() -> None:
    daily = make_rows([3.0] * 100, charge_frequency="Recurring")
    made = forecast_service(pd.concat([make_rows([10.0] * 100), daily]), days=60)
    may = made[[day.month == 5 for day in made["forecast_date"]]]["forecast_cost"].sum()
    # January to March have 90 days of 3, a month 90 of them on the mean
    assert may == pytest.approx(31 * 10 + 90)


def test_one_peak_does_not_bend_the_forecast() -> None:
    costs = make_weekly(200, noise=0.01)
    clean = forecast_service(make_rows(costs))["forecast_cost"]
    costs[190] *= 20
    peak = forecast_service(make_rows(costs))["forecast_cost"]
    assert (np.abs(peak - clean) / clean).max() < 0.03


def test_peaks_of_every_month_start_come_again() -> None:
    costs = make_weekly(200, noise=0.01)
    firsts = [n for n, day in enumerate(pd.date_range("2025-01-01", periods=200)) if day.day == 1]
    costs[firsts] += 5000
    made = forecast_service(make_rows(costs)).set_index("forecast_date")["forecast_cost"]
    assert made[date(2025, 8, 1)] == pytest.approx(6000, rel=0.05)
    assert made[date(2025, 8, 4)] == pytest.approx(1000, rel=0.05)


def test_outliers_and_the_rest_add_up() -> None:
    costs = make_weekly(100)
    costs[50] += 4000
    normal, excess = split_outliers(costs)
    assert np.allclose(normal + excess, costs)
    assert np.flatnonzero(excess).tolist() == [50]
    step = make_weekly(100)
    step[60:] *= 3
    assert not split_outliers(step)[1][:97].any()


def test_the_same_rows_in_any_order_give_the_same_forecast() -> None:
    rows = pd.concat(
        [make_rows(make_weekly(100, seed=1)), make_rows(make_weekly(100, seed=2), service_name="S3")],
        ignore_index=True,
    )
    first = forecast_costs(rows, last_day(rows))
    second = forecast_costs(rows.sample(frac=1, random_state=5), last_day(rows))
    pd.testing.assert_frame_equal(first.forecasts, second.forecasts)
    assert first.forecasts["forecast_id"].is_unique
    assert set(first.forecasts["scope_level"]) == {"total", "provider", "account", "service"}
    # two immature days are forecast too
    assert first.forecasts.groupby("unique_id").size().tolist() == [92] * 5
    wide = first.forecasts.pivot(index="forecast_date", columns="unique_id", values="forecast_cost")
    for whole, parts in (
        ("total|USD", ["provider|USD|AWS"]),
        ("provider|USD|AWS", ["account|USD|AWS|111"]),
        ("account|USD|AWS|111", ["service|USD|AWS|EC2", "service|USD|AWS|S3"]),
    ):
        assert np.allclose(wide[whole], wide[parts].sum(axis=1), rtol=1e-12)


def test_the_random_state_of_the_caller_is_left_alone() -> None:
    np.random.seed(4)
    expected = np.random.random()
    np.random.seed(4)
    forecast_service(make_rows(make_weekly(100)))
    assert np.random.random() == expected


def test_a_horizon_of_nothing_is_refused() -> None:
    with pytest.raises(AnalyticsInputError, match="horizon"):
        forecast_costs(make_rows([1]), date(2025, 1, 1), settings=ForecastSettings(horizon_days=0))


def test_teams_add_up_to_the_total() -> None:
    parts = [make_rows(make_weekly(90, seed=n), service_name=f"s{n}", x_team=f"t{n % 2}", x_environment="prod")
             for n in range(3)]  # fmt: skip
    rows = pd.concat(parts, ignore_index=True)
    made = forecast_costs(rows, last_day(rows), levels=["total", "team"], default_immature_days=0).forecasts
    by_day = made.groupby(["scope_level", "forecast_date"])["forecast_cost"].sum().unstack(0)
    assert np.allclose(by_day["team"], by_day["total"], rtol=1e-12)
    assert sorted(made["x_team"].unique()) == ["", "t0", "t1"]


def test_known_changes_are_laid_on_and_add_up() -> None:
    rows = pd.concat([make_rows([10.0] * 120), make_rows([30.0] * 120, service_name="S3")], ignore_index=True)
    rows["commitment_saving"] = np.where(rows["service_name"] == "EC2", 4.0, 0.0)
    start, end = last_day(rows) + timedelta(days=11), last_day(rows) + timedelta(days=20)
    events = [
        ForecastEvent("half", start, end, (("service", "S3"),), percent=-50),
        ForecastEvent("fee", start, end, (("provider", "AWS"),), daily_amount=8.0),
        ForecastEvent("plan ends", start, None, (("service", "EC2"),), ends_commitment=True),
        ForecastEvent("elsewhere", start, None, (("provider", "Google Cloud"),), percent=10),
    ]
    result = forecast_costs(rows, last_day(rows), events=events, default_immature_days=0)
    wide = result.forecasts.pivot(index="forecast_date", columns="unique_id", values="forecast_cost")
    # 8 a day is shared 1 : 3, as the usage is
    assert wide["service|USD|AWS|EC2"].tolist() == pytest.approx([10] * 10 + [10 + 2 + 4] * 10 + [14] * 70)
    assert wide["service|USD|AWS|S3"].tolist() == pytest.approx([30] * 10 + [15 + 6] * 10 + [30] * 70)
    assert wide["total|USD"].tolist() == pytest.approx([40] * 10 + [37] * 10 + [44] * 70)
    assert result.unmatched_events == ("elsewhere",)


def test_horizons_count_what_is_spent_already() -> None:
    # 2025-01-01 to 2025-04-20, without noise: April has 30 days, the quarter 91
    found = forecast_costs(make_rows([10.0] * 110), date(2025, 4, 20), levels=["total"], default_immature_days=0)
    table = found.horizons.set_index("horizon")
    assert table["actual_cost"].to_dict() == {"day": 0, "month_end": 200, "quarter_end": 200, "12_months": 0}
    assert table["total_cost"].to_dict() == {"day": 10, "month_end": 300, "quarter_end": 910, "12_months": 3650}


def test_horizons_say_to_which_day_costs_are_counted() -> None:
    # 2025-01-01 to 2025-04-20, of which the last three days are still filling: 17 days of April are known
    found = forecast_costs(make_rows([10.0] * 110), date(2025, 4, 20), levels=["total"], default_immature_days=3)
    month = found.horizons.set_index("horizon").loc["month_end"]
    assert (month["known_until"], month["as_of_date"]) == (date(2025, 4, 17), date(2025, 4, 20))
    assert (month["actual_cost"], month["total_cost"]) == (170, 300)


def test_past_forecasts_are_held_against_what_came() -> None:
    actuals = pd.DataFrame(
        {"unique_id": "a", "charge_date": [date(2025, 1, 2), date(2025, 1, 4)], "cost": [10.0, 20.0]}
    )
    one = {
        "unique_id": "a",
        "scope_level": "total",
        "billing_currency": "USD",
        "model": "m",
        "as_of_date": date(2025, 1, 1),
    }
    history = pd.DataFrame(
        [
            {**one, "forecast_date": date(2025, 1, 2), "days_ahead": 1, "forecast_cost": 11, "lower_80": 10.5,
             "upper_80": 12, "lower_95": 9, "upper_95": 13},
            {**one, "forecast_date": date(2025, 1, 4), "days_ahead": 1, "forecast_cost": 18, "lower_80": 15,
             "upper_80": 21, "lower_95": 14, "upper_95": 22},
            {**one, "forecast_date": date(2025, 1, 8), "days_ahead": 7, "forecast_cost": 18, "lower_80": 15,
             "upper_80": 21, "lower_95": 14, "upper_95": 22},
        ]
    )  # fmt: skip
    found = score_history(history, actuals, date(2025, 1, 5)).to_dict("records")
    # |11 − 10| + |18 − 20| over 30; one of two inside 80 %, both inside 95 %; the third day has not come
    assert len(found) == 1
    assert found[0]["wape"] == pytest.approx(3 / 30) and found[0]["bias"] == pytest.approx(-1 / 30)
    assert (found[0]["forecasts"], found[0]["coverage_80"], found[0]["coverage_95"]) == (2, 0.5, 1.0)


def test_history_keeps_one_forecast_per_scoring_day() -> None:
    rows = make_rows(make_weekly(60))
    made = forecast_costs(rows, last_day(rows), levels=["total"], default_immature_days=0).forecasts
    first = keep_history(pd.DataFrame(), made)
    assert first["days_ahead"].tolist() == [1, 3, 7, 14, 28, 60, 90]
    pd.testing.assert_frame_equal(keep_history(first, made), first)
    assert len(keep_history(first, made.assign(as_of_date=date(2025, 3, 2)))) == 14


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ({"wape": 0.11, "coverage_80": 0.79, "coverage_95": 0.95}, ""),
        ({"wape": 0.19, "coverage_80": 0.80, "coverage_95": 0.95}, "error rose from 10.0% .* to 19.0%"),
        ({"wape": 0.10, "coverage_80": 0.70, "coverage_95": 0.95}, "80 % intervals held 70%"),
        ({"wape": 0.10, "coverage_80": 0.80, "coverage_95": 0.85}, "95 % intervals held 85%"),
    ],
)
def test_a_drop_against_the_last_runs_is_said(run: dict[str, float], message: str) -> None:
    days = pd.date_range("2025-01-01", periods=5).date
    earlier = pd.DataFrame({"as_of_date": days, "wape": 0.1, "coverage_80": 0.8, "coverage_95": 0.95})
    found = find_drop(run, earlier)
    assert re.search(message, found) and bool(found) == bool(message)
    assert find_drop(run, earlier.iloc[:0]) == ""
