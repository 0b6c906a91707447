"""When things are billed: the last complete day, the daily tail before it and the months before that."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
#: What a month is wherever a saving is stated.
MONTH_DAYS = 30


@dataclass(frozen=True)
class Calendar:
    """``days`` whole days up to ``as_of``; what needs a longer memory is billed by month before them."""

    as_of: dt.date
    days: int = 92
    history_months: int = 14

    @property
    def first(self) -> dt.date:
        return self.as_of - DAY * (self.days - 1)

    def tail(self, days: int | None = None) -> list[dt.date]:
        """The last ``days`` days, all of the daily tail when nothing is given."""
        count = min(days or self.days, self.days)
        return [self.as_of - DAY * back for back in range(count - 1, -1, -1)]

    def basis(self) -> tuple[dt.date, dt.date]:
        """First and last of the 30 days that a saving is worked out from."""
        return self.as_of - DAY * (MONTH_DAYS - 1), self.as_of

    def months_before(self, count: int) -> list[dt.date]:
        """The first days of the ``count`` whole months that end before the daily tail, oldest first."""
        months, first = [], month_start(self.first)
        for _ in range(count):
            first = month_start(first - DAY)
            months.append(first)
        return months[::-1]


def month_start(date: dt.date) -> dt.date:
    """The first day of the month of a day."""
    return date.replace(day=1)


def month_end(date: dt.date) -> dt.date:
    """The first day of the next month."""
    return (month_start(date) + dt.timedelta(days=32)).replace(day=1)


def days_in_month(date: dt.date) -> int:
    """How many days its month has."""
    return (month_end(date) - month_start(date)).days


def hours_of(date: dt.date) -> Iterator[dt.datetime]:
    """The 24 hours of a day in UTC."""
    start = dt.datetime.combine(date, dt.time())
    return (start + HOUR * number for number in range(24))


def is_office_hour(moment: dt.datetime) -> bool:
    """Monday to Friday from eight to six: 50 of the 168 hours of a week."""
    return moment.weekday() < 5 and 8 <= moment.hour < 18
