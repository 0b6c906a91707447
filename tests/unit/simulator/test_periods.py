import datetime as dt

import pytest

from simulator.gcp import day_starts
from simulator.periods import build_window


def test_window_ends_with_the_asked_month_and_counts_days() -> None:
    window = build_window(13, dt.date(2026, 2, 14))
    assert [window.start, window.periods[-1].last_day] == [dt.date(2025, 2, 1), dt.date(2026, 2, 28)]
    assert window.days == (dt.date(2026, 3, 1) - dt.date(2025, 2, 1)).days
    assert [period.first_day for period in window.periods[:3]] == [0, 28, 59]
    assert window.period_before_last().label == "2026-01"


def test_window_needs_a_month() -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        build_window(0)


@pytest.mark.parametrize(
    ("date", "hour"),
    [("2026-03-08", 8), ("2026-03-09", 7), ("2026-11-01", 7), ("2026-11-02", 8), ("2025-07-01", 7), ("2025-12-31", 8)],
)
def test_google_days_start_at_pacific_midnight(date: str, hour: int) -> None:
    assert day_starts(dt.date.fromisoformat(date), 1)[0].hour == hour
