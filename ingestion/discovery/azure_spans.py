"""Which days an Azure export covers, and whether these are whole billing months.

Most exports hold calendar months. Accounts that pay as they go are billed in months that begin on the day of their
sign-up, so an export of their billing months covers, say, 14 August to 13 September. Such a month has the name of the
month that it begins in: each begins in another one, so none takes the place of another.
"""

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.errors import SourceError

#: Azure had no bills before, and no export covers days so far ahead: other dates are slips or forgeries.
YEARS = range(2000, 2100)

#: Time frames that always begin with a calendar month and are the newest state of it, wherever their end lies.
_MONTHS = re.compile(r"^(month|billingmonth|thelast(billing)?month|thecurrentmonth)", re.IGNORECASE)
#: Time frames that are a billing month, whatever day it begins on; the first of them while it runs.
_RUNNING_BILLING_MONTH = re.compile(r"^billingmonth", re.IGNORECASE)
_BILLING_MONTH = re.compile(r"^(billingmonth|thelastbillingmonth)", re.IGNORECASE)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """The days from ``first`` to ``last``, both of them included, and the time frame that the export was set to."""

    first: dt.date
    last: dt.date
    time_frame: str = ""

    @property
    def until(self) -> dt.date:
        """The day behind those of which this is the newest state: a month to date stands for its whole month."""
        after = self.last + _DAY
        if self.first.day == 1 and _MONTHS.match(self.time_frame):
            return _begin_next_month(self.last)
        if _RUNNING_BILLING_MONTH.match(self.time_frame):
            return max(after, _add_month(self.first))
        return after

    @property
    def is_whole(self) -> bool:
        """Whether these are whole months, so that a run of them may replace what was loaded before.

        A month goes from one day to the same day of the next month, or to its last day where it has no such day.
        """
        if _BILLING_MONTH.match(self.time_frame):
            return self.until <= _add_month(self.first) + 3 * _DAY  # from 28 February to 31 March
        first, until = self.first, self.until
        return until > first and (
            until.day == first.day
            or (_ends_month(until) and until.day < first.day)
            or (_ends_month(first) and until.day > first.day)
        )

    @property
    def periods(self) -> list[dt.date]:
        """The billing periods that the days belong to: of one month that it begins in, of more all that they touch."""
        begins, ends = _count_months(self.first), _count_months(self.until - _DAY)
        is_one = self.is_whole and (_BILLING_MONTH.match(self.time_frame) or _count_months(self.until) == begins + 1)
        return [dt.date(month // 12, month % 12 + 1, 1) for month in range(begins, begins + 1 if is_one else ends + 1)]

    def overlaps(self, other: "Span") -> bool:
        """Whether both hold a day."""
        return self.first < other.until and other.first < self.until

    def is_covered(self, others: Iterable["Span"]) -> bool:
        """Whether every day is held by one of the others."""
        day = self.first
        for other in sorted(others, key=lambda other: other.first):
            if other.first <= day:
                day = max(day, other.until)
        return day >= self.until

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def read_span(dates: str, time_frame: str = "") -> Span:
    """The span that a folder names (``20260814-20260913``, both days included); `SourceError` where it is none."""
    try:
        first, last = (dt.datetime.strptime(part, "%Y%m%d").date() for part in dates.split("-"))
    except ValueError as error:
        raise SourceError(f"the folder {dates} is not a range of dates") from error
    return _check_span(Span(first, last, time_frame), f"the folder {dates}")


def read_stated_span(info: dict[str, Any], time_frame: str, manifest: str) -> Span | None:
    """The span that a manifest's run states; None where it states none, `SourceError` where it makes no sense.

    An end on the first of a later month is the first day behind the span.
    """
    if not (info.get("startDate") and info.get("endDate")):
        return None
    first, last = (_read_day(info[key], key, manifest) for key in ("startDate", "endDate"))
    last = last - _DAY if last.day == 1 and last > first else last
    return _check_span(Span(first, last, time_frame), f"the manifest {manifest}")


def _read_day(value: Any, key: str, manifest: str) -> dt.date:
    try:
        return dt.date.fromisoformat(str(value).split("T")[0].split(" ")[0])
    except ValueError as error:
        shown = ascii(value)[:60]
        raise SourceError(f"the manifest {manifest} has a date that is none: {key} is {shown}") from error


def _check_span(span: Span, place: str) -> Span:
    if span.first.year not in YEARS or span.last.year not in YEARS:
        raise SourceError(f"{place} covers {span}, and no bill is from before {YEARS[0]} or from after {YEARS[-1]}")
    if span.last < span.first:
        raise SourceError(f"{place} covers {span}: it ends before it begins")
    return span


def _count_months(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _begin_next_month(day: dt.date) -> dt.date:
    return day.replace(day=1) + dt.timedelta(days=monthrange(day.year, day.month)[1])


def _add_month(day: dt.date) -> dt.date:
    month = _begin_next_month(day)
    return month.replace(day=min(day.day, monthrange(month.year, month.month)[1]))


def _ends_month(day: dt.date) -> bool:
    return (day + _DAY).day == 1
