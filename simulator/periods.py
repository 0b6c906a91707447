"""The calendar of a simulation: billing periods (months) and the days in them, counted from the first day."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

#: The last month that is simulated when nothing else is given; fixed so that a run never depends on today.
DEFAULT_END = dt.date(2026, 10, 31)


@dataclass(frozen=True)
class Period:
    """One billing month: its first day, its number of days and where it lies in the window."""

    index: int
    start: dt.date
    days: int
    first_day: int  # day index in the window of the first day

    @property
    def end(self) -> dt.date:
        """The first day of the next month."""
        return self.start + dt.timedelta(days=self.days)

    @property
    def last_day(self) -> dt.date:
        return self.start + dt.timedelta(days=self.days - 1)

    @property
    def label(self) -> str:
        return f"{self.start:%Y-%m}"

    def dates(self) -> list[dt.date]:
        return [self.start + dt.timedelta(days=day) for day in range(self.days)]

    def datetimes(self) -> np.ndarray:
        """The days as ``datetime64[ms]`` at midnight UTC."""
        return (np.datetime64(self.start, "D") + np.arange(self.days)).astype("datetime64[ms]")


@dataclass(frozen=True)
class Window:
    """All months of a simulation, oldest first."""

    periods: tuple[Period, ...]

    @property
    def start(self) -> dt.date:
        return self.periods[0].start

    @property
    def days(self) -> int:
        last = self.periods[-1]
        return last.first_day + last.days

    def date_of(self, day: int) -> dt.date:
        return self.start + dt.timedelta(days=day)

    def period_before_last(self) -> Period:
        """The newest closed month, or the only one."""
        return self.periods[-2] if len(self.periods) > 1 else self.periods[-1]


def build_window(months: int, end: dt.date | None = None) -> Window:
    """``months`` whole months; the last one holds ``end``. Raises ValueError for fewer than one month."""
    if months < 1:
        raise ValueError(f"months must be at least 1, not {months}")
    last = end or DEFAULT_END
    month_number = last.year * 12 + last.month - 1
    periods: list[Period] = []
    first_day = 0
    for index, number in enumerate(range(month_number - months + 1, month_number + 1)):
        start = dt.date(number // 12, number % 12 + 1, 1)
        following = dt.date((number + 1) // 12, (number + 1) % 12 + 1, 1)
        days = (following - start).days
        periods.append(Period(index, start, days, first_day))
        first_day += days
    return Window(tuple(periods))
