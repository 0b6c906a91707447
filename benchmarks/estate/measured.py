"""Series of ``metrics.parquet`` as the metrics of the inventory."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow.parquet as pq

from savings.inventory.contract import Series, Window

#: Account, resource, metric and statistic.
_Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Source:
    """Which statistic of which metrics, added up, times ``factor``, is a metric of ours.

    ``Least``: the lower one of all statistics that are told. Of what is free the estate says the least under another
    name, since that is when the most is used.
    """

    statistic: Literal["Average", "Maximum", "Sum", "Total", "Delta", "Least"]
    names: tuple[str, ...]
    factor: float = 1.0


class Measurements:
    """All series of an estate within a window, an hour a value; NaN where nothing was measured."""

    def __init__(self, path: Path, window: Window) -> None:
        self._values: dict[_Key, np.ndarray] = {}
        self._hours: list[dt.datetime] = []
        for row in pq.read_table(path).to_pylist():
            start = row["start"]
            first = int((window.start - start) / dt.timedelta(hours=1))
            values = np.array(row["values"], dtype=float)[max(first, 0) : first + window.days * 24]
            if not self._hours:
                begin = max(window.start, start)
                self._hours = [begin + dt.timedelta(hours=hour) for hour in range(len(values))]
            key = (row["account"], row["resource_id"], row["metric"], row["statistic"])
            self._values[key] = values

    def list_series(self, source: Source, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> list[tuple[str, Series]]:
        """What was measured of these resources, each with the id that the estate has of it, by account."""
        found = []
        for resource_id, row in rows:
            account = row["account_id"]
            values = self._find(source, account, resource_id)
            if values is not None:
                samples = [
                    (at, float(value)) for at, value in zip(self._hours, values * source.factor, strict=True)
                    if not np.isnan(value)
                ]  # fmt: skip
                if samples:
                    found.append((account, Series(row["region"], row["resource_id"], samples)))
        return found

    def _find(self, source: Source, account: str, resource_id: str) -> np.ndarray | None:
        if source.statistic == "Least":
            both = [self._values.get((account, resource_id, source.names[0], one)) for one in ("Average", "Maximum")]
            told = [one for one in both if one is not None]
            return np.minimum.reduce(told) if told else None
        parts = [self._values.get((account, resource_id, name, source.statistic)) for name in source.names]
        whole = [one for one in parts if one is not None]
        return np.sum(whole, axis=0) if whole and len(whole) == len(parts) else None
