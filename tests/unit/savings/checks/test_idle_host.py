"""Dedicated hosts, with and without instances."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

EC2: dict[str, Any] = {"x_service_code": "AmazonEC2"}


def test_a_host_of_a_family_that_nothing_runs_on(tmp_path: Path) -> None:
    bill = Bill().add("h-1", "USE1-HostUsage:m5", cost="130", **EC2)
    bill.add("i-1", "USE1-HostBoxUsage:r5.large", cost="0", **EC2)
    (found,) = bill.ask("idle_host", tmp_path)
    assert (found.resource_id, found.monthly_saving) == ("h-1", Decimal("3900.000000000000"))
    assert found.reason.startswith("Host h-1 (m5) was billed for 744 hours in 31 days")


def test_hosts_in_use_from_any_account_young_and_released_ones_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("h-1", "USE1-HostUsage:m5", cost="130", **EC2)
    bill.add("i-1", "USE1-HostBoxUsage:m5.xlarge", cost="0", sub_account_id="account-2", first_days_ago=30,
             last_days_ago=30, **EC2)  # fmt: skip
    bill.add("h-young", "USE1-HostUsage:c5", cost="130", first_days_ago=12, **EC2)
    bill.add("h-released", "USE1-HostUsage:r5", cost="130", last_days_ago=3, **EC2)
    bill.add("h-reserved", "USE1-HostUsage:x1", cost="130", pricing_category="Committed", **EC2)
    assert bill.savings("idle_host", tmp_path) == {}


def test_instances_elsewhere_do_not_use_the_host(tmp_path: Path) -> None:
    bill = Bill().add("h-1", "USE1-HostUsage:m5", cost="130", **EC2)
    bill.add("i-1", "EU-HostBoxUsage:m5.xlarge", cost="0", region_id="region-2", **EC2)
    assert bill.savings("idle_host", tmp_path) == {"h-1": Decimal("3900.00")}
