"""Times and judges the anomaly detectors: many daily series, one long stream, labelled streams of public kinds.

Run: `python -m benchmarks.anomaly [--series 10000] [--days 400]`. Simulated companies are judged by
`python -m ml.evaluate simulated --seed 1 --seeds 20 --jobs 2`, which prints precision, recall, delay and causes.
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd

from benchmarks.streams import SHAPES, judge_stream, make_suite
from ml.anomaly.judge import judge_days
from ml.anomaly.settings import AnomalySettings, Limits
from ml.evaluate.stream import score_stream

#: Rows judged at a time: their windows stay in the processor's cache.
CHUNK = 2000


def time_series(series: int, days: int) -> None:
    """Score many daily series, beside what one pass of medians over the same windows costs."""
    rng = np.random.default_rng(1)
    calendar = pd.date_range("2025-01-01", periods=days)
    week = 1 - rng.uniform(0, 0.5, (series, 1)) * (calendar.day_of_week.to_numpy() >= 5)
    costs = rng.uniform(50, 5000, (series, 1)) * week * np.exp(rng.normal(0, 0.03, (series, days)))
    begin, cpu = time.perf_counter(), time.process_time()
    flagged = 0
    for first in range(0, series, CHUNK):
        part = costs[first : first + CHUNK]
        limits = Limits(*(np.full(len(part), value) for value in (50.0, 10.0, 4.5)))
        flagged += int((judge_days(part, calendar, limits, AnomalySettings()).flag != 0).sum())
    spent, cpu = time.perf_counter() - begin, time.process_time() - cpu
    begin = time.process_time()
    for day in range(56, days):
        np.median(costs[:, day - 56 : day], axis=1)
    floor = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"anomaly scores: {series} series x {days} days in {spent:.1f} s ({cpu:.1f} s of CPU), {flagged} days flagged"
    )
    print(f"  one median per series and day alone takes {floor:.1f} s of CPU; peak memory {peak:.2f} GB")


def time_stream(length: int) -> None:
    """Score one long stream with a daily and a weekly season."""
    values = SHAPES["daily"][0](length, np.random.default_rng(2))
    stamps = pd.Series(pd.date_range("2024-01-01", periods=length, freq="5min"))
    begin, cpu = time.perf_counter(), time.process_time()
    score_stream(stamps, pd.Series(values))
    print(f"stream: {length} values in {time.perf_counter() - begin:.1f} s ({time.process_time() - cpu:.1f} s of CPU)")


def judge_streams(seeds: range) -> None:
    """Anomalies found and false alarms per 1,000 values, per shape of stream."""
    rows = []
    for stream in make_suite(seeds):
        found, false = judge_stream(score_stream(stream.timestamps, pd.Series(stream.values)).is_anomaly, stream)
        rows.append((stream.name.split("-")[0], len(stream.windows), found, false, len(stream.values)))
    table = pd.DataFrame(rows, columns=["shape", "planted", "found", "false", "values"]).groupby("shape").sum()
    for shape, row in table.iterrows():
        rate = 1000 * row["false"] / row["values"]
        print(f"  {shape:<8} found {row['found']:>3} of {row['planted']:>3}, {rate:.2f} false alarms per 1,000 values")


def main() -> None:
    """Read the options and print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--values", type=int, default=100_000)
    parser.add_argument("--suite-seeds", type=int, default=2)
    options = parser.parse_args()
    time_series(options.series, options.days)
    time_stream(options.values)
    judge_streams(range(1, 1 + options.suite_seeds))


if __name__ == "__main__":
    main()
