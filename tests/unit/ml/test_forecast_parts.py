"""The parts of the forecast engine, each against figures worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from ml.forecast.engine import extend, stack_histories
from ml.forecast.models.calendar import find_easter, is_holiday, list_calendar_features
from ml.forecast.models.combine import find_weights
from ml.forecast.models.linear import Window, predict_linear
from ml.forecast.models.plan import make_plan
from ml.forecast.models.simple import average_seasons, follow_last_year, repeat_season, smooth_intermittent
from ml.forecast.models.smoothing import smooth
from ml.forecast.reconcile import list_members, reconcile, share_gap


def test_easter_and_the_holidays_most_countries_share() -> None:
    known = {2019: "04-21", 2024: "03-31", 2025: "04-20", 2026: "04-05", 2038: "04-25"}
    assert {year: str(find_easter(year))[5:] for year in known} == known
    days = np.arange(np.datetime64("2024-12-20"), np.datetime64("2025-05-03"))
    found = [str(day) for day in days[is_holiday(days)]]
    assert found == ["2024-12-24", "2024-12-25", "2024-12-26", "2024-12-31", "2025-01-01", "2025-04-18", "2025-04-21",
                     "2025-05-01"]  # fmt: skip


def test_calendar_features_of_two_days() -> None:
    # 29 February 2024 was a Thursday and the month's last day; 1 January 2025 a Wednesday
    features = list_calendar_features(np.array(["2024-02-29", "2025-01-01"], dtype="datetime64[D]"))
    assert [list(one) for one in features] == [[3, 2], [29, 1], [0, 30], [2, 1], [0, 1]]


def test_seasons_follow_from_the_frequency_and_the_length() -> None:
    assert make_plan([900] * 3, 48, 24, "h").seasons == (24, 168)
    assert make_plan([400] * 3, 48, 24, "H").seasons == (24,)
    assert make_plan([400] * 3, 28, 7, "D").seasons == (7,) and make_plan([400] * 3, 28, 7, "D").year == 0
    assert make_plan([800] * 3, 28, 7, "D").year == 365
    assert make_plan([2200] * 3, 96, 96, "15min").seasons == (96, 672)
    assert make_plan([10], 90, 7, "D").horizon == 3


@pytest.mark.parametrize("length", [1, 2, 5, 14, 30, 100, 395, 1500])
def test_origins_lie_inside_the_history(length: int) -> None:
    plan = make_plan([length], 28, 7, "D")
    assert all(0 < origin < plan.width for origin in plan.origins)
    assert list(plan.origins) == sorted(set(plan.origins))


def test_simple_models_do_what_they_say() -> None:
    values = np.array([[1.0, 2.0, 3.0, 5.0, 8.0, 7.0]])
    assert repeat_season(values, 4, 3).tolist() == [[5, 8, 7, 5]]
    assert average_seasons(values, 4, 3, 4).tolist() == [[3, 5, 5, 3]]
    # a level of 10, then of 14, with the same rhythm of three: last year's phase plus 4
    rhythm = np.tile([-1.0, 0.0, 1.0], 12)
    level = np.where(np.arange(36) < 24, 10.0, 14.0)
    assert follow_last_year((rhythm + level)[None], 3, 18, 3).tolist() == [[13, 14, 15]]


def test_intermittent_methods_by_hand() -> None:
    # charges of 10 every fourth period: size 10, interval 4; Syntetos and Boylan take 5 % off
    croston, falling = smooth_intermittent(np.tile([0.0, 0.0, 0.0, 10.0], 30)[None], 2, [120])
    assert croston[0, 0].tolist() == pytest.approx([0.95 * 10 / 4] * 2)
    assert falling[0, 0, 0] == pytest.approx(2.5, rel=0.2)
    # nothing for 40 periods more: only the second gives it up
    values = np.concatenate([np.tile([0.0, 0.0, 0.0, 10.0], 30), np.zeros(40)])[None]
    croston, falling = smooth_intermittent(values, 1, [160])
    assert croston[0, 0, 0] == pytest.approx(2.375) and falling[0, 0, 0] < 0.05


def test_smoothing_goes_on_with_a_season() -> None:
    season = np.tile([5.0, -5.0, 0.0, 3.0, -3.0, 2.0, -2.0], 21)
    values = (100 + season[:140])[None]
    holt, theta = smooth(values, 7, 7, [139, 140])
    assert np.allclose(holt[1, 0], 100 + season[140:147], atol=1e-6)
    # half the slope of a line through whole weeks and none besides
    assert np.allclose(theta[1, 0], 100 + season[140:147], atol=0.01)
    # an origin sees nothing that comes after it
    changed = values.copy()
    changed[0, 139] = 1e6
    assert smooth(changed, 7, 7, [139])[0].tolist() == holt[:1].tolist()


def test_the_linear_model_sees_nothing_after_its_origin() -> None:
    rng = np.random.default_rng(1)
    values = np.tile([5.0, 1.0, 2.0], 40)[None] + rng.normal(0, 0.1, (3, 120))
    first = predict_linear(values, 6, Window(9, 3), [90], 90)
    values[:, 90:] = 1e6
    assert predict_linear(values, 6, Window(9, 3), [90], 90).tolist() == first.tolist()
    assert np.allclose(first[:, 0, 0], np.tile([5.0, 1.0, 2.0], 2), atol=0.5)


def test_weights_favour_what_was_right_and_skip_what_cannot() -> None:
    errors = np.array([[[1.0, 1.0]], [[2.0, np.nan]], [[4.0, 2.0]]])
    available = np.ones((3, 2, 5))
    weights = find_weights(errors, available, 1.0, 0.0)
    # inverse errors 1, 1/2, 1/4 and 1, none, 1/2
    assert weights[0].tolist() == pytest.approx([4 / 7, 2 / 7, 1 / 7])
    assert weights[1].tolist() == pytest.approx([2 / 3, 0, 1 / 3])
    available[0, 0] = np.nan
    assert find_weights(errors, available, 1.0, 0.0)[0].tolist() == pytest.approx([0, 2 / 3, 1 / 3])


def test_reconciled_children_add_up_and_the_surest_move_least() -> None:
    children = pd.DataFrame({"billing_currency": "USD", "provider": ["a", "a", "b"]})
    parents = pd.DataFrame({"billing_currency": ["USD", "USD", "EUR"], "provider": ["", "a", ""]})
    members = list_members(parents, [(), ("provider",), ()], children)
    assert members.toarray().tolist() == [[1, 1, 1], [1, 1, 0], [0, 0, 0]]
    # the parent says 12 where its children say 9; errors of 1 and 2 take the 3 as 1 : 4, without error none
    part = list_members(parents.iloc[:1], [()], children)
    found = reconcile(np.array([[12.0]]), np.array([[2.0], [3.0], [4.0]]), part, np.zeros(1), np.array([1.0, 2.0, 0.0]))
    assert found[:, 0].tolist() == pytest.approx([2.6, 5.4, 4.0])
    same = reconcile(np.array([[9.0]]), np.array([[2.0], [3.0], [4.0]]), part, np.ones(1), np.ones(3))
    assert same[:, 0].tolist() == [2, 3, 4]
    shared = share_gap(np.array([[1.0], [2.0]]), np.array([8.0]), np.array([1.0, 2.0]))
    assert shared[:, 0].tolist() == pytest.approx([2, 6])


def test_beyond_the_back_test_the_last_weeks_go_on() -> None:
    mean = np.arange(1.0, 9.0)[None]
    assert extend(mean, 5, 2).tolist() == [[1, 2, 3, 4, 5]]
    # the mean of four seasons of two: 1, 3, 5, 7 and 2, 4, 6, 8
    assert extend(mean, 11, 2)[0, 8:].tolist() == [4, 5, 4]


def test_short_and_long_histories_end_together() -> None:
    stacked = stack_histories([np.array([1.0, 2.0, 3.0]), np.array([9.0])], 2)
    assert np.array_equal(stacked, np.array([[2, 3], [np.nan, 9]]), equal_nan=True)
