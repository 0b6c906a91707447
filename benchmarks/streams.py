"""Streams with known anomalies, of the kinds that public benchmarks hold: machine metrics, traffic, sensors, sales."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class LabelledStream:
    """A stream and the places (begin, end) of its anomalies."""

    name: str
    timestamps: pd.Series
    values: np.ndarray
    windows: list[tuple[int, int]]


Shape = Callable[[int, np.random.Generator], np.ndarray]


def _daily(length: int, rng: np.random.Generator) -> np.ndarray:
    at = np.arange(length)
    day = 100 + 40 * np.sin(2 * np.pi * at / 288) + 15 * np.sin(4 * np.pi * at / 288 + 1)
    return day * (1 - 0.25 * ((at // 288) % 7 >= 5)) + rng.normal(0, 3, length)


def _hourly(length: int, rng: np.random.Generator) -> np.ndarray:
    at = np.arange(length)
    return 500 + 0.05 * at + 120 * np.sin(2 * np.pi * at / 24) + 30 * ((at // 24) % 7 < 5) + rng.normal(0, 12, length)


def _noise(length: int, rng: np.random.Generator) -> np.ndarray:
    return 40 + rng.normal(0, 2, length)


def _walk(length: int, rng: np.random.Generator) -> np.ndarray:
    return 1000 + np.cumsum(rng.normal(0, 1, length))


def _heavy(length: int, rng: np.random.Generator) -> np.ndarray:
    return 20 + np.abs(rng.standard_t(3, length)) * 2


def _bursts(length: int, rng: np.random.Generator) -> np.ndarray:
    """A processor that is busy for a few minutes every hour."""
    at = np.arange(length)
    return np.where(at % 12 < 2, 60 + rng.normal(0, 4, length), 5 + rng.normal(0, 1, length))


def _heart(length: int, rng: np.random.Generator) -> np.ndarray:
    """A beat of a period that no clock makes."""
    phase = (np.arange(length) % 137) / 137
    beat = np.exp(-(((phase - 0.3) / 0.02) ** 2)) - 0.3 * np.exp(-(((phase - 0.36) / 0.03) ** 2))
    return beat + 0.2 * np.sin(2 * np.pi * phase) + rng.normal(0, 0.02, length)


SHAPES: dict[str, tuple[Shape, str, int]] = {
    "daily": (_daily, "5min", 6000),
    "hourly": (_hourly, "h", 1500),
    "noise": (_noise, "5min", 4000),
    "walk": (_walk, "min", 4000),
    "heavy": (_heavy, "5min", 4000),
    "bursts": (_bursts, "5min", 4000),
    "heart": (_heart, "", 6000),
}


def _plant(kind: str, values: np.ndarray, at: int, rng: np.random.Generator) -> tuple[np.ndarray, tuple[int, int]]:
    """The stream with one anomaly of a kind at a place, and where it is to be found."""
    out = values.copy()
    recent = values[max(0, at - 600) : at]
    spread = float(np.quantile(np.abs(recent - np.median(recent)), 0.9)) + 1e-9
    sign = rng.choice([-1, 1])
    length = {"spike": 1, "burst": 8}.get(kind, 60)
    window = (at, at + length)
    if kind == "spike":
        out[at] += sign * spread * rng.uniform(4, 8)
    elif kind == "burst":
        out[at : at + 8] += sign * spread * rng.uniform(3, 5)
    elif kind == "shift":
        out[at:] += sign * spread * rng.uniform(3, 5)
    elif kind == "flat":
        out[at : at + 60] = out[at - 1]
    elif kind == "missing":  # what comes with the season does not come
        length = min(200, max(60, len(values) // 20))
        out[at : at + length] = np.median(recent) + (out[at : at + length] - values[at : at + length])
        out[at : at + length] += rng.normal(0, 0.05 * spread, length)
        window = (at, at + length)
    elif kind == "swapped":  # contextual: usual values at the wrong time
        half = 60
        out[at : at + half] = values[at + half : at + 2 * half][::-1] if len(values) > at + 2 * half else out[at]
    return out, window


def make_suite(seeds: range) -> Iterator[LabelledStream]:
    """Every shape with every kind of anomaly that can be told in it, one anomaly per stream, and once without."""
    seasonal = ("daily", "hourly", "bursts", "heart")
    for seed in seeds:
        for name, (shape, frequency, length) in SHAPES.items():
            kinds = ["none", "spike", "burst", "shift", "flat"] + (["missing"] if name in seasonal else [])
            if name == "heavy":
                kinds.remove("burst")
            for kind in kinds:
                rng = np.random.default_rng([seed, length, sum(map(ord, name + kind))])
                values = shape(length, rng)
                at = int(rng.integers(length // 2, length - 300))
                windows = []
                if kind != "none":
                    values, window = _plant(kind, values, at, rng)
                    windows = [window]
                times = (
                    pd.Series(pd.date_range("2024-03-04", periods=length, freq=frequency))
                    if frequency
                    else pd.Series(np.arange(length))
                )
                yield LabelledStream(f"{name}-{kind}-{seed}", times, values, windows)


def judge_stream(flags: np.ndarray, stream: LabelledStream, slack: int = 12) -> tuple[int, int]:
    """How many anomalies were found, and how many separate alarms were false."""
    near = np.zeros(len(flags), dtype=bool)
    found = 0
    for begin, end in stream.windows:
        found += bool(flags[begin : end + slack].any())
        near[begin : end + 5 * slack] = True
    wrong = np.flatnonzero(flags & ~near)
    return found, int((np.diff(wrong, prepend=-1000) > 30).sum())
