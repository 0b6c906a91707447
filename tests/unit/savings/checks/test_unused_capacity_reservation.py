"""Capacity that is reserved and empty."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

EC2: dict[str, Any] = {"x_service_code": "AmazonEC2", "x_operation": "RunInstances"}


def test_empty_hours_are_saved(tmp_path: Path) -> None:
    bill = Bill().add("cr-1", "EU-UnusedBox:m5.large", cost="2.304", **EC2)
    bill.add("cr-2", "UnusedDed:m5.large", cost="1", **EC2)
    bill.add("cr-3", "EU-BoxUsage:m5.large", cost="2", capacity_reservation_status="Unused", **EC2)
    expected = {"cr-1": Decimal("69.12"), "cr-2": Decimal("30.00"), "cr-3": Decimal("60.00")}
    assert bill.savings("unused_capacity_reservation", tmp_path) == expected


def test_what_a_savings_plan_covers_is_told_apart(tmp_path: Path) -> None:
    bill = Bill().add("cr-1", "EU-UnusedBox:m5.large", cost="1", quantity="12", **EC2)
    bill.add("cr-1", "EU-UnusedBox:m5.large", cost="0.5", quantity="12", pricing_category="Committed", **EC2)
    (found,) = bill.ask("unused_capacity_reservation", tmp_path)
    assert (found.monthly_saving, found.covered_cost) == (Decimal("30.000000000000"), Decimal("15.000000000000"))


def test_used_shortly_empty_and_cancelled_ones_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("cr-used", "EU-Reservation:m5.large", cost="2", capacity_reservation_status="Used", **EC2)
    bill.add("cr-13-days", "EU-UnusedBox:m5.large", cost="2", first_days_ago=12, **EC2)
    bill.add("cr-cancelled", "EU-UnusedBox:m5.large", cost="2", last_days_ago=4, **EC2)
    bill.add("cr-covered", "EU-UnusedBox:m5.large", cost="2", pricing_category="Committed", **EC2)
    bill.add("i-1", "EU-BoxUsage:m5.large", cost="2", **EC2)
    assert bill.savings("unused_capacity_reservation", tmp_path) == {}
