"""What a settings table is: a part of the configuration as rows that dbt reads."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from core.errors import USAGE, CloudcostError

ColumnKind = Literal["text", "date", "numeric", "integer", "boolean"]

#: Of a text, in UTF-8: Redshift counts bytes.
TEXT_BYTES = 1024
#: The SQL type of each kind: standard names that DuckDB, PostgreSQL and Redshift all know.
SQL_TYPES: dict[ColumnKind, str] = {
    "text": f"varchar({TEXT_BYTES})",
    "date": "date",
    "numeric": "numeric(38, 12)",
    "integer": "integer",
    "boolean": "boolean",
}

PYTHON_TYPES: dict[ColumnKind, type] = {
    "text": str,
    "date": dt.date,
    "numeric": Decimal,
    "integer": int,
    "boolean": bool,
}

Value = str | dt.date | Decimal | int | bool | None
Row = tuple[Value, ...]


class SettingsError(CloudcostError):
    """A settings table cannot be published; the message names table, row and value."""

    exit_code = USAGE


@dataclass(frozen=True)
class Column:
    """A column of a settings table. Only a column that says so may be null."""

    name: str
    kind: ColumnKind
    description: str
    is_nullable: bool = False


@dataclass(frozen=True)
class SettingsTable:
    """A part of the configuration as a table ``settings.<name>``.

    ``key``: the columns that no two rows share. ``rows``: the rows for a configuration
    (a `CloudcostConfig`, which the warehouse knows nothing of); relative paths in it start at
    the second argument, the folder of the configuration file. Pure but for files that the configuration names.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Callable[[Any, Path], list[Row]]

    def read(self, config: Any, base_directory: Path) -> "SettingsContent":
        """The table's rows for a configuration, checked."""
        return SettingsContent(self, tuple(self.rows(config, base_directory)))


@dataclass(frozen=True)
class SettingsContent:
    """A settings table with its rows. Raises `SettingsError` for rows that do not fit it, or that repeat its key."""

    table: SettingsTable
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        seen: set[Row] = set()
        positions = [[c.name for c in self.table.columns].index(name) for name in self.table.key]
        for row in self.rows:
            if len(row) != len(self.table.columns):
                raise SettingsError(f"settings.{self.table.name}: {row!r} has not {len(self.table.columns)} values")
            for column, value in zip(self.table.columns, row, strict=True):
                self._check_value(column, value)
            key = tuple(row[position] for position in positions)
            if key in seen:
                shown = ", ".join(f"{name} {value!r}" for name, value in zip(self.table.key, key, strict=True))
                raise SettingsError(f"settings.{self.table.name}: {shown} is there twice")
            seen.add(key)

    def _check_value(self, column: Column, value: Value) -> None:
        if value is None:
            if not column.is_nullable:
                raise SettingsError(f"settings.{self.table.name}: {column.name} is missing")
        elif type(value) is not PYTHON_TYPES[column.kind]:
            raise SettingsError(f"settings.{self.table.name}: {column.name} {value!r} is no {column.kind}")

    @property
    def fingerprint(self) -> str:
        """Changes when, and only when, the columns or the rows do; their order does not matter."""
        columns = [(c.name, c.kind) for c in self.table.columns]
        rows = sorted(json.dumps([None if v is None else str(v) for v in row]) for row in self.rows)
        return hashlib.sha256(json.dumps([columns, rows]).encode()).hexdigest()
