"""Dates and numbers that people write into the configuration and the files it names: such as somebody can mean.

A year that nobody means (0001 of a spreadsheet, 9999 for "never") would overflow every sum of days later on, and make
thousands of partitions. A number beyond the bounds is a slip of the keyboard, and would overflow a date, a wait or a
sum in the middle of a run.
"""

import datetime as dt

FIRST, LAST = dt.date(1970, 1, 1), dt.date(2199, 12, 31)
#: Of an amount in any currency.
MOST_MONEY = 10**15
#: Of a percentage that may be above 100.
MOST_PERCENT = 10**6
#: A hundred years.
MOST_DAYS = 36_500


def check_plausible(day: dt.date) -> dt.date:
    """The day; ValueError where it lies outside of what can be meant."""
    if not FIRST <= day <= LAST:
        raise ValueError(f"{day.isoformat()} is not between {FIRST} and {LAST}")
    return day
