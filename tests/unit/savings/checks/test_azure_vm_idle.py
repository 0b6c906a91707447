"""Machines that run and do nothing."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {
    "size": "Standard_D4s_v5",
    "power_state": "running",
    "is_on_host": False,
    "created_at": dt.datetime(2026, 1, 1),
}


def estate(cpu: Any = 2, received: Any = 10e6, sent: Any = 20e6, **columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("vm-1", "D4s v5", cost="4.608", x_sku_meter_category="Virtual Machines")
    bill.add("vm-1", "P10 LRS Disk", cost="1", x_sku_meter_category="Storage")
    made = Estate(bill).add("azure_virtual_machines", "VM-1", **(PLAIN | columns))
    for metric, values in (("cpu", cpu), ("network_in", received), ("network_out", sent)):
        if values is not None:
            made.measure(f"azure_vm_{metric}", "VM-1", values)
    return made


def example() -> Estate:
    return estate()


def test_its_hours_are_saved_and_its_disk_is_not() -> None:
    (found,) = example().ask("azure_vm_idle").recommendations
    assert found.monthly_saving == Decimal("138.24")
    assert "no hour with more than 2 % CPU on 14 days and moved at most 30 MB an hour" in found.reason


def test_a_threshold_of_ones_own_finds_more() -> None:
    busier = estate(cpu=9)
    assert busier.savings("azure_vm_idle") == {}
    assert busier.savings("azure_vm_idle", most_cpu=Decimal(10)) == {"vm-1": Decimal("138.24")}


def nightly(day: float, night: float) -> list[float]:
    """Two weeks of which one hour a night differs."""
    return [night if hour % 24 == 2 else day for hour in range(14 * 24)]


@pytest.mark.parametrize(
    ("why", "made"),
    [
        ("a little busy", estate(cpu=5.1)),
        ("busy at night only", estate(cpu=nightly(1, 60))),
        ("once in two weeks", estate(cpu=[1.0] * 335 + [40.0])),
        ("it sends", estate(sent=60e6)),
        ("it sends at night only", estate(sent=nightly(0, 5e9))),
        ("stopped", estate(power_state="deallocated")),
        ("of a scale set", estate(owner="scale set")),
        ("young", estate(created_at=dt.datetime(2026, 10, 25))),
        ("protected", estate(tags={"keep": ""})),
    ],
)
def test_what_is_left_alone(why: str, made: Estate) -> None:
    found = made.ask("azure_vm_idle")
    assert found.recommendations == [] and found.skipped == [], why


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (estate(cpu=None), "its CPU: measured on 0 days, which are too few"),
        (estate(sent=[0.0] * 48), "what it sends: measured on 2 days, which are too few"),
        (estate(received=None), "what it receives: measured on 0 days, which are too few"),
    ],
)
def test_what_was_not_measured_for_a_week_is_not_judged(made: Estate, reason: str) -> None:
    found = made.ask("azure_vm_idle")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == [reason]


def test_one_hour_a_day_says_nothing_of_the_others() -> None:
    made = estate(cpu=None)
    made.measure("azure_vm_cpu", "VM-1", [1.0] * 14, hours=24)
    assert [one.reason for one in made.ask("azure_vm_idle").skipped] == [
        "its CPU: measured on 14 days, which are too few"
    ]
