"""What a run says of the open month: what is spent, to which day, and what is expected at its end."""

import datetime as dt

from cloudcost.analytics.readiness import OpenMonth, describe_month


def month(known_until: int, as_of: int = 28) -> OpenMonth:
    days = (dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    spent = 0.0 if known_until < 1 else 6243.471737
    until = dt.date(2026, 10, 31) + dt.timedelta(days=known_until)
    return OpenMonth("USD", *days, spent, 7198.577658990354, until, dt.date(2026, 11, as_of))


def test_days_that_are_still_filling_are_told() -> None:
    assert describe_month(month(26)) == (
        "Expected in USD by 2026-11-30: 7,198.58, of which 6,243.47 so far, to 2026-11-26 (the 2 days after it are not "
        "complete yet and are forecast)"
    )


def test_one_day_is_one_day() -> None:
    assert describe_month(month(27)).endswith(
        "so far, to 2026-11-27 (the day after it is not complete yet and is forecast)"
    )


def test_complete_days_need_no_word() -> None:
    assert (
        describe_month(month(28)) == "Expected in USD by 2026-11-30: 7,198.58, of which 6,243.47 so far, to 2026-11-28"
    )


def test_a_month_without_a_complete_day_has_nothing_so_far() -> None:
    assert describe_month(month(0, as_of=2)) == (
        "Expected in USD by 2026-11-30: 7,198.58; no day of the month is complete yet"
    )
