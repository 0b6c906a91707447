import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.streams import SHAPES, LabelledStream, judge_stream, make_suite
from ml.errors import AnalyticsInputError
from ml.evaluate.__main__ import main
from ml.evaluate.stream import WARMUP, score_stream


def times(length: int, frequency: str = "h") -> pd.Series:
    return pd.Series(pd.date_range("2024-03-04", periods=length, freq=frequency))


def flags(values: np.ndarray, frequency: str = "h") -> list[int]:
    return np.flatnonzero(score_stream(times(len(values), frequency), pd.Series(values)).is_anomaly).tolist()


@pytest.fixture(scope="module")
def suite() -> list[LabelledStream]:
    return [one for one in make_suite(range(7, 8)) if one.name.split("-")[0] in ("hourly", "noise", "bursts", "heavy")]


def test_anomalies_of_every_kind_are_found_and_quiet_streams_stay_quiet(suite: list[LabelledStream]) -> None:
    found = planted = false = 0
    for stream in suite:
        # a spike inside a heavy tail is no anomaly
        if stream.name.startswith("heavy-spike"):
            continue
        hit, wrong = judge_stream(score_stream(stream.timestamps, pd.Series(stream.values)).is_anomaly, stream)
        found, planted, false = found + hit, planted + len(stream.windows), false + wrong
    assert planted == 16 and found >= 15
    assert false <= 5


@pytest.mark.parametrize("name", ["daily", "hourly", "walk", "heart"])
def test_cutting_off_the_future_changes_no_score(name: str) -> None:
    shape, frequency, _ = SHAPES[name]
    rng = np.random.default_rng(5)
    values = shape(1500, rng)
    values[rng.integers(100, 1400, 12)] *= 2
    values[900:] += 3 * values.std()
    values[rng.integers(0, 1500, 20)] = np.nan
    stamps = times(1500, frequency) if frequency else pd.Series(np.arange(1500.0))
    whole = score_stream(stamps, pd.Series(values))
    assert whole.is_anomaly.any()
    for cut in (WARMUP + 1, 50, 333, 777, 905, 1499):
        part = score_stream(stamps[:cut], pd.Series(values[:cut]))
        np.testing.assert_allclose(part.score, whole.score[:cut], rtol=1e-9, atol=1e-12)


def test_the_score_rises_with_the_surprise() -> None:
    base = 100 + np.random.default_rng(1).normal(0, 2, 500)
    scores = []
    for height in (0, 5, 10, 15, 20, 40, 80, 1000):
        values = base.copy()
        values[450] = 100 + height
        scores.append(score_stream(times(500), pd.Series(values)).score[450])
    assert scores == sorted(scores) and len(set(scores)) == len(scores)
    assert scores[1] < 0.5 < scores[4] and scores[-1] < 1


def test_a_new_level_is_told_and_then_normal() -> None:
    values = 100 + np.random.default_rng(2).normal(0, 2, 1000)
    values[500:] += 30
    found = flags(values)
    assert found[0] == 500 and found[-1] < 620


def test_the_season_is_learned_and_its_absence_told() -> None:
    at = np.arange(24 * 40)
    values = 50 + 20 * np.sin(2 * np.pi * at / 24) + np.random.default_rng(3).normal(0, 1, len(at))
    assert flags(values) == []
    values[24 * 30 : 24 * 31] = 50
    found = flags(values)
    assert found and 24 * 30 <= found[0] <= 24 * 30 + 6


def test_a_usual_value_at_the_wrong_time_is_told() -> None:
    at = np.arange(24 * 40)
    values = np.where(at % 24 < 8, 10.0, 100.0) + np.random.default_rng(4).normal(0, 1, len(at))
    values[24 * 35 + 3] = 100.0
    # the first morning and evening are news
    assert [at for at in flags(values) if at >= 48] == [24 * 35 + 3]


@pytest.mark.parametrize("frequency", ["min", "5min", "h", "D", "W", "MS"])
def test_a_spike_is_told_at_every_frequency(frequency: str) -> None:
    values = 100 + np.random.default_rng(6).normal(0, 3, 120)
    values[90] = 200
    assert 90 in flags(values, frequency) and len(flags(values, frequency)) <= 2


def test_irregular_times_are_fine() -> None:
    rng = np.random.default_rng(7)
    stamps = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(np.cumsum(rng.exponential(600, 3000)), unit="s"))
    hour = stamps.dt.hour.to_numpy() + stamps.dt.minute.to_numpy() / 60
    values = 100 + 40 * np.sin(2 * np.pi * hour / 24) + rng.normal(0, 3, 3000)
    values[2500] += 60
    found = np.flatnonzero(score_stream(stamps, pd.Series(values)).is_anomaly)
    assert 2500 in found and len(found) <= 4


@pytest.mark.parametrize("values", [[], [5.0], [0.0] * 300, [-3.5] * 300, [np.nan] * 50, [1.0, np.nan] * 100])
def test_nothing_to_tell_is_fine(values: list[float]) -> None:
    found = score_stream(times(len(values)), pd.Series(values, dtype="float64"))
    assert len(found.score) == len(values) and not found.is_anomaly.any() and (found.score >= 0).all()


def test_a_constant_that_moves_is_told() -> None:
    values = np.full(300, -7.0)
    values[200] = -9.0
    assert 200 in flags(values)


def test_order_of_rows_does_not_matter_and_repeated_times_are_judged_one_by_one() -> None:
    values = 100 + np.random.default_rng(8).normal(0, 2, 400)
    values[300] = 160
    stamps = times(400)
    shuffled = np.random.default_rng(0).permutation(400)
    straight = score_stream(stamps, pd.Series(values)).score
    mixed = score_stream(stamps[shuffled].reset_index(drop=True), pd.Series(values[shuffled])).score
    np.testing.assert_array_equal(mixed, straight[shuffled])
    doubled = stamps.copy()
    doubled[301] = doubled[300]
    assert score_stream(doubled, pd.Series(values)).is_anomaly[300]


def test_scale_does_not_matter() -> None:
    values = SHAPES["hourly"][0](900, np.random.default_rng(9))
    values[700] *= 2
    one = score_stream(times(900), pd.Series(values)).is_anomaly
    for factor in (1e-6, 1e6):
        np.testing.assert_array_equal(score_stream(times(900), pd.Series(values * factor)).is_anomaly, one)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "series.csv"
        path.write_text(text)
        return path

    return write


def test_the_command_writes_the_rows_in_their_order(
    write: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    values = [f"{100 + n % 3}" for n in range(200)]
    values[150] = "900"
    values[20] = ""
    lines = [f"{stamp:%Y-%m-%d %H:%M:%S},{value}" for stamp, value in zip(times(200), values, strict=True)]
    path = write("\n".join(["timestamp,value", *reversed(lines)]))
    assert main(["anomaly", "--series", str(path), "--out", str(tmp_path / "out.csv")]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["rows"], printed["anomalies"], printed["missing_values"], printed["is_sorted"]) == (
        200,
        1,
        1,
        False,
    )
    out = pd.read_csv(tmp_path / "out.csv", dtype=str, keep_default_na=False)
    assert list(out.columns) == ["timestamp", "value", "anomaly_score", "is_anomaly"]
    assert out["value"].tolist() == values[::-1]
    assert out.loc[out["is_anomaly"] == "1", "timestamp"].tolist() == [f"{times(200)[150]:%Y-%m-%d %H:%M:%S}"]
    assert out["anomaly_score"].astype(float).between(0, 1).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("timestamp,value\n2024-01-01,1\n2024-01-02,inf\n", "line 3: value is infinite or too large: 'inf'"),
        ("timestamp,value\n2024-01-01,1\n2024-01-02,abc\n", "line 3: value is not a number: 'abc'"),
        ("timestamp,value\nsoon,1\n", "line 2: timestamp is neither a time nor a number: 'soon'"),
        ("timestamp,value\n,1\n", "line 2: timestamp is empty"),
        ("time,value\n1,1\n", "needs one column 'timestamp'"),
        ("timestamp,value\n", "has no rows"),
    ],
)
def test_what_cannot_be_read_is_said(
    write: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    path = write(text)
    assert main(["anomaly", "--series", str(path), "--out", str(tmp_path / "out.csv")]) == 2
    assert message in capsys.readouterr().err


def test_an_infinite_value_is_an_error() -> None:
    with pytest.raises(AnalyticsInputError, match="value number 3 is infinite"):
        score_stream(times(3), pd.Series([1.0, 2.0, np.inf]))
