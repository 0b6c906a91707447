"""Magnetic volumes, which are cheap until they are used."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill


def volume(bill: Bill, name: str, requests: str, requests_cost: str) -> Bill:
    """A magnetic volume of 310 GB, at 0.05 a GB and month, that has so many requests a day."""
    bill.add(name, "EBS:VolumeUsage", cost="0.50", quantity="10", unit="GB-Months", first_days_ago=30)
    return bill.add(name, "EBS:VolumeIOUsage", cost=requests_cost, quantity=requests, unit="IOs", first_days_ago=30)


def test_requests_cost_more_than_gp3_does(tmp_path: Path) -> None:
    # 15 + 60 less 1.6 * 15
    found = volume(Bill(), "vol-busy", "40000000", "2.00").savings("magnetic_standard", tmp_path)
    assert found == {"vol-busy": Decimal("51.00")}


def test_a_quiet_one_is_cheaper_than_gp3_and_stays(tmp_path: Path) -> None:
    # 15 + 3 is less than 24
    bill = volume(Bill(), "vol-quiet", "2000000", "0.10")
    bill.add("vol-gp2", "EBS:VolumeUsage.gp2", cost="3", quantity="1", unit="GB-Months")
    bill.add("vol-gone", "EBS:VolumeUsage", cost="0.50", quantity="1", unit="GB-Months", last_days_ago=4)
    bill.add("vol-gone", "EBS:VolumeIOUsage", cost="9", quantity="1", unit="IOs", last_days_ago=4)
    assert bill.savings("magnetic_standard", tmp_path) == {}


def test_the_own_price_of_gp3_counts(tmp_path: Path) -> None:
    bill = volume(Bill(), "vol-quiet", "2000000", "0.10")
    bill.add("vol-gp3", "EBS:VolumeUsage.gp3", cost="1", quantity="25", unit="GB-Months", first_days_ago=30)
    # 18 less 300 GB-months at 0.04
    assert bill.savings("magnetic_standard", tmp_path) == {"vol-quiet": Decimal("6.00")}


def test_one_that_is_gp3_since_last_week_is_not_found(tmp_path: Path) -> None:
    bill = Bill().add("vol-1", "EBS:VolumeUsage", cost="0.50", quantity="10", unit="GB-Months", last_days_ago=7)
    bill.add("vol-1", "EBS:VolumeIOUsage", cost="9", quantity="1", unit="IOs", last_days_ago=7)
    bill.add("vol-1", "EBS:VolumeUsage.gp3", cost="0.80", quantity="10", unit="GB-Months", first_days_ago=6)
    assert bill.savings("magnetic_standard", tmp_path) == {}
