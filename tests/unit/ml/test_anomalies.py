from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml.anomaly.costs import detect_anomalies
from ml.anomaly.incidents import rate_severity
from ml.anomaly.settings import AnomalySettings
from ml.anomaly.tables import ANOMALY_COLUMNS
from ml.errors import AnalyticsInputError
from tests.unit.ml.detection import day, detect
from tests.unit.ml.rows import make_rows, make_weekly


def test_a_spike_is_one_anomaly_on_its_day_with_its_money() -> None:
    costs = make_weekly(120, noise=0.005)
    costs[100] += 800
    found = detect(make_rows(costs)).anomalies
    assert list(found.columns) == list(ANOMALY_COLUMNS)
    assert len(found) == 1
    one = found.iloc[0]
    assert (one["kind"], one["direction"], one["start_date"], one["end_date"]) == ("spike", "up", day(100), day(100))
    assert one["actual_cost"] == pytest.approx(costs[100])
    # day 100 is a Friday: 1000 on other weeks
    assert one["expected_cost"] == pytest.approx(1000, rel=0.02)
    assert one["impact_cost"] == pytest.approx(one["actual_cost"] - one["expected_cost"])
    assert one["impact_percent"] == pytest.approx(80, abs=3)
    assert one["lower_cost"] < one["expected_cost"] < one["upper_cost"] < one["actual_cost"]
    assert one["severity"] == "medium"


@pytest.mark.parametrize("at", range(60, 67))
def test_spikes_are_found_on_every_day_of_the_week(at: int) -> None:
    costs = make_weekly(100, noise=0.03, seed=at)
    costs[at] *= 1.5
    found = detect(make_rows(costs)).anomalies
    assert found["start_date"].tolist() == [day(at)]


def test_days_in_a_row_are_one_anomaly() -> None:
    costs = make_weekly(120, noise=0.01)
    costs[100:104] *= 2
    found = detect(make_rows(costs)).anomalies
    assert found[["start_date", "end_date", "days"]].to_numpy().tolist() == [[day(100), day(103), 4]]
    assert found["actual_cost"].iloc[0] == pytest.approx(costs[100:104].sum())


def test_a_stopped_service_is_a_drop_and_its_silence_becomes_normal() -> None:
    costs = make_weekly(150, noise=0.01)
    costs[100:] = 0
    found = detect(make_rows(costs)).anomalies
    assert found[["kind", "direction", "start_date", "days"]].to_numpy().tolist() == [
        ["service_stopped", "down", day(100), 7]
    ]


def test_a_new_level_is_a_shift_once_and_going_back_is_no_news() -> None:
    costs = make_weekly(160, noise=0.01)
    costs[100:120] *= 1.6
    found = detect(make_rows(costs)).anomalies
    assert found[["kind", "start_date", "days"]].to_numpy().tolist() == [["level_shift", day(100), 7]]
    assert detect(make_rows(costs), shift_days=10).anomalies["days"].tolist() == [10]


def test_a_shift_down_is_a_shift() -> None:
    costs = make_weekly(150, noise=0.01)
    costs[100:] *= 0.5
    found = detect(make_rows(costs)).anomalies
    assert found[["kind", "direction", "start_date"]].to_numpy().tolist() == [["level_shift", "down", day(100)]]


def test_a_new_service_is_told_once() -> None:
    rows = pd.concat([make_rows(make_weekly(120)), make_rows([300] * 40, start="2025-03-22", service_name="SageMaker")])
    found = detect(rows).anomalies
    assert found[["service_name", "kind", "start_date"]].to_numpy().tolist() == [["SageMaker", "new_service", day(80)]]
    assert np.isnan(found["impact_percent"].iloc[0])
    assert found["impact_cost"].iloc[0] == 7 * 300


def test_a_service_there_from_the_start_is_not_new() -> None:
    assert len(detect(make_rows([400] * 60)).anomalies) == 0


def test_a_slow_leak_is_found() -> None:
    costs = make_weekly(200, noise=0.01)
    costs[100:] *= 1 + 0.012 * np.arange(100)
    found = detect(make_rows(costs)).anomalies
    leaks = found[found["kind"] == "slow_leak"]
    assert len(leaks) == 1
    assert day(100) < leaks["start_date"].iloc[0] < day(150)


def test_growth_as_usual_is_no_leak() -> None:
    found = detect(make_rows(make_weekly(300, noise=0.01) * np.exp(0.004 * np.arange(300)))).anomalies
    assert len(found) == 0


def test_month_start_fees_and_credits_are_no_anomaly() -> None:
    parts = [make_rows(make_weekly(150))]
    for month in range(1, 6):
        for category, frequency, cost in (
            ("Purchase", "Recurring", 9000), ("Tax", "One-Time", 2000), ("Credit", "One-Time", -5000),
            ("Usage", "Recurring", 4000),
        ):  # fmt: skip
            fields = {"charge_category": category, "charge_frequency": frequency}
            parts.append(make_rows([cost], start=f"2025-0{month}-01", **fields))
    assert len(detect(pd.concat(parts)).anomalies) == 0


def test_a_monthly_habit_of_usage_is_expected_the_third_time() -> None:
    costs = make_weekly(200, noise=0.01)
    firsts = [n for n in range(200) if day(n).day == 1]
    costs[firsts] += 600
    found = detect(make_rows(costs)).anomalies
    # January is not judged yet; February and March are the two that make the habit
    assert found["start_date"].tolist() == [date(2025, 2, 1), date(2025, 3, 1)]
    costs[firsts[-1]] += 2000
    assert len(detect(make_rows(costs)).anomalies) == 3


def test_a_quiet_year_is_quiet() -> None:
    noises = (0.01, 0.03, 0.06, 0.1)
    rows = pd.concat(
        make_rows(make_weekly(365, noise=noises[seed % 4], seed=seed), service_name=f"s{seed}") for seed in range(100)
    )
    per_series = detect(rows).anomalies.groupby("service_name").size()
    assert per_series.sum() <= 10
    assert per_series.max() <= 2


def test_heavy_tails_are_at_most_one_alarm_a_year() -> None:
    rng = np.random.default_rng(3)
    rows = pd.concat(
        make_rows(make_weekly(365, noise=0) * np.exp(0.05 * rng.standard_t(4, 365)), service_name=f"s{number}")
        for number in range(40)
    )
    assert len(detect(rows).anomalies) <= 40


def test_later_days_never_change_a_verdict() -> None:
    rng = np.random.default_rng(8)
    parts = []
    for number in range(6):
        costs = make_weekly(220, noise=0.04, seed=number)
        for at in rng.integers(30, 210, 6):
            costs[at : at + int(rng.integers(1, 15))] *= rng.choice([0.0, 0.4, 1.8, 3.0])
        parts.append(make_rows(costs, service_name=f"s{number}"))
    parts.append(make_rows([500] * 100, start="2025-04-20", service_name="late"))
    rows = pd.concat(parts)
    whole = detect(rows).verdicts
    assert whole["is_anomaly"].sum() > 50
    for cut in (60, 93, 120, 151, 199):
        part = rows[rows["charge_date"] <= day(cut)]
        early = detect(part).verdicts
        same = whole[whole["charge_date"] <= day(cut)]
        same = same[same["unique_id"].isin(early["unique_id"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(early, same)


def test_ids_stay_while_an_anomaly_grows() -> None:
    costs = make_weekly(120, noise=0.01)
    costs[100:] *= 2
    rows = make_rows(costs)
    ids, kinds = set(), []
    for end in (100, 101, 104, 108, 119):
        found = detect(rows[rows["charge_date"] <= day(end)]).anomalies
        ids |= set(found["anomaly_id"])
        kinds.append(found["kind"].iloc[0])
    assert len(ids) == 1
    assert kinds == ["spike", "spike", "spike", "level_shift", "level_shift"]


def test_each_threshold_is_needed() -> None:
    costs = make_weekly(120, noise=0.01)
    costs[100] += 300
    rows = make_rows(costs)
    assert len(detect(rows).anomalies) == 1
    assert len(detect(rows, min_amount=400).anomalies) == 0
    assert len(detect(rows, min_amount_by_currency={"USD": 400}).anomalies) == 0
    assert len(detect(rows, min_amount_by_currency={"JPY": 400}).anomalies) == 1
    assert len(detect(rows, min_percent=50).anomalies) == 0
    assert len(detect(rows, min_surprise=60).anomalies) == 0


def test_only_what_ended_lately_is_open() -> None:
    costs = make_weekly(120, noise=0.01)
    costs[90] *= 2
    costs[114] *= 2
    found = detect(make_rows(costs), lookback_days=5).anomalies
    assert found[["start_date", "is_open"]].to_numpy().tolist() == [[day(90), False], [day(114), True]]
    assert not detect(make_rows(costs), lookback_days=4).anomalies["is_open"].any()


def test_a_service_that_works_on_some_days_is_not_alarming() -> None:
    rng = np.random.default_rng(2)
    works = rng.random(300) < 0.25
    assert len(detect(make_rows(np.where(works, rng.uniform(180, 220, 300), 0))).anomalies) <= 1


def test_weekly_jobs_are_expected() -> None:
    costs = np.where((np.arange(200) + 2) % 7 == 0, 2000.0, 0.0)
    assert len(detect(make_rows(costs)).anomalies) == 0


def test_order_does_not_matter_and_the_input_stays() -> None:
    costs = make_weekly(120)
    costs[100] *= 3
    rows = make_rows(costs)
    before = rows.copy()
    shuffled = rows.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(detect(rows).anomalies, detect(shuffled).anomalies)
    pd.testing.assert_frame_equal(rows, before)


@pytest.mark.parametrize("costs", [[], [5.0], [0.0] * 90, [3.0] * 27, [-100.0] * 60])
def test_little_or_nothing_to_judge_is_fine(costs: list[float]) -> None:
    rows = make_rows(costs)
    result = detect_anomalies(rows, date(2025, 6, 1))
    assert len(result.anomalies) == 0
    assert list(result.anomalies.columns) == list(ANOMALY_COLUMNS)


def test_one_usage_type_that_explains_its_service_is_named() -> None:
    calm = make_rows(make_weekly(120, level=500, noise=0.005), region_id="eu-west-1", x_usage_type="BoxUsage")
    costs = make_weekly(120, level=500, noise=0.005, seed=1)
    costs[100] += 700
    rows = pd.concat([calm, make_rows(costs, region_id="us-east-1", x_usage_type="GPUUsage")])
    found = detect(rows).anomalies
    assert found[["scope_level", "region_id", "x_usage_type"]].to_numpy().tolist() == [
        ["usage_type", "us-east-1", "GPUUsage"]
    ]
    assert found["actual_cost"].iloc[0] == pytest.approx(costs[100])


def test_opposite_moves_inside_a_service_are_both_told() -> None:
    up, down = make_weekly(120, level=500, noise=0.005), make_weekly(120, level=500, noise=0.005, seed=1)
    up[100:] += 200
    down[100:] -= 200
    rows = pd.concat([make_rows(up, x_usage_type="new disks"), make_rows(down, x_usage_type="old disks")])
    found = detect(rows).anomalies
    reported = found[["x_usage_type", "direction", "start_date"]].to_numpy().tolist()
    assert sorted(reported) == [["new disks", "up", day(100)], ["old disks", "down", day(100)]]
    assert len(set(found["anomaly_id"])) == 2


def test_a_line_in_a_name_does_not_make_two_anomalies_one() -> None:
    parts = []
    for number, (region, usage, move) in enumerate([("a|b", "c", 200), ("a", "b|c", 200), ("a", "d", -400)]):
        costs = make_weekly(120, level=900, noise=0.002, seed=number)
        costs[100] += move
        parts.append(make_rows(costs, region_id=region, x_usage_type=usage))
    found = detect(pd.concat(parts)).anomalies
    reported = found[["region_id", "x_usage_type", "direction"]].to_numpy().tolist()
    assert sorted(reported) == [["a", "b|c", "up"], ["a", "d", "down"], ["a|b", "c", "up"]]


def test_opposite_moves_of_two_services_are_both_told() -> None:
    up, down = make_weekly(120, noise=0.005), make_weekly(120, noise=0.005, seed=1)
    up[100] += 400
    down[100] -= 400
    rows = pd.concat([make_rows(up, service_name="A"), make_rows(down, service_name="B")])
    assert sorted(detect(rows).anomalies[["service_name", "direction"]].to_numpy().tolist()) == [
        ["A", "up"], ["B", "down"]
    ]  # fmt: skip


def test_the_same_move_of_many_services_is_one_incident_of_their_account() -> None:
    parts = []
    for number in range(4):
        costs = make_weekly(120, level=300, noise=0.005, seed=number)
        costs[100:103] *= 1.6
        parts.append(make_rows(costs, service_name=f"s{number}"))
    found = detect(pd.concat(parts)).anomalies
    assert found[["scope_level", "service_name", "start_date"]].to_numpy().tolist() == [["account", "", day(100)]]
    whole = pd.concat(parts)
    inside = whole[whole["charge_date"].between(day(100), day(102))]
    assert found["actual_cost"].iloc[0] == pytest.approx(inside["effective_cost"].sum())


def test_the_same_move_of_a_service_in_many_accounts_is_one_incident_of_the_service() -> None:
    parts = []
    for number in range(3):
        costs = make_weekly(120, level=300, noise=0.005, seed=number)
        costs[100] *= 2
        parts.append(make_rows(costs, sub_account_id=f"a{number}"))
    found = detect(pd.concat(parts)).anomalies
    assert found[["scope_level", "service_name", "sub_account_id"]].to_numpy().tolist() == [["service", "EC2", ""]]


def test_what_no_service_shows_is_told_of_the_account() -> None:
    parts = []
    for number in range(30):
        costs = make_weekly(120, level=100, noise=0.01, seed=number)
        costs[100] += 25
        parts.append(make_rows(costs, service_name=f"s{number:02}"))
    found = detect(pd.concat(parts)).anomalies
    assert found[["scope_level", "start_date"]].to_numpy().tolist() == [["account", day(100)]]
    assert found["impact_cost"].iloc[0] == pytest.approx(750, rel=0.05)


def test_a_new_region_and_a_new_usage_type_are_told_apart() -> None:
    calm = make_rows(make_weekly(120, noise=0.005), region_id="eu", x_usage_type="Box")
    for field, kind in (({"region_id": "us", "x_usage_type": "Box"}, "new_region"),
                        ({"region_id": "eu", "x_usage_type": "GPU"}, "new_usage_type")):  # fmt: skip
        found = detect(pd.concat([calm, make_rows([300.0] * 20, start="2025-04-11", **field)])).anomalies
        assert found[["kind", "start_date"]].to_numpy().tolist() == [[kind, date(2025, 4, 11)]]


def test_a_steady_rise_is_one_incident() -> None:
    costs = make_weekly(160, level=300, noise=0.005)
    costs[100:130] += 20 * np.arange(1, 31)
    found = detect(make_rows(costs[:130])).anomalies
    assert len(found) == 1
    assert found["kind"].iloc[0] == "trend_break" and found["end_date"].iloc[0] > day(110)


def test_a_new_level_keeps_the_weeks_rhythm() -> None:
    costs = make_weekly(180, noise=0.005)
    costs[:] *= np.where(np.arange(180) % 7 == 2, 1.4, 1.0)
    costs[100:] *= 1.5
    assert len(detect(make_rows(costs)).anomalies) == 1


def test_cheaper_by_a_commitment_is_no_anomaly_and_losing_it_is() -> None:
    costs = make_weekly(160, noise=0.005)
    rows = make_rows(costs).assign(contracted_cost=costs)
    covered = rows["charge_date"].between(day(60), day(119))
    rows.loc[covered, "effective_cost"] *= 0.6
    found = detect(rows).anomalies
    assert found[["kind", "direction", "start_date"]].to_numpy().tolist() == [["coverage_loss", "up", day(120)]]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_cost_that_is_no_number_is_an_error(bad: float) -> None:
    rows = make_rows(make_weekly(60))
    rows.loc[30, "effective_cost"] = bad
    with pytest.raises(AnalyticsInputError, match=r"not a finite number|empty"):
        detect(rows)


def test_repeated_rows_are_parts_of_one_amount() -> None:
    costs = make_weekly(120, noise=0.005)
    costs[100] *= 2
    halves = pd.concat([make_rows(costs / 2), make_rows(costs / 2)])
    one, two = detect(make_rows(costs)).anomalies, detect(halves).anomalies
    assert two["actual_cost"].tolist() == pytest.approx(one["actual_cost"].tolist())


@pytest.mark.parametrize(
    ("impact", "severity"), [(499.99, "low"), (-500, "medium"), (2500, "high"), (-10000, "critical")]
)
def test_severity_follows_the_money(impact: float, severity: str) -> None:
    assert rate_severity(impact, AnomalySettings()) == severity


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_amount": 0},
        {"min_surprise": -1},
        {"warmup_days": 3},
        {"shift_days": 1},
        {"severity_amounts": (3, 2, 1)},
    ],
)
def test_senseless_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(AnalyticsInputError):
        AnomalySettings(**wrong)
