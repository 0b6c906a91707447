"""CSV files that the configuration names, read with errors that name file, row, column and value."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from core.config_file import shorten
from core.currencies import CURRENCY_PATTERN
from core.plausible import check_plausible
from core.text_files import TextFileError, read_text
from warehouse.settings_contracts import TEXT_BYTES, SettingsError

#: A day's values of every metric for years are less; a file is read whole.
MOST_BYTES = 64 << 20
#: Decimals of money, quantities and rates in the warehouse, and digits before the point.
PLACES, WHOLE_DIGITS = 12, 26


@dataclass(frozen=True)
class CsvRow:
    """One row of a file, by lower-case column name."""

    path: Path
    line: int
    values: dict[str, str]

    def text(self, name: str) -> str | None:
        """The cell, None where it is empty or the file has no such column; not longer than the warehouse keeps it."""
        value = self.values.get(name) or None
        if value is not None and len(value.encode()) > TEXT_BYTES:
            raise self.refuse(name, f"is longer than {TEXT_BYTES:,} bytes")
        return value

    def required(self, name: str) -> str:
        """The cell, which must not be empty."""
        return self.text(name) or self._written(name)

    def _written(self, name: str) -> str:
        value = self.values.get(name)
        if not value:
            raise self.error(f"{name} is empty")
        return value

    def number(self, name: str) -> Decimal:
        """The cell as an exact decimal."""
        text = self._written(name)
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise self.refuse(name, "is no number") from None
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int):
            raise self.refuse(name, "is no number")
        if -exponent > PLACES or number.adjusted() >= WHOLE_DIGITS:
            raise self.refuse(name, f"has more than {WHOLE_DIGITS} digits before or {PLACES} after the point")
        return number

    def date(self, name: str) -> dt.date:
        """The cell as a date, YYYY-MM-DD."""
        return self.to_date(name, self._written(name), "is no date like 2025-04-30")

    def month(self, name: str) -> dt.date | None:
        """The first day of the cell's month, YYYY-MM; None where it is empty."""
        text = self.text(name)
        return None if text is None else self.to_date(name, f"{text}-01", "is no month like 2025-04")

    def to_date(self, name: str, text: str, wrong: str) -> dt.date:
        """A day written in full."""
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            raise self.refuse(name, wrong) from None
        try:
            return check_plausible(day)
        except ValueError as error:
            raise self.error(f"{name} {error}") from None

    def currency(self, name: str) -> str:
        """The cell as a currency code."""
        text = self.required(name).upper()
        if not re.fullmatch(CURRENCY_PATTERN, text):
            raise self.error(f"{name} {shorten(text)!r} is no currency code")
        return text

    def refuse(self, name: str, why: str) -> SettingsError:
        """What is wrong with the cell of a column."""
        return self.error(f"{name} {shorten(self._written(name))!r} {why}")

    def error(self, message: str) -> SettingsError:
        """What is wrong with this row."""
        return SettingsError(f"{self.path}:{self.line}: {message}")


def read_csv(path: Path, required: Sequence[str], allowed: Sequence[str] = ()) -> Iterator[CsvRow]:
    """The rows of a file that has the required columns and no others than allowed; `SettingsError` otherwise."""
    known = (*required, *allowed)
    try:
        # newline='' as the csv module asks for
        reader = csv.reader(io.StringIO(read_text(path, MOST_BYTES), newline=""), strict=True)
    except TextFileError as error:
        raise SettingsError(str(error)) from error
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        for name in required:
            if name not in header:
                raise SettingsError(f"{path}:1: column {name!r} is missing; there are {', '.join(known)}")
        for position, name in enumerate(header):
            if name not in known or name in header[:position]:
                shown = shorten(name)
                raise SettingsError(f"{path}:1: column {shown!r} is not expected; there are {', '.join(known)}")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise SettingsError(f"{path}:{reader.line_num}: {len(cells)} values for {len(header)} columns")
            yield CsvRow(path, reader.line_num, dict(zip(header, (c.strip() for c in cells), strict=True)))
    except csv.Error as error:
        raise SettingsError(f"{path}:{max(reader.line_num, 1)}: cannot be read: {error}") from error
