import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ml.evaluate.__main__ import main
from ml.evaluate.scores import forecast_naive2, score_mase, score_smape

Rows = Sequence[tuple[str, object, object]]


def write_csv(path: Path, rows: Rows) -> Path:
    pd.DataFrame(rows, columns=["unique_id", "ds", "y"]).to_csv(path, index=False)
    return path


def evaluate(folder: Path, train: Rows, test: Rows, *more: str, season: int = 7, freq: str = "D") -> list[str]:
    a, b = write_csv(folder / "a.csv", train), write_csv(folder / "b.csv", test)
    options = ["--train", str(a), "--test", str(b), "--season", str(season), "--freq", freq]
    return ["forecast", *options, "--out", str(folder / "f.csv"), *more]


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(arguments) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def make_week(days: int, level: float = 100.0) -> list[float]:
    return [level * (0.6 if day % 7 >= 5 else 1.0) for day in range(days)]


def test_scores_are_those_worked_out_by_hand() -> None:
    actual, forecast = np.array([100.0, 50.0, 0.0]), np.array([50.0, 50.0, 0.0])
    # 200·50/150, 0 and nothing against nothing
    assert score_smape(actual, forecast) == pytest.approx(200 / 9)
    # steps of one season: |3−1|, |6−2| → mean 3; errors 50, 0, 0 → mean 50/3
    assert score_mase(actual, forecast, np.array([1.0, 2.0, 3.0, 6.0]), 2) == pytest.approx(50 / 3 / 3)
    assert np.isnan(score_mase(actual, forecast, np.array([5.0, 5.0, 5.0]), 1))
    assert np.isnan(score_mase(actual, forecast, np.array([5.0, 6.0]), 2))


def test_naive2_repeats_a_clear_season_and_nothing_else() -> None:
    season = np.tile([50.0, 100.0, 150.0], 20)
    assert np.allclose(forecast_naive2(season, 6, 3), [50, 100, 150, 50, 100, 150])
    assert forecast_naive2(np.array([3.0, 1.0, 2.0]), 2, 3).tolist() == [2, 2]
    assert forecast_naive2(season, 2, 1).tolist() == [150, 150]


def test_a_perfect_week_is_forecast_without_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = pd.date_range("2025-01-06", periods=126).strftime("%Y-%m-%d")
    week = make_week(126)
    train = [("a", day, y) for day, y in zip(days[:112], week[:112], strict=True)]
    test = [("a", day, y) for day, y in zip(days[112:], week[112:], strict=True)]
    found = run(evaluate(tmp_path, train, test, "--owa", "--levels", "80", "95"), capsys)
    assert found["smape"] == pytest.approx(0, abs=1e-6) and found["series"] == 1 and found["horizon"] == 14
    assert found["mase"] is None and found["mase_undefined"] == 1
    out = pd.read_csv(tmp_path / "f.csv")
    assert list(out.columns) == "unique_id ds forecast lower_80 upper_80 lower_95 upper_95 model".split()
    assert out["forecast"].tolist() == pytest.approx(week[112:])
    assert out["ds"].tolist() == list(days[112:])


def test_order_of_rows_and_numbers_for_dates_change_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(1)
    week = np.array(make_week(140)) + rng.normal(0, 5, 140)
    days = pd.date_range("2025-01-06", periods=140)
    dated = [("s", day.isoformat(), y) for day, y in zip(days, week, strict=True)]
    counted = [("s", number + 17, y) for number, y in enumerate(week)]
    restarted = [("s", number + 1, y) for number, y in enumerate(week[126:])]
    first = run(evaluate(tmp_path, dated[:126], dated[126:]), capsys)
    order = rng.permutation(126)
    shuffled = run(evaluate(tmp_path, [dated[n] for n in order], dated[126:][::-1]), capsys)
    numbers = run(evaluate(tmp_path, counted[:126], counted[126:]), capsys)
    again = run(evaluate(tmp_path, counted[:126], restarted), capsys)
    for found in (shuffled, numbers, again):
        assert {k: v for k, v in found.items() if "seconds" not in k} == {
            k: v for k, v in first.items() if "seconds" not in k
        }


GOOD = [("a", n, 1.0 + n % 3) for n in range(30)]
NEXT = [("a", n, 1.0) for n in range(30, 33)]


@pytest.mark.parametrize(
    ("train", "test", "message"),
    [
        ([*GOOD[:5], ("a", 5, "")], NEXT, r"a\.csv: row 7: y is not a finite number: ''"),
        ([*GOOD[:5], ("a", 5, "inf")], NEXT, r"a\.csv: row 7: y is not a finite number: 'inf'"),
        ([*GOOD, ("a", 3, 1.0)], NEXT, r"a\.csv: row 32: the series has this period already: '3'"),
        (GOOD, [*NEXT, ("b", 30, 1.0)], r"b\.csv: row 5: series 'b' is not in .*a\.csv"),
        (GOOD, [("a", 29, 1.0)], r"b\.csv: row 2: ds '29' of a is not after the training"),
        (GOOD, [("a", "2025-01-01", 1.0)], r"b\.csv: ds must be of the same kind"),
        ([("a", "x", 1.0)], NEXT, r"a\.csv: row 2: ds is neither a whole number nor a timestamp: 'x'"),
        ([("a", 1.5, 1.0)], NEXT, r"a\.csv: row 2: ds is not a whole number: '1\.5'"),
        ([("a", 1, 1.0), ("a", 50, 1.0)], NEXT, r"2 of 50 periods are there; is --freq right"),
        ([], NEXT, r"a\.csv: has no rows"),
    ],
)
def test_bad_input_is_named(
    train: Rows, test: Rows, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(evaluate(tmp_path, train, test)) == 2
    printed = capsys.readouterr().err
    assert re.search(message, printed), printed


@pytest.mark.parametrize(
    ("values", "expected"),
    [([5.0] * 60, 5.0), ([0.0] * 60, 0.0), ([7.0], 7.0), ([-4.0] * 60, -4.0), ([3.0, 3.0], 3.0)],
)
def test_what_never_changes_goes_on(
    values: list[float], expected: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = [("a", n, y) for n, y in enumerate(values)]
    test = [("a", len(values) + n, expected) for n in range(14)]
    found = run(evaluate(tmp_path, train, test), capsys)
    assert found["smape"] == pytest.approx(0, abs=1e-9)
    assert found["coverage_80"] == 1


def test_what_never_changes_lies_in_its_interval_beside_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(2)
    days = pd.date_range("2025-01-06", periods=114).strftime("%Y-%m-%d")
    series = {"same": np.full(114, 5.0), "tenth": np.full(114, 0.1), "noise": rng.normal(0, 5, 114)}
    rows = [[(name, day, y) for day, y in zip(days, values, strict=True)] for name, values in series.items()]
    train, test = [one for part in rows for one in part[:100]], [one for part in rows[:2] for one in part[100:]]
    found = run(evaluate(tmp_path, train, test), capsys)
    assert found["smape"] == 0
    assert found["coverage_80"] == found["coverage_95"] == 1


def test_missing_periods_are_interpolated_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = [("a", n, 10.0 + n) for n in range(40) if n not in (4, 5, 20)]
    found = run(evaluate(tmp_path, train, [("a", 40, 50.0)]), capsys)
    assert found["filled_gaps"] == 3
