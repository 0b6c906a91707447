"""Standard buckets that nobody reads or writes."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.savings_bill import Bill

STORED = "Standard Storage Belgium"


def busy_bill() -> Bill:
    """A bill that has operations of another bucket."""
    return Bill("gcp").add("b-busy", "Regional Standard Class A Operations", cost="1", quantity="9", unit="Count")


def bucket(bill: Bill, name: str, gibibytes: str = "3100", **columns: Any) -> Bill:
    """So many GiB at 0.02 a month of 31 days, billed by the day."""
    quantity = Decimal(gibibytes) / 31
    return bill.add(name, STORED, quantity=quantity, cost=quantity / 50, unit="GiB-Months", **columns)


def test_the_difference_to_nearline_is_saved(tmp_path: Path) -> None:
    # 60 in 30 days, of which nearline costs half in Belgium, and 58 % in places that are not known
    bill = bucket(busy_bill(), "b-1")
    bill.add("b-2", "Standard Storage Elsewhere", quantity="100", cost="2", unit="GiB-Months")
    assert bill.savings("standard_no_ops", tmp_path) == {"b-1": Decimal("30.00"), "b-2": Decimal("25.20")}


def test_the_own_price_of_nearline_in_the_same_place_counts(tmp_path: Path) -> None:
    bill = bucket(busy_bill(), "b-1")
    bill.add("b-2", "Nearline Storage Belgium", cost="1.2", quantity="100", unit="GiB-Months")
    bill.add("b-2", "Nearline Storage Belgium (Early Delete)", cost="9", quantity="100", unit="GiB-Months")
    bill.add("b-3", "Nearline Storage London", cost="0.1", quantity="100", unit="GiB-Months")
    assert bill.savings("standard_no_ops", tmp_path) == {"b-1": Decimal("24.00")}


@pytest.mark.parametrize(
    "operation",
    ["Regional Standard Class A Operations", "Regional Standard Class B Operations",
     "Multi-Region Standard Class A Operations"],
)  # fmt: skip
def test_a_single_operation_in_60_days_is_use(tmp_path: Path, operation: str) -> None:
    bill = bucket(busy_bill(), "b-1")
    bill.add("b-1", operation, cost="0", quantity="1", unit="Count", first_days_ago=59, last_days_ago=59)
    assert bill.savings("standard_no_ops", tmp_path) == {}


def test_an_older_operation_and_none_at_all_are_no_use(tmp_path: Path) -> None:
    bill = bucket(busy_bill(), "b-1")
    bill.add("b-1", "Regional Standard Class B Operations", cost="0", quantity="1", first_days_ago=60, last_days_ago=60)
    bill.add("b-1", "Regional Standard Class A Operations", cost="0", quantity="0", unit="Count")
    assert list(bill.savings("standard_no_ops", tmp_path)) == ["b-1"]


def test_small_new_cold_and_gone_buckets_are_not_found(tmp_path: Path) -> None:
    bill = bucket(bucket(busy_bill(), "b-small", "99"), "b-new", first_days_ago=58)
    bucket(bill, "b-gone", last_days_ago=4)
    bill.add("b-cold", "Coldline Storage Belgium", cost="2", quantity="100", unit="GiB-Months")
    assert bill.savings("standard_no_ops", tmp_path) == {}


def test_a_bill_without_any_operations_says_nothing(tmp_path: Path) -> None:
    assert bucket(Bill("gcp"), "b-1").savings("standard_no_ops", tmp_path) == {}
