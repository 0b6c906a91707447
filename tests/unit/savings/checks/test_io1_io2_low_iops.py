"""Volumes with provisioned IOPS, and where gp3 costs less."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill


def volume(bill: Bill, name: str, gigabytes: int, iops: int, kind: str = "piops") -> Bill:
    """An io volume billed by the day, at the list price of us-east-1."""
    size, rate = Decimal(gigabytes) / 31, Decimal(iops) / 31
    bill.add(
        name,
        f"EBS:VolumeUsage.{kind}",
        cost=size * Decimal("0.125"),
        quantity=size,
        unit="GB-Months",
        first_days_ago=30,
    )
    return bill.add(
        name,
        f"EBS:VolumeP-IOPS.{kind}",
        cost=rate * Decimal("0.065"),
        quantity=rate,
        unit="IOPS-Months",
        first_days_ago=30,
    )


def test_the_same_size_and_iops_as_gp3(tmp_path: Path) -> None:
    # a month: 100 GB 12.50 and 5000 IOPS 325; as gp3 8 and 2000 * 0.005 = 10; of October's 31 days 30
    # 319.50 * 30 / 31
    found = volume(Bill(), "vol-1", 100, 5000).savings("io1_io2_low_iops", tmp_path)
    assert found == {"vol-1": Decimal("309.19")}


def test_io2_and_the_own_price_of_gp3(tmp_path: Path) -> None:
    bill = volume(Bill(), "vol-1", 100, 3000, "io2")
    bill.add("vol-2", "EBS:VolumeUsage.gp3", cost="1", quantity="10", unit="GB-Months", sub_account_id="account-2")
    # 12.50 + 195 less 100 * 0.10
    assert bill.savings("io1_io2_low_iops", tmp_path) == {"vol-1": Decimal("191.13")}


def test_what_gp3_cannot_do_stays(tmp_path: Path) -> None:
    bill = volume(Bill(), "vol-fast", 1000, 20000)
    volume(bill, "vol-dense", 10, 10000, "io2")
    bill.add("vol-no-iops", "EBS:VolumeUsage.piops", cost="1", quantity="10", unit="GB-Months")
    bill.add("vol-gp3", "EBS:VolumeP-IOPS.gp3", cost="1", quantity="10", unit="IOPS-Months")
    assert bill.savings("io1_io2_low_iops", tmp_path) == {}


def test_the_most_that_gp3_does_in_every_region_is_found(tmp_path: Path) -> None:
    assert set(volume(Bill(), "vol-1", 1000, 16000).savings("io1_io2_low_iops", tmp_path)) == {"vol-1"}


def test_one_that_is_gp3_since_last_week_is_not_found(tmp_path: Path) -> None:
    bill = Bill().add("vol-1", "EBS:VolumeUsage.io2", cost="1", quantity="10", unit="GB-Months", last_days_ago=7)
    bill.add("vol-1", "EBS:VolumeP-IOPS.io2", cost="9", quantity="100", unit="IOPS-Months", last_days_ago=7)
    bill.add("vol-1", "EBS:VolumeUsage.gp3", cost="0.80", quantity="10", unit="GB-Months", first_days_ago=6)
    assert bill.savings("io1_io2_low_iops", tmp_path) == {}
