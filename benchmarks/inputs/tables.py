"""A table that may be spoiled: columns of any names (twice the same, too) and of any types, row by row."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa

from benchmarks.inputs.formats import squeeze


@dataclass
class Table:
    """Names, Arrow types and rows; every value of a text file is text, the empty one included."""

    names: list[str]
    types: list[pa.DataType]
    rows: list[list[Any]]

    @classmethod
    def from_arrow(cls, table: pa.Table) -> "Table":
        """The rows of an Arrow table as Python values."""
        columns = [c.to_pylist() for c in table.columns]
        return cls(list(table.column_names), list(table.schema.types), [list(r) for r in zip(*columns, strict=True)])

    @classmethod
    def from_text(cls, names: Sequence[str], rows: Sequence[Sequence[str]]) -> "Table":
        """Columns of text."""
        return cls(list(names), [pa.string()] * len(names), [list(r) for r in rows])

    def copy(self) -> "Table":
        """The same, to be spoiled."""
        return Table(list(self.names), list(self.types), [list(r) for r in self.rows])

    def find(self, names: Sequence[str]) -> int | None:
        """The position of the first of these (squeezed) names that there is."""
        places = {squeeze(n): i for i, n in reversed(list(enumerate(self.names)))}
        return next((places[n] for n in names if n in places), None)

    def choose_columns(self, places: Sequence[int]) -> None:
        """Keep these columns, in this order."""
        self.names = [self.names[i] for i in places]
        self.types = [self.types[i] for i in places]
        self.rows = [[row[i] for i in places] for row in self.rows]

    def add_column(self, place: int, name: str, values: Sequence[Any], kind: pa.DataType | None = None) -> None:
        """One more column, before ``place``."""
        self.names.insert(place, name)
        self.types.insert(place, kind or pa.string())
        for row, value in zip(self.rows, values, strict=True):
            row.insert(place, value)

    def to_arrow(self) -> pa.Table:
        """The table for a typed file."""
        columns = list(zip(*self.rows, strict=True)) if self.rows else [()] * len(self.names)
        arrays = [pa.array(list(c), t) for c, t in zip(columns, self.types, strict=True)]
        return pa.Table.from_arrays(arrays, names=self.names)

    def to_records(self) -> list[dict[str, Any]]:
        """The rows as BigQuery exports them to JSON: nested, times and decimals as text."""
        return [{n: _plain(v) for n, v in zip(self.names, row, strict=True) if v is not None} for row in self.rows]


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if v is not None}
    return [_plain(v) for v in value] if isinstance(value, list) else value


def to_text(value: Any) -> str:
    """A value as an export to text prints it."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, dict | list):
        return json.dumps(_plain(value), ensure_ascii=False)
    return str(value)
