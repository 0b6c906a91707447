"""Cells of native rows, read strictly: what is not of its kind is said with its file, row, column and value."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from core.currencies import check_currency
from core.errors import SourceError, shorten

#: No saving of a month is larger.
LARGEST_AMOUNT = Decimal("1e12")
#: As Data Exports writes moments into CSV files: ``Sun Nov 29 00:00:00 UTC 2026``.
_JAVA_MOMENT = re.compile(r"^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) (?:UTC|GMT) (\d{4})$")
_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no")


class CellError(SourceError):
    """A row cannot be taken; the message names place, column and value."""


@dataclass(frozen=True)
class Cells:
    """A native row. ``place`` names it for people: the file and the row, or the answer that it stood in.

    Columns are named by their path, ``primary_impact.category``; what is not there is empty.
    """

    place: str
    values: Mapping[str, Any]

    def get(self, path: str) -> Any:
        """The value as it stands; None where there is none."""
        found: Any = self.values
        for part in path.split("."):
            if not isinstance(found, Mapping):
                return None
            found = found.get(part)
        return found

    def text(self, path: str, *, is_needed: bool = False) -> str:
        """A text, without blanks around it; `CellError` where it is needed and not there."""
        value = self.get(path)
        if isinstance(value, Mapping | list | tuple):
            raise self.fault(path, "no text")
        found = "" if value is None else str(value).strip()
        if is_needed and not found:
            raise CellError(f"{self.place}: {path} is empty, which every row has")
        # JSON can write half a character, which no table holds
        if "\x00" in found or not is_unicode(found):
            raise self.fault(path, "no text")
        return found

    def amount(self, path: str) -> Decimal | None:
        """An amount of money; None for an empty cell."""
        value = self.get(path)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            # a float as it prints: the provider means 12.3, not what is nearest to it in bits
            number = Decimal(repr(value) if isinstance(value, float) else str(value).strip())
        except InvalidOperation:
            raise self.fault(path, "no amount") from None
        if isinstance(value, bool) or not number.is_finite() or abs(number) > LARGEST_AMOUNT:
            raise self.fault(path, "no amount")
        return number

    def whole(self, path: str) -> int | None:
        """A whole number; None for an empty cell."""
        number = self.amount(path)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise self.fault(path, "no whole number")
        return int(number)

    def flag(self, path: str) -> bool | None:
        """True or false; None for an empty cell."""
        value = self.get(path)
        word = "" if value is None else str(value).strip().lower()
        if word not in ("", *_TRUE, *_FALSE):
            raise self.fault(path, "neither true nor false")
        return word in _TRUE if word else None

    def moment(self, path: str) -> dt.datetime | None:
        """A moment in UTC; None for an empty cell."""
        value = self.get(path)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        found = value if isinstance(value, dt.datetime) else _read_moment(str(value).strip())
        if found is None or not 2000 <= found.year <= 2200:
            raise self.fault(path, "no moment")
        return found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)

    def currency(self, path: str) -> str:
        """A currency by its code."""
        word = self.text(path, is_needed=True)
        try:
            return check_currency(word)
        except ValueError:
            raise self.fault(path, "no currency") from None

    def check_record(self, path: str) -> None:
        """`CellError` where there is something that has no columns in it."""
        value = self.get(path)
        if value is not None and not isinstance(value, Mapping):
            raise self.fault(path, "no record")

    def fault(self, path: str, what: str) -> CellError:
        """The error that a cell is not what it should be."""
        return CellError(f"{self.place}: {path} is {shorten(repr(self.get(path)), 80)}, which is {what}")


def is_unicode(text: str) -> bool:
    """Whether a text is one of whole characters."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


def _read_moment(text: str) -> dt.datetime | None:
    if (java := _JAVA_MOMENT.match(text)) is not None:
        month, day, time, year = java.groups()
        try:
            return dt.datetime.strptime(f"{year} {month} {day} {time}", "%Y %b %d %H:%M:%S")
        except ValueError:
            return None
    try:
        # Azure writes seven digits of a second
        return dt.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))
    except ValueError:
        return None
