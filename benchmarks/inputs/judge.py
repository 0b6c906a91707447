"""The other reader: totals of a spoiled export per billing month and currency, by code that shares nothing with the
product: rows by `readers`, money by decimal, rounded half-even to twelve places once per row.
"""

import ast
import datetime as dt
import json
import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from benchmarks.inputs.formats import Format, squeeze
from benchmarks.inputs.readers import Fault, Unreadable, read_rows
from benchmarks.inputs.writing import Dialect

NUMBER = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\s*")
ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)? ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?"
)
SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})?")
NOTHING = {"", "null", "nan", "none", "n/a"}
EXACT = Context(prec=60)
STEP = Decimal("1e-12")
EARLIEST, MONTHS_AHEAD = dt.date(2000, 1, 1), 13


@dataclass
class Reading:
    """What the files hold: exact totals per (month, currency), or the fault; the month is ? where it cannot be told."""

    totals: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    rows: int = 0
    fault: Fault | None = None


def read_export(files: list[bytes], fmt: Format, dialect: Dialect, default_currency: str, today: dt.date) -> Reading:
    """The totals of these files together."""
    reading = Reading()
    latest = (today.replace(day=1) + dt.timedelta(days=31 * MONTHS_AHEAD + 10)).replace(day=28)
    try:
        for data in files:
            names, rows = read_rows(data, fmt, dialect)
            chosen = Columns(names, fmt)
            for number, row in enumerate(rows):
                if all(is_nothing(v) for v in row):
                    continue  # a blank line, or one of separators alone
                key = chosen.month(number, row, latest), chosen.currency(row, default_currency)
                reading.totals[key] = EXACT.add(reading.totals.get(key, Decimal(0)), chosen.cost(number, row))
                reading.rows += 1
    except Unreadable as error:
        reading.fault = error.fault
    return reading


class Columns:
    """The columns of one file that money and months are read from."""

    def __init__(self, names: list[str], fmt: Format) -> None:
        self.names = names
        self.cost_place = self._find(fmt.cost)
        if self.cost_place is None:
            raise Unreadable("no cost column")
        self.net_place = self._find(fmt.net)
        self.currency_place = self._find(fmt.currency)
        self.credits_place = self._find(fmt.credits)
        self.month_places = [p for n in fmt.period if (p := self._find((n,))) is not None]
        self.start_place = self._find(fmt.start)
        self.is_focus = fmt.cost == ("billedcost",)

    def _find(self, wanted: tuple[str, ...]) -> int | None:
        for name in wanted:
            places = [i for i, n in enumerate(self.names) if squeeze(n) == name]
            if len(places) > 1:
                raise Unreadable(f"{len(places)} columns are called {name}")
            if places:
                return places[0]
        return None

    def cost(self, number: int, row: list[Any]) -> Decimal:
        """What the row costs, rounded once to twelve places."""
        assert self.cost_place is not None
        amount = read_money(row[self.cost_place], number, self.names[self.cost_place])
        if self.net_place is not None and not is_nothing(row[self.net_place]):
            amount = read_money(row[self.net_place], number, self.names[self.net_place])
        if self.credits_place is not None:
            for credit in read_credits(row[self.credits_place], number):
                amount = EXACT.add(amount, credit)
        return amount

    def currency(self, row: list[Any], default: str) -> str:
        """The row's currency: capitals without blanks around them."""
        return default if self.currency_place is None else str(row[self.currency_place] or "").strip(" \t\r\n").upper()

    def month(self, number: int, row: list[Any], latest: dt.date) -> str:
        """The billing month; faults where it, or the day a charge began on, is none that can be."""
        if self.start_place is not None:
            check_date(row[self.start_place], number, self.names[self.start_place], latest)
        for place in self.month_places:
            if not is_nothing(row[place]):
                found = check_date(row[place], number, self.names[place], latest)
                if found is None:
                    return "?"
                return f"{found + dt.timedelta(hours=14 if self.is_focus else 0):%Y-%m}"
        return "?"


def is_nothing(value: Any) -> bool:
    """Whether a cell is empty, or holds a word for nothing."""
    return value is None or (isinstance(value, str) and value.strip().lower() in NOTHING)


def read_money(value: Any, number: int, name: str) -> Decimal:
    """A cost, rounded half-even to twelve places."""
    if is_nothing(value):
        raise Unreadable("no cost", number, name)
    text = repr(value) if isinstance(value, float) else str(value)
    if not NUMBER.fullmatch(text):
        raise Unreadable(f"{text!r} is no number", number, name)
    amount = Decimal(text.strip())
    if amount and amount.adjusted() >= 15:
        raise Unreadable(f"{text!r} is more than any bill", number, name)
    return amount.quantize(STEP, ROUND_HALF_EVEN, EXACT)


def read_credits(value: Any, number: int) -> list[Decimal]:
    """The amounts of Google's credits: a list, or the text of one in JSON or Python."""
    if is_nothing(value):
        return []
    entries = value
    if isinstance(value, str):
        try:
            entries = json.loads(value, parse_float=Decimal, parse_int=Decimal)
        except ValueError:
            try:
                entries = ast.literal_eval(re.sub(r"Decimal\('([^']*)'\)", r"'\1'", value))
            except (ValueError, SyntaxError) as error:
                raise Unreadable("credits that cannot be read", number, "credits") from error
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise Unreadable("credits that are no list", number, "credits")
    return [read_money(entry.get("amount"), number, "credits") for entry in entries]


def check_date(value: Any, number: int, name: str, latest: dt.date) -> dt.datetime | None:
    """A day's first moment in UTC; None in a spelling that is not known here. Faults where it is no day of a bill."""
    text = str(value or "").strip()
    parts = ISO.fullmatch(text) or DIGITS.fullmatch(text)
    slashes = SLASHES.fullmatch(text)
    if not parts and not slashes:
        return None
    if slashes:
        year, month, day = slashes[3], slashes[1], slashes[2]
    else:
        assert parts
        year, month, day = parts[1], parts[2], parts[3] or "1"
    try:
        found = dt.datetime(int(year), int(month), int(day))
    except ValueError as error:
        if slashes:
            return None  # day before month, perhaps
        raise Unreadable(f"{text!r} is no date", number, name) from error
    if not EARLIEST <= found.date() <= latest:
        raise Unreadable(f"{text!r} is no day of a bill", number, name)
    if parts and parts.re is ISO and parts[4]:
        found += dt.timedelta(hours=int(parts[4]), minutes=int(parts[5]))
        if parts[7] and parts[7][0] in "+-":
            ahead = dt.timedelta(hours=int(parts[7][1:3]), minutes=int(parts[7][3:].strip(":") or 0))
            found += -ahead if parts[7][0] == "+" else ahead
    return found
