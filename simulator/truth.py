"""What is true of a simulated bill: totals, anomalies and waste, from the generator's own whole numbers."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from simulator.writers import MONEY_SCALE, format_number, write_json

MEASURES = ("billed", "effective", "list", "contracted")


@dataclass
class Measures:
    """The four costs of a set of rows (1e-10 of the currency) and the day index of each row."""

    billed: np.ndarray
    effective: np.ndarray
    list: np.ndarray
    contracted: np.ndarray
    day: np.ndarray

    def select(self, mask: np.ndarray) -> "Measures":
        return Measures(*(getattr(self, name)[mask] for name in (*MEASURES, "day")))

    @staticmethod
    def concat(parts: Sequence["Measures"]) -> "Measures":
        return Measures(*(np.concatenate([getattr(part, name) for part in parts]) for name in (*MEASURES, "day")))


@dataclass
class Totals:
    """Totals of one source, billing period and currency: per measure, per day, and the rows of each dataset."""

    currency: str
    rows: dict[str, int]
    totals: dict[str, int]
    daily: dict[str, dict[str, int]] = field(default_factory=dict)

    def describe(self) -> dict[str, Any]:
        content: dict[str, Any] = {"currency": self.currency, "rows": self.rows}
        content.update({name: format_money(self.totals[name]) for name in MEASURES})
        return content


def sum_measures(measures: Measures, currency: str, rows: dict[str, int], start: dt.date) -> Totals:
    """Exact totals; ``start`` is the date of day index 0."""
    days, position = np.unique(measures.day, return_inverse=True)
    totals: dict[str, int] = {}
    daily: dict[str, dict[str, int]] = {(start + dt.timedelta(days=int(day))).isoformat(): {} for day in days}
    for name in MEASURES:
        per_day = np.zeros(len(days), dtype=np.int64)
        np.add.at(per_day, position, getattr(measures, name))
        totals[name] = int(sum(per_day.tolist()))
        for date, amount in zip(daily, per_day.tolist(), strict=True):
            daily[date][name] = amount
    return Totals(currency, rows, totals, daily)


def format_money(units: int) -> str:
    """Whole 1e-10 of a currency as plain decimal text."""
    return format_number(units)


def format_cents(units: float) -> str:
    """An amount that only describes, to the cent."""
    return str((Decimal(int(units)) / MONEY_SCALE).quantize(Decimal("0.01")))


@dataclass
class Truth:
    """The answer sheet of a simulation; `write` puts it beside the exports as ``truth.json``."""

    args: dict[str, Any]
    sources: dict[str, dict[str, Totals]] = field(default_factory=dict)
    restatements: list[dict[str, Any]] = field(default_factory=list)
    anomalies: list[dict[str, Any]] = field(default_factory=list)
    decoys: list[dict[str, Any]] = field(default_factory=list)
    waste: list[dict[str, Any]] = field(default_factory=list)
    exports: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(count for totals in self._all() for count in totals.rows.values())

    def _all(self) -> Iterator[Totals]:
        for periods in self.sources.values():
            yield from periods.values()

    def describe(self) -> dict[str, Any]:
        """The content of ``truth.json``."""
        return {
            "generator": "cloudcost simulator",
            "version": 1,
            "args": self.args,
            "rows": self.rows,
            "exports": self.exports,
            "sources": {
                source: {
                    "currency": next(iter(periods.values())).currency,
                    "periods": {label: totals.describe() for label, totals in periods.items()},
                    "daily": {
                        date: {name: format_money(amount) for name, amount in amounts.items()}
                        for date, amounts in self._merge_days(periods).items()
                    },
                }
                for source, periods in self.sources.items()
            },
            "restatements": self.restatements,
            "anomalies": self.anomalies,
            "decoys": self.decoys,
            "waste": self.waste,
        }

    @staticmethod
    def _merge_days(periods: dict[str, Totals]) -> dict[str, dict[str, int]]:
        days: dict[str, dict[str, int]] = {}
        for totals in periods.values():
            for date, amounts in totals.daily.items():
                day = days.setdefault(date, dict.fromkeys(MEASURES, 0))
                for name, amount in amounts.items():
                    day[name] += amount
        return dict(sorted(days.items()))

    def write(self, path: Path) -> None:
        write_json(path, self.describe())

    @staticmethod
    def read(path: Path) -> dict[str, Any]:
        """The content of a written ``truth.json``."""
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content
