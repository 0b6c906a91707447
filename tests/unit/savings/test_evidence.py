"""What checks look at: months that follow one another, and lines that repeat a quantity."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill

GB: dict[str, Any] = {"unit": "GB-Months", "quantity": "100"}


def test_two_months_in_one_window_are_not_twice_a_month() -> None:
    """On the first of a month the row of the month before, of 30 days, is in the window too."""
    bill = Bill().add(
        "vol-1", "gp2", cost="10", days=30, first_days_ago=30, last_days_ago=30,
        billing_period=dt.date(2026, 9, 1), **GB,
    )  # fmt: skip
    bill.add("vol-1", "gp2", cost="10", days=30, first_days_ago=0, billing_period=dt.date(2026, 10, 1), **GB)
    with bill.open() as evidence:
        found = evidence.execute(
            "select monthly_cost, monthly_quantity, stored from usage_30d where resource_id = 'vol-1'"
        ).fetchall()
    assert found == [(Decimal(10), Decimal(100), 100.0)]


@pytest.mark.parametrize("table", ["usage_daily", "usage_30d"])
def test_a_line_of_a_discount_adds_no_consumed_hours(table: str) -> None:
    bill = Bill().add("i-1", "BoxUsage:m5.large", cost="2.4")
    bill.add("i-1", "BoxUsage:m5.large", cost="-0.24", x_line_item_type="EdpDiscount")
    with bill.open() as evidence:
        found = evidence.execute(
            f"select sum(consumed_quantity) / count(distinct usage_date) from {table} where resource_id = 'i-1'"
            if table == "usage_daily"
            else f"select consumed_quantity / 30 from {table} where resource_id = 'i-1'"
        ).fetchall()
    assert [round(hours) for (hours,) in found] == [24]


def test_a_line_of_a_discount_adds_nothing_stored() -> None:
    bill = Bill().add_months("group-1", "TimedStorage-ByteHrs", ["100"] * 3, "0.10")
    bill.add_months("group-1", "TimedStorage-ByteHrs", ["100"] * 2, "-0.01", x_line_item_type="EdpDiscount")
    with bill.open() as evidence:
        stored = evidence.execute("select quantity from storage_monthly order by billing_period").fetchall()
    assert stored == [(Decimal(100),)] * 3


def test_a_line_of_a_discount_adds_no_units_to_be_committed() -> None:
    columns: dict[str, Any] = {"x_service_code": "AmazonEC2"}
    bill = Bill().add("i-1", "BoxUsage:m5.large", cost="2.4", **columns)
    bill.add("i-1", "BoxUsage:m5.large", cost="-0.24", x_line_item_type="EdpDiscount", **columns)
    with bill.open() as evidence:
        units = evidence.execute("select distinct units from usage_hourly").fetchall()
    assert units == [(Decimal(24 * 4),)]
