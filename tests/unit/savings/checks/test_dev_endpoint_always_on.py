"""Development endpoints, and whether anybody ever deletes them."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill

METER = "USE1-DEVED-DPU-Hour"


def test_118_of_168_hours_are_saved(tmp_path: Path) -> None:
    bill = Bill().add("endpoint", METER, cost="52.80", quantity="120", unit="DPU-Hours")
    assert bill.savings("dev_endpoint_always_on", tmp_path) == {"endpoint": Decimal("1112.57")}


def test_one_that_is_away_for_hours_saves_less(tmp_path: Path) -> None:
    bill = Bill().add("endpoint", METER, cost="52.80", quantity="120", unit="DPU-Hours", days=2)
    bill.add("endpoint", METER, cost="35.20", quantity="80", unit="DPU-Hours", first_days_ago=60, days=2)
    # 140 hours a week, of which 90 are too many: 90/140 of 1,320 USD
    assert bill.savings("dev_endpoint_always_on", tmp_path) == {"endpoint": Decimal("848.57")}


def test_one_that_began_two_weeks_ago_costs_a_month_too(tmp_path: Path) -> None:
    bill = Bill().add("endpoint", METER, cost="52.80", quantity="120", unit="DPU-Hours", first_days_ago=14)
    assert bill.savings("dev_endpoint_always_on", tmp_path) == {"endpoint": Decimal("1112.57")}


def test_deleted_at_night_on_a_weekend_young_and_gone_ones_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("deleted-at-night", METER, cost="11", quantity="25", unit="DPU-Hours", first_days_ago=61, days=2)
    bill.add("deleted-at-night", METER, cost="44", quantity="100", unit="DPU-Hours", first_days_ago=60, days=2)
    bill.add("off-on-a-sunday", METER, cost="52", quantity="120", unit="DPU-Hours", last_days_ago=7)
    bill.add("off-on-a-sunday", METER, cost="52", quantity="120", unit="DPU-Hours", first_days_ago=5)
    bill.add("young", METER, cost="52", quantity="120", unit="DPU-Hours", first_days_ago=12)
    bill.add("gone", METER, cost="52", quantity="120", unit="DPU-Hours", last_days_ago=3)
    bill.add("job", "USE1-ETL-DPU-Hour", cost="52", quantity="120", unit="DPU-Hours")
    bill.add(None, METER, cost="52", quantity="120", unit="DPU-Hours")
    assert bill.savings("dev_endpoint_always_on", tmp_path) == {}
