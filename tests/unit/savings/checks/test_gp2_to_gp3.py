"""gp2 volumes, and where gp3 costs less for the same performance."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill


def volume(bill: Bill, name: str, gigabytes: int, kind: str = "gp2", price: str = "0.10") -> Bill:
    """A volume of so many GB, billed by the day."""
    quantity = Decimal(gigabytes) / 31
    cost = quantity * Decimal(price)
    usage_type = f"EU-EBS:VolumeUsage.{kind}"
    return bill.add(name, usage_type, cost=cost, quantity=quantity, unit="GB-Months", first_days_ago=30)


def test_a_small_volume_saves_a_fifth(tmp_path: Path) -> None:
    # 100 GB for 30 of October's 31 days cost 9.677..., a fifth of which is 1.935...
    assert volume(Bill(), "vol-1", 100).savings("gp2_to_gp3", tmp_path) == {"vol-1": Decimal("1.94")}


def test_throughput_and_iops_above_the_free_ones_are_paid(tmp_path: Path) -> None:
    # 2000 GB: 3000 IOPS over the free ones and 125 MiB/s: 160 + 15 + 5 of 200 USD a month
    assert volume(Bill(), "vol-1", 2000).savings("gp2_to_gp3", tmp_path) == {"vol-1": Decimal("19.35")}


def test_where_the_same_throughput_costs_more_it_stays(tmp_path: Path) -> None:
    bill = volume(volume(Bill(), "vol-200", 200), "vol-gp3", 100, "gp3", "0.08")
    assert bill.savings("gp2_to_gp3", tmp_path) == {}


def test_the_own_price_of_gp3_counts(tmp_path: Path) -> None:
    bill = volume(volume(Bill(), "vol-1", 100), "vol-2", 500, "gp3", "0.05")
    assert bill.savings("gp2_to_gp3", tmp_path) == {"vol-1": Decimal("4.84")}


def test_a_volume_that_is_free_is_no_price(tmp_path: Path) -> None:
    """What the free tier or a trial pays for would make every move to gp3 save all that a volume costs."""
    bill = volume(volume(Bill(), "vol-1", 100), "vol-free", 500, "gp3", "0")
    assert bill.savings("gp2_to_gp3", tmp_path) == {"vol-1": Decimal("1.94")}


def test_one_that_is_gp3_since_last_week_is_not_found(tmp_path: Path) -> None:
    bill = Bill().add("vol-1", "EBS:VolumeUsage.gp2", cost="1", quantity="10", unit="GB-Months", last_days_ago=7)
    bill.add("vol-1", "EBS:VolumeUsage.gp3", cost="0.80", quantity="10", unit="GB-Months", first_days_ago=6)
    assert bill.savings("gp2_to_gp3", tmp_path) == {}
