"""Fast disks of machines that have been off for long."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

DISKS: dict[str, Any] = {"x_sku_meter_category": "Storage", "unit": "1/Month"}
PLAIN: dict[str, Any] = {
    "sku": "Premium_LRS",
    "state": "Reserved",
    "attached_to": ["vm-1"],
    "size_gib": 512,
    "created_at": dt.datetime(2026, 1, 1),
    "detached_at": dt.datetime(2026, 9, 30, 12),
}


def estate(meter: str = "P20 LRS Disk", **columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("disk-1", meter, cost="2.5", **DISKS)
    return Estate(bill).add("azure_disks", "Disk-1", **(PLAIN | columns))


def example() -> Estate:
    return estate()


def test_what_a_slow_disk_costs_less_is_saved() -> None:
    (found,) = example().ask("azure_disk_parked").recommendations
    assert (found.monthly_cost, found.monthly_saving) == (Decimal(75), Decimal(45))
    assert "of a VM that is off since 2026-09-30" in found.reason
    assert estate("E20 LRS Disk", sku="StandardSSD_LRS").savings("azure_disk_parked") == {"disk-1": Decimal("24.75")}


def test_the_customers_own_price_of_the_same_tier_goes_before_it() -> None:
    made = example()
    made.bill.add("disk-2", "S20 LRS Disk", cost="0.75", **DISKS).add("disk-3", "S30 LRS Disk", cost="0.1", **DISKS)
    assert made.savings("azure_disk_parked") == {"disk-1": Decimal("52.50")}


@pytest.mark.parametrize(
    ("why", "made"),
    [
        ("off for 29 days", estate(detached_at=dt.datetime(2026, 10, 4))),
        ("of a VM that runs", estate(state="Attached")),
        ("of nothing", estate(state="Unattached", attached_to=[])),
        ("slow already", estate("S20 LRS Disk", sku="Standard_LRS")),
        ("shared", estate(attached_to=["vm-1", "vm-2"])),
        ("of a copy for disasters", estate(owner="Site Recovery")),
        ("protected", estate(tags={"retain": "true"})),
    ],
)
def test_what_is_left_alone(why: str, made: Estate) -> None:
    found = made.ask("azure_disk_parked")
    assert found.recommendations == [] and found.skipped == [], why


def test_without_the_day_it_is_not_judged() -> None:
    found = estate(detached_at=None).ask("azure_disk_parked")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == ["since when its VM is off is not known"]
