"""Premium disks that a standard SSD would do for."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

DISKS: dict[str, Any] = {"x_sku_meter_category": "Storage", "unit": "1/Month"}
PLAIN: dict[str, Any] = {
    "sku": "Premium_LRS",
    "state": "Attached",
    "attached_to": ["vm-1"],
    "tier": "P20",
    "size_gib": 512,
    "iops": 2300,
    "megabytes_per_second": 150,
    "is_bursting": False,
    "created_at": dt.datetime(2026, 1, 1),
}
METRICS = ("azure_disk_reads", "azure_disk_writes", "azure_disk_read_bytes", "azure_disk_written_bytes")


def estate(values: tuple[Any, Any, Any, Any] = (10, 20, 1e6, 2e6), **columns: Any) -> Estate:
    bill = Bill(cloud="azure")
    bill.add("disk-1", "P20 LRS Disk", cost="2.5", x_sku_meter_subcategory="Premium SSD Managed Disks", **DISKS)
    made = Estate(bill).add("azure_disks", "Disk-1", **(PLAIN | columns))
    for metric, value in zip(METRICS, values, strict=True):
        if value is not None:
            made.measure(metric, "Disk-1", value)
    return made


def example() -> Estate:
    return estate()


def test_two_fifths_are_saved_where_the_bill_has_no_standard_ssd() -> None:
    (found,) = example().ask("azure_premium_disk_idle").recommendations
    assert (found.monthly_cost, found.monthly_saving) == (Decimal(75), Decimal(30))
    assert "at most 30 of its 2300 operations a second on 14 days" in found.reason


def test_the_customers_own_price_of_the_same_tier_goes_before_it() -> None:
    made = example()
    standard = {"x_sku_meter_subcategory": "Standard SSD Managed Disks", **DISKS}
    made.bill.add("disk-2", "E20 LRS Disk", cost="1.25", **standard)
    made.bill.add("disk-3", "E30 LRS Disk", cost="0.1", **standard)
    assert made.savings("azure_premium_disk_idle") == {"disk-1": Decimal("37.50")}


@pytest.mark.parametrize(
    ("why", "made"),
    [
        ("116 of 2,300 are more than a twentieth", estate((58, 58, 0, 0))),
        ("once in two weeks", estate(([1.0] * 335 + [900.0], 0, 0, 0))),
        ("8 of 150 MB a second are more than a twentieth", estate((1, 1, 4e6, 4e6))),
        ("a twentieth of it is more than a standard SSD has", estate((300, 250, 0, 0), iops=20000)),
        ("attached to nothing", estate(state="Unattached", attached_to=[])),
        ("shared", estate(attached_to=["vm-1", "vm-2"])),
        ("bursting on demand", estate(is_bursting=True)),
        ("a standard SSD", estate(sku="StandardSSD_LRS")),
        ("premium of the second version", estate(sku="PremiumV2_LRS")),
        ("Kubernetes'", estate(owner="Kubernetes")),
        ("young", estate(created_at=dt.datetime(2026, 10, 25))),
    ],
)
def test_what_is_left_alone(why: str, made: Estate) -> None:
    found = made.ask("azure_premium_disk_idle")
    assert found.recommendations == [] and found.skipped == [], why


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (estate((1, 1, None, 1)), "what is read of it: measured on 0 days, which are too few"),
        (estate(([1.0] * 72, 1, 1, 1)), "its reads: measured on 3 days, which are too few"),
        (estate((0, 0, 0, 0), iops=None), "what it is given is not known"),
    ],
)
def test_what_is_not_known_is_not_judged(made: Estate, reason: str) -> None:
    found = made.ask("azure_premium_disk_idle")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == [reason]
