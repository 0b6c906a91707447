"""Databases with provisioned IOPS, and what gp3 has for nothing."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill


def database(bill: Bill, name: str, iops: int, gigabytes: int, kind: str = "RDS:Multi-AZ-PIOPS") -> Bill:
    """A database with so many IOPS at 0.20 and GB at 0.25 USD a month, in a month of 31 days."""
    for meter, quantity, price in ((kind, iops, "0.20"), (f"{kind}-Storage", gigabytes, "0.25")):
        share = Decimal(quantity) / 31
        unit = "IOPS-Months" if meter == kind else "GB-Months"
        bill.add(name, meter, cost=share * Decimal(price), quantity=share, unit=unit, first_days_ago=30)
    return bill


def test_the_iops_and_a_little_of_the_storage_are_saved(tmp_path: Path) -> None:
    # 1,000 IOPS at 0.20 and 8 % of 100 GB at 0.25: 202 USD in a month of 31 days
    assert database(Bill(), "prod", 1000, 100).savings("rds_io1_low_iops", tmp_path) == {"prod": Decimal("195.48")}


def test_in_one_zone_too_up_to_what_gp3_has(tmp_path: Path) -> None:
    bill = database(Bill(), "db", 3000, 200, "EU-RDS:PIOPS")
    assert bill.savings("rds_io1_low_iops", tmp_path) == {"db": Decimal("584.52")}


def test_more_iops_other_storage_and_what_was_changed_are_not_found(tmp_path: Path) -> None:
    bill = database(Bill(), "fast", 3100, 400)
    bill.add("gp2", "RDS:GP2-Storage", cost="1", quantity="3", unit="GB-Months")
    bill.add("changed", "RDS:PIOPS", cost="6", quantity="30", unit="IOPS-Months", last_days_ago=4)
    bill.add("changed", "RDS:PIOPS-Storage", cost="1", quantity="3", unit="GB-Months", last_days_ago=4)
    bill.add("changed", "RDS:GP3-Storage", cost="1", quantity="3", unit="GB-Months")
    bill.add("no storage", "RDS:PIOPS", cost="6", quantity="30", unit="IOPS-Months")
    assert bill.savings("rds_io1_low_iops", tmp_path) == {}
