"""Machines whose use says when nobody needs them."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

VM: dict[str, Any] = {"x_sku_meter_category": "Virtual Machines"}
PLAIN: dict[str, Any] = {
    "size": "Standard_D4s_v5",
    "power_state": "running",
    "priority": "Regular",
    "is_on_host": False,
    "created_at": dt.datetime(2026, 1, 1),
}


def office(hour: int) -> bool:
    """The window begins with a Monday, 2026-10-19: from eight to six on five days."""
    return hour // 24 % 7 < 5 and 8 <= hour % 24 < 18


def estate(cpu: Any = None, sent: Any = 1e6, **columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("vm-1", "D4s v5", cost="4.608", **VM)
    bill.add("vm-1", "P10 LRS Disk", cost="1", x_sku_meter_category="Storage")
    made = Estate(bill).add("azure_virtual_machines", "VM-1", **(PLAIN | columns))
    made.measure("azure_vm_cpu", "VM-1", [40.0 if office(h) else 1.0 for h in range(336)] if cpu is None else cpu)
    made.measure("azure_vm_network_in", "VM-1", 1e6)
    made.measure("azure_vm_network_out", "VM-1", sent)
    return made


def example() -> Estate:
    return estate()


def test_the_share_of_the_hours_that_nobody_uses_is_saved() -> None:
    # 118 of 168 hours of 138.24
    (found,) = example().ask("azure_vm_off_hours").recommendations
    assert found.monthly_saving is not None
    assert found.monthly_saving.quantize(Decimal("0.01")) == Decimal("97.10")
    assert "did nothing in 118 of a week's 168 hours" in found.reason
    day = "-" * 8 + "#" * 10 + "-" * 6
    assert day * 5 + "-" * 48 in found.evidence
    assert (found.lever, found.component) == ("schedule", "compute")


def test_hours_in_which_it_is_off_already_are_not_saved_again() -> None:
    """Stopped on Sundays by a schedule: of its 144 hours 94 do nothing."""
    made = estate()
    account, series = made.series["azure_vm_cpu"][0]
    kept = [(at, value) for at, value in series.samples if at.weekday() != 6]
    made.series["azure_vm_cpu"] = [(account, replace(series, samples=kept))]
    # the window has 12 days of it then
    (found,) = made.ask("azure_vm_off_hours", min_days=12).recommendations
    assert found.monthly_saving is not None
    assert found.monthly_saving.quantize(Decimal("0.01")) == Decimal("90.24")


@pytest.mark.parametrize(
    ("why", "made"),
    [
        ("busy at night only", estate(cpu=[40.0 if h % 24 in (0, 5, 10, 15, 20) else 1.0 for h in range(336)])),
        ("busy around the clock", estate(cpu=30)),
        ("it does nothing at all", estate(cpu=1)),
        ("idle in one week, not in the other", estate(cpu=[40.0 if office(h) or h < 168 else 1.0 for h in range(336)])),
        ("it sends at night", estate(sent=[1e6 if office(h) else 90e6 for h in range(336)])),
        ("two days off", estate(cpu=[1.0 if h // 24 % 7 == 6 else 30.0 for h in range(336)])),
        ("stopped", estate(power_state="deallocated")),
        ("Spot", estate(priority="Spot")),
        ("of a scale set", estate(owner="scale set")),
        ("young", estate(created_at=dt.datetime(2026, 10, 25))),
        ("protected", estate(tags={"Do-Not-Delete": "true"})),
    ],
)
def test_what_is_left_alone(why: str, made: Estate) -> None:
    found = made.ask("azure_vm_off_hours")
    assert found.recommendations == [] and found.skipped == [], why


def test_a_week_is_too_short_to_learn_from() -> None:
    found = estate(cpu=[40.0 if office(h) else 1.0 for h in range(168)]).ask("azure_vm_off_hours")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == ["its CPU: measured on 7 days, which are too few"]


def test_what_a_commitment_covers_is_not_saved() -> None:
    made = estate()
    made.bill.add("vm-1", "D4s v5", cost="3", pricing_category="Committed", **VM)
    (found,) = made.ask("azure_vm_off_hours").recommendations
    assert found.monthly_cost == Decimal("138.24") and found.covered_cost == Decimal(90)
