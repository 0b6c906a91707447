"""Which days a bill can have, and how days are read that are no ISO dates."""

import datetime as dt

import duckdb
import pytest

from ingestion.contracts import Column
from ingestion.expressions.dates import DateOrder, PlausibleDates, read_date, read_epoch, read_time

DATES = PlausibleDates(dt.date(2026, 11, 29))
START, OTHER = Column("start", "timestamp", is_start=True), Column("end", "timestamp")


def ask(sql: str, value: str) -> object:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.execute(f"select {sql} from (select ? as v)", [value]).fetchall()[0][0]


@pytest.mark.parametrize(
    ("value", "start", "other"),
    [
        ("2000-01-01", True, True), ("1999-12-31", False, False), ("0009-01-26", False, False),
        ("2027-12-28", True, True), ("2028-01-01", False, True), ("2036-11-28", False, True),
        ("2037-01-01", False, False), ("9999-12-31", False, False), ("infinity", False, False),
        ("-infinity", False, False), ("290000-01-01", False, False), ("0044-03-15 (BC)", False, False),
    ],
)  # fmt: skip
def test_what_a_bill_can_have(value: str, start: bool, other: bool) -> None:
    met = [ask(DATES.is_met_by("v::timestamp", column), value) for column in (START, OTHER)]
    assert met == [start, other]


def test_a_period_is_a_month_from_2000_to_thirteen_months_ahead() -> None:
    days = [dt.date(1999, 12, 1), dt.date(2000, 1, 1), dt.date(2027, 12, 1), dt.date(2028, 1, 1), dt.date(9999, 12, 1)]
    assert [DATES.has_period(day) for day in days] == [False, True, True, False, False]
    assert PlausibleDates(dt.date(2024, 2, 29)).latest == dt.date(2034, 2, 28)


@pytest.mark.parametrize(
    ("value", "month_first", "day_first"),
    [
        ("9/01/26", "2026-09-01", "2026-01-09"),
        ("13/9/26", None, "2026-09-13"),
        ("09-13-2026", "2026-09-13", None),
        ("14.09.2026", None, "2026-09-14"),
        ("9/1/26 12:30 PM", "2026-09-01", "2026-01-09"),
        ("2026-09-01", "2026-09-01", "2026-09-01"),
    ],
)
def test_days_with_slashes_are_read_in_the_order_that_is_asked(
    value: str, month_first: str | None, day_first: str | None
) -> None:
    orders: tuple[tuple[DateOrder, str | None], ...] = (("month_first", month_first), ("day_first", day_first))
    for order, day in orders:
        found = [ask(f"({read('v', order)})::date", value) for read in (read_time, read_date)]
        # a day that does not fit the order is left to the other readings, whose years no bill can have
        assert [f.isoformat() if isinstance(f, dt.date) and f.year > 1999 else None for f in found] == [day, day]


def test_azure_writes_the_month_first() -> None:
    assert ask(read_date("v", "usual"), "9/7/2026") == dt.date(2026, 9, 7)
    assert ask(f"({read_time('v', 'usual')})::varchar", "2026-09-01T00:00:00-05:00") == "2026-09-01 05:00:00"


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9], ids=["s", "ms", "us", "ns"])
def test_numbers_that_count_from_1970_on_are_times(unit: int) -> None:
    """Of the four units one alone gives a day that a bill can have."""
    moment = dt.datetime(2026, 9, 3, 1, 2, 3)
    number = int(moment.replace(tzinfo=dt.UTC).timestamp()) * unit
    assert ask(read_epoch("v::bigint"), str(number)) == ask(read_time("v", "usual"), str(number)) == moment


@pytest.mark.parametrize("value", ["0", "-1788393600", "20260903", "20260903010203", "9223372036854775807"])
def test_other_numbers_are_no_times(value: str) -> None:
    assert ask(read_epoch("v::bigint"), value) is None
