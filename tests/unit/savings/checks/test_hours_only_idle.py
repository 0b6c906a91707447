"""What is billed by the hour and used by nobody."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

HOURS, BYTES = "EU-NatGateway-Hours", "EU-NatGateway-Bytes"
NAT: dict[str, Any] = {"x_service_code": "AmazonEC2", "service_name": "Amazon Virtual Private Cloud"}


def test_hours_without_use_are_found_at_what_they_cost(tmp_path: Path) -> None:
    bill = Bill().add("nat-idle", HOURS, cost="1.08", **NAT)
    (found,) = bill.ask("hours_only_idle", tmp_path)
    assert (found.resource_id, found.monthly_saving) == ("nat-idle", Decimal("32.400000000000"))
    assert found.reason.startswith("NAT gateway nat-idle was billed for 744 hours in 31 days and for no use at all")


def test_use_too_few_hours_and_what_is_gone_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("nat-used", HOURS, cost="1.08", **NAT)
    bill.add("nat-used", BYTES, cost="0.01", quantity="0.3", unit="GB", first_days_ago=29, last_days_ago=29, **NAT)
    bill.add("nat-new", HOURS, cost="1.08", first_days_ago=12, **NAT)
    bill.add("nat-gone", HOURS, cost="1.08", last_days_ago=4, **NAT)
    bill.add("i-1", "EU-BoxUsage:m5.large", cost="2.50", x_service_code="AmazonEC2")
    assert bill.savings("hours_only_idle", tmp_path) == {}


def test_a_use_of_nothing_is_no_use(tmp_path: Path) -> None:
    bill = (
        Bill()
        .add("nat-idle", HOURS, cost="1.08", **NAT)
        .add("nat-idle", BYTES, cost="0", quantity="0", unit="GB", **NAT)
    )
    assert bill.savings("hours_only_idle", tmp_path) == {"nat-idle": Decimal("32.40")}
