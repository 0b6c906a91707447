"""What a snapshot is: one landed delivery, what it is a snapshot of, and the export's own totals of it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class SnapshotKey:
    """What a snapshot is a snapshot of."""

    source_name: str
    billing_period: dt.date
    dataset: str

    @property
    def text(self) -> str:
        """The key as the state store holds it; sorts by source, period, dataset."""
        return f"{self.source_name}/{self.billing_period:%Y-%m}/{self.dataset}"


@dataclass(frozen=True)
class ControlTotal:
    """A cost measure summed over the export file itself, per currency, and what rounding at the door took from it."""

    billing_currency: str
    measure: str
    file_total: Decimal
    rounding_remainder: Decimal
    row_count: int


@dataclass(frozen=True)
class Snapshot:
    """One landed delivery: where its Parquet lies and what was measured of it."""

    key: SnapshotKey
    delivery_id: str
    table: str
    format_name: str
    paths: tuple[str, ...]
    row_count: int
    control_totals: tuple[ControlTotal, ...]
    files: tuple[str, ...]
    missing_columns: tuple[str, ...] = ()
    extra_columns: tuple[str, ...] = ()
    assumed_currency: str | None = None
    notices: tuple[str, ...] = ()
    checksums: tuple[str, ...] = ()
    files_id: str = ""

    def to_body(self) -> dict[str, Any]:
        """The snapshot as a state record; money as text."""
        return {
            "source_name": self.key.source_name,
            "billing_period": self.key.billing_period.isoformat(),
            "dataset": self.key.dataset,
            "delivery_id": self.delivery_id,
            "table": self.table,
            "format": self.format_name,
            "paths": list(self.paths),
            "row_count": self.row_count,
            "control_totals": [
                [t.billing_currency, t.measure, str(t.file_total), str(t.rounding_remainder), t.row_count]
                for t in self.control_totals
            ],
            "files": list(self.files),
            "missing_columns": list(self.missing_columns),
            "extra_columns": list(self.extra_columns),
            "assumed_currency": self.assumed_currency,
            "notices": list(self.notices),
            "checksums": list(self.checksums),
            "files_id": self.files_id,
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Snapshot":
        """The snapshot that `to_body` wrote."""
        return cls(
            SnapshotKey(body["source_name"], dt.date.fromisoformat(body["billing_period"]), body["dataset"]),
            body["delivery_id"],
            body["table"],
            body["format"],
            tuple(body["paths"]),
            body["row_count"],
            tuple(ControlTotal(c, m, Decimal(f), Decimal(r), n) for c, m, f, r, n in body["control_totals"]),
            tuple(body["files"]),
            tuple(body.get("missing_columns", ())),
            tuple(body.get("extra_columns", ())),
            body.get("assumed_currency"),
            tuple(body.get("notices", ())),
            tuple(body.get("checksums", ())),
            body.get("files_id", ""),
        )


#: A snapshot and when it became current.
PromotedSnapshot = tuple[Snapshot, dt.datetime]
