"""The days that are scored, and that the door, the models and the scoring mean the same first day."""

import datetime as dt
from pathlib import Path

from cloudcost.analytics.scored_days import ScoredDays
from ingestion.expressions.dates import EARLIEST
from ml.rows import FIRST_DAY

MACRO = Path(__file__).resolve().parents[3] / "dbt_project" / "macros" / "is_plausible_day.sql"


def test_the_first_day_is_the_same_everywhere() -> None:
    assert FIRST_DAY == EARLIEST
    assert f">= date '{FIRST_DAY}'" in MACRO.read_text()


def test_both_ends_are_scored() -> None:
    days = ScoredDays.until(dt.date(2026, 11, 29))
    assert days.condition("charge_date") == "charge_date >= date '2000-01-01' and charge_date <= date '2026-11-29'"
    inside = [dt.date(2000, 1, 1), dt.date(2026, 11, 29)]
    assert all(day in days for day in inside)
    assert not any(day in days for day in (dt.date(1999, 12, 31), dt.date(2026, 11, 30), dt.date.min, dt.date.max))
