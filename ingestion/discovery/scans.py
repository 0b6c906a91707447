"""Files without a manifest by what a scan of their rows found: the billing periods that each of them holds."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.contracts import DeliveredFile

#: A billing period and a dataset.
PeriodDataset = tuple[dt.date, str]


@dataclass
class ScannedFiles:
    """The files whose rows are known: ``groups`` are those of each billing period and dataset, ``timeless`` those of a
    dataset that belongs to no billing period.

    ``shared`` names the files with rows of several periods; ``assumed_currencies`` are those that rows are read in
    which name none.
    """

    groups: dict[PeriodDataset, list[DeliveredFile]] = field(default_factory=dict)
    timeless: dict[str, list[DeliveredFile]] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    assumed_currencies: dict[PeriodDataset, str] = field(default_factory=dict)

    def add(self, file: DeliveredFile, scan: Mapping[str, Any]) -> None:
        """A file and what its scan found, as the ledger remembers it."""
        if len(scan["periods"]) > 1:
            self.shared.add(file.ref.name)
        if scan["rows"] and not scan["periods"]:
            self.timeless.setdefault(scan["dataset"], []).append(file)
        for period in scan["periods"]:
            group = (dt.date.fromisoformat(period), scan["dataset"])
            self.groups.setdefault(group, []).append(file)
            if scan.get("assumed_currency"):
                self.assumed_currencies[group] = scan["assumed_currency"]

    def place_timeless(self) -> list[str]:
        """What belongs to no billing period is landed with the newest costs that it lies beside; a sentence about each
        dataset that lies beside none.
        """
        if not self.groups:
            return [
                f"left alone, as no costs lie beside it: {', '.join(m.ref.name for m in members)}"
                for _, members in sorted(self.timeless.items())
            ]
        newest = max(period for period, _ in self.groups)
        self.groups |= {(newest, dataset): members for dataset, members in self.timeless.items()}
        return []
