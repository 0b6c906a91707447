"""Days and times as exports write them, and which of them a bill can have.

Text that is no ISO date is read by the order of day and month. A cast of DuckDB's own takes a year of two digits for
one of the first century, so every time is also checked for whether a bill can have it.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from ingestion.contracts import Column
from ingestion.expressions.sql import quote_literal

#: How days that are no ISO dates are read: as the format's own exports write them, or with the month or day first.
DateOrder = Literal["usual", "month_first", "day_first"]

#: No cloud sent a bill before.
EARLIEST = dt.date(2000, 1, 1)
#: A commitment may be billed for a year ahead, and its bill come a month early.
MONTHS_AHEAD = 13
#: Purchases for several years.
YEARS_AHEAD = 10

_USUAL_DATES = ("%m/%d/%Y", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y%m%d")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_ORDERS = {
    "month_first": ("%m/%d/%y", "%m/%d/%Y", "%m-%d-%y", "%m-%d-%Y", "%m.%d.%y", "%m.%d.%Y"),
    "day_first": ("%d/%m/%y", "%d/%m/%Y", "%d-%m-%y", "%d-%m-%Y", "%d.%m.%y", "%d.%m.%Y"),
}
#: Text whose day and month could change places, as DuckDB's regular expressions write it.
ORDERED_DATE = r"^\s*\d{1,2}[/.\-]\d{1,2}[/.\-](\d{2}|\d{4})([ T].*)?$"


@dataclass(frozen=True)
class PlausibleDates:
    """The days that a bill can have, as seen from ``today``."""

    today: dt.date

    @property
    def latest_start(self) -> dt.date:
        """No charge and no billing period begins later."""
        months = self.today.year * 12 + self.today.month - 1 + MONTHS_AHEAD
        return dt.date(months // 12, months % 12 + 1, min(self.today.day, 28))

    @property
    def latest(self) -> dt.date:
        """No other time of a bill is later."""
        return self.today.replace(year=self.today.year + YEARS_AHEAD, day=min(self.today.day, 28))

    def latest_of(self, column: Column) -> dt.date:
        """The last day that a column of times may have."""
        return self.latest_start if column.is_start else self.latest

    def has_period(self, period: dt.date) -> bool:
        """Whether a billing period may begin on that day."""
        return EARLIEST <= period <= self.latest_start

    def refuse_period(self, period: dt.date) -> str:
        """Why a bill cannot have that period, for a message."""
        month = f"{period.year:04d}-{period.month:02d}"
        return f"its billing period {month} is not between {EARLIEST:%Y-%m} and {self.latest_start:%Y-%m}"

    def is_met_by(self, sql: str, column: Column) -> str:
        """SQL telling whether a bill can have a time; NULL where there is none."""
        first, last = (quote_literal(day.isoformat()) for day in (EARLIEST, self.latest_of(column)))
        return f"({sql} >= date {first} and {sql} <= date {last})"

    def describe(self, column: Column) -> str:
        """What a column of times may have, for a message."""
        what = "time" if column.kind == "timestamp" else "date"
        return f"a {what} between {EARLIEST} and {self.latest_of(column)}"


def read_time(sql: str, order: DateOrder) -> str:
    """SQL giving text as a UTC timestamp. DuckDB's cast to a plain timestamp drops an offset, and none of its casts
    takes a time without seconds, as Azure's FOCUS export has it; the cast that knows offsets is four times as slow.
    """
    if order != "usual":
        return _read_ordered(sql, order, read_time(sql, "usual"))
    plain = f"if(length({sql}) <= length('2026-10-01T00:00:00Z'), try_cast({sql} as timestamp), null)"
    return (
        f"coalesce({plain}, try_cast({sql} as timestamptz)::timestamp, try_strptime({sql}, '%Y-%m-%dT%H:%MZ'), "
        # in a list DuckDB works it out for those alone that are no other time, not for every row ahead of all
        f"list_transform([try_cast({sql} as bigint)], lambda n: {read_epoch('n')})[1])"
    )


def read_epoch(sql: str) -> str:
    """SQL giving the UTC time of a whole number that counts from 1970 on, as tools write it that know no times: in
    seconds, milli-, micro- or nanoseconds, of which one alone gives a day that a bill can have.
    """
    first, last = (int(dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp()) for year in (EARLIEST.year, 2100))
    in_nanoseconds = " ".join(
        f"when {sql} between {first * unit} and {last * unit} then {sql} * {10**9 // unit}"
        for unit in (1, 10**3, 10**6, 10**9)
    )
    return f"make_timestamp_ns(case {in_nanoseconds} end)::timestamp"


def read_date(sql: str, order: DateOrder) -> str:
    """SQL giving text as a date; without an order that a file shows, a slash means month, day, year as Azure writes."""
    formats = ", ".join(quote_literal(f) for f in _USUAL_DATES)
    usual = f"coalesce(try_strptime({sql}, [{formats}])::date, try_cast({sql} as timestamp)::date)"
    return usual if order == "usual" else f"({_read_ordered(sql, order, usual)})::date"


def _read_ordered(sql: str, order: DateOrder, otherwise: str) -> str:
    formats = ", ".join(quote_literal(day + time) for day in _ORDERS[order] for time in _TIMES)
    # only what has two readings: an ISO date has none of these marks
    return f"if(regexp_matches({sql}, {quote_literal(ORDERED_DATE)}), try_strptime({sql}, [{formats}]), {otherwise})"
