"""Forecast the series of one long CSV file and score the forecasts against another that holds what came.

Both files have the columns unique_id, ds, y; ds is a whole number or a timestamp. Whole numbers of the test file go on
where the training ends, or start at 1 again and then count steps ahead. Missing periods of the training are
interpolated. Scores are means over series: sMAPE (0-200), MASE (unit: the seasonal naive inside the training) and, with
--owa, OWA against Naive 2.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ml.errors import AnalyticsInputError
from ml.evaluate.long_csv import LongSeries, parse_frequency, read_long_csv
from ml.evaluate.scores import Values, forecast_naive2, score_mase, score_smape
from ml.forecast.engine import DEFAULT_SEED, PanelForecast, forecast_panel

HELP = "forecast a file of series and score the forecasts"
FURTHEST = 10_000
MOST_MISSING = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this sub-command."""
    parser.add_argument("--train", type=Path, required=True, help="CSV unique_id,ds,y: what is known")
    parser.add_argument("--test", type=Path, required=True, help="CSV unique_id,ds,y: what came")
    parser.add_argument("--season", type=int, required=True, help="periods per season, 1 for none: the unit of MASE")
    parser.add_argument("--freq", required=True, help="length of a period: H, D, B, W, M, Q, Y, 15min, ...")
    parser.add_argument("--levels", type=float, nargs="*", default=[80, 95], help="intervals, in percent")
    parser.add_argument("--owa", action="store_true", help="also score against Naive 2")
    parser.add_argument("--out", type=Path, required=True, help="CSV of the forecasts to write")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="the same input and seed give the same output")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Forecast, write `options.out`, and return the scores. Raises AnalyticsInputError."""
    if options.season < 1:
        raise AnalyticsInputError(f"--season must be 1 or more, got {options.season}")
    levels = sorted(set(options.levels))
    for level in levels:
        if not 0 < level < 100:
            raise AnalyticsInputError(f"--levels must be between 0 and 100, got {level:g}")
    parse_frequency(options.freq)
    started = time.perf_counter()
    train = read_long_csv(options.train, options.freq)
    test = read_long_csv(options.test, options.freq)
    histories, last_steps, filled = _list_histories(train)
    ahead = _count_ahead(train, test, last_steps)
    horizon = int(ahead.max())
    begin = time.perf_counter()
    made = forecast_panel(
        list(histories.values()),
        horizon,
        season=options.season,
        frequency=options.freq,
        last_days=_find_last_days(train, last_steps, options.freq),
        levels=levels,
        seed=options.seed,
    )
    spent = time.perf_counter() - begin
    place = {name: row for row, name in enumerate(histories)}
    rows = test.frame["unique_id"].map(place).to_numpy()
    cells = (rows, ahead - 1)
    _write_forecasts(options.out, test.frame, made, cells)
    scores = _score(test.frame, histories, made, ahead, options)
    return {
        **scores,
        "series": len(np.unique(rows)),
        "rows": len(test.frame),
        "horizon": horizon,
        "seasons": list(made.seasons),
        "filled_gaps": filled,
        "models": {str(name): int(count) for name, count in pd.Series(made.models).value_counts().items()},
        "seed": options.seed,
        "seconds": round(spent, 2),
        "seconds_with_reading": round(time.perf_counter() - started, 2),
    }


def _find_last_days(train: LongSeries, last_steps: dict[str, int], frequency: str) -> np.ndarray | None:
    """The last days of dated daily series: only those have a calendar."""
    if not train.dated or parse_frequency(frequency) != ("D", 1):
        return None
    return np.array(list(last_steps.values()), dtype="datetime64[D]")


def _list_histories(train: LongSeries) -> tuple[dict[str, Values], dict[str, int], int]:
    """Each series' values without gaps, its last step, and how many gaps were interpolated over all."""
    histories: dict[str, Values] = {}
    last_steps: dict[str, int] = {}
    filled = 0
    for name, part in train.frame.groupby("unique_id", sort=True):
        steps, values = part["step"].to_numpy(), part["y"].to_numpy()
        whole = np.arange(steps[0], steps[-1] + 1) if len(steps) / (steps[-1] - steps[0] + 1) >= MOST_MISSING else None
        if whole is None:
            raise AnalyticsInputError(
                f"{train.path}: {name}: {len(steps)} of {steps[-1] - steps[0] + 1} periods are there; is --freq right?"
            )
        filled += len(whole) - len(steps)
        histories[str(name)] = np.interp(whole, steps, values)
        last_steps[str(name)] = int(steps[-1])
    return histories, last_steps, filled


def _count_ahead(train: LongSeries, test: LongSeries, last_steps: dict[str, int]) -> np.ndarray:
    """How many periods after its series' training each test row is, 1 or more."""
    frame = test.frame
    if train.dated != test.dated:
        raise AnalyticsInputError(f"{test.path}: ds must be of the same kind as in {train.path}: {frame.at[0, 'ds']!r}")
    unknown = ~frame["unique_id"].isin(last_steps)
    if unknown.any():
        first = frame[unknown].iloc[0]
        raise AnalyticsInputError(
            f"{test.path}: row {first['row']}: series {first['unique_id']!r} is not in {train.path}"
        )
    last = frame["unique_id"].map(last_steps)
    ahead = frame["step"] - last
    if not test.dated:
        starts = frame.groupby("unique_id")["step"].transform("min")
        ahead = ahead.where(~((starts == 1) & (last >= 1)), frame["step"])
    bad = (ahead < 1) | (ahead > FURTHEST)
    if bad.any():
        first = frame[bad].iloc[0]
        why = "is not after the training" if (ahead[bad] < 1).iloc[0] else f"is more than {FURTHEST} periods after it"
        raise AnalyticsInputError(f"{test.path}: row {first['row']}: ds {first['ds']!r} of {first['unique_id']} {why}")
    return ahead.to_numpy(dtype=np.int64)


def _write_forecasts(path: Path, frame: pd.DataFrame, made: PanelForecast, cells: tuple[np.ndarray, ...]) -> None:
    out = pd.DataFrame({"unique_id": frame["unique_id"], "ds": frame["ds"], "forecast": made.mean[cells]})
    for level in made.levels:
        out[f"lower_{level:g}"] = made.lower[level][cells]
        out[f"upper_{level:g}"] = made.upper[level][cells]
    out["model"] = np.asarray(made.models, dtype=object)[cells[0]]
    out.to_csv(path, index=False)


def _score(
    frame: pd.DataFrame,
    histories: dict[str, Values],
    made: PanelForecast,
    ahead: np.ndarray,
    options: argparse.Namespace,
) -> dict[str, Any]:
    """Means over series; null where a score exists for no series."""
    place = {name: row for row, name in enumerate(histories)}
    scores: list[dict[str, float]] = []
    for name, index in frame.groupby("unique_id", sort=True).indices.items():
        history, row, steps = histories[str(name)], place[str(name)], ahead[index] - 1
        actual = frame["y"].to_numpy()[index]
        one = {
            "smape": score_smape(actual, made.mean[row, steps]),
            "mase": score_mase(actual, made.mean[row, steps], history, options.season),
        }
        if options.owa:
            naive = forecast_naive2(history, made.mean.shape[1], options.season)[steps]
            one["naive2_smape"] = score_smape(actual, naive)
            one["naive2_mase"] = score_mase(actual, naive, history, options.season)
        for level in made.levels:
            lower, upper = made.lower[level][row, steps], made.upper[level][row, steps]
            one[f"coverage_{level:g}"] = float(np.mean((actual >= lower) & (actual <= upper)))
            one[f"width_{level:g}"] = float(np.mean(upper - lower))
        scores.append(one)
    table = pd.DataFrame(scores)
    means = {str(name): _round(table[name].mean()) for name in table.columns}
    means["mase_undefined"] = int(table["mase"].isna().sum())
    if options.owa:
        pairs = (
            table["smape"].mean() / table["naive2_smape"].mean(),
            table["mase"].mean() / table["naive2_mase"].mean(),
        )
        means["owa"] = _round(sum(pairs) / 2)
    return means


def _round(value: float) -> float | None:
    return round(float(value), 6) if np.isfinite(value) else None
