"""Machines that were stopped from within, which cost what running ones do."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

VM: dict[str, Any] = {"x_sku_meter_category": "Virtual Machines"}
PLAIN: dict[str, Any] = {
    "size": "Standard_D4s_v5",
    "power_state": "stopped",
    "is_on_host": False,
    "created_at": dt.datetime(2026, 1, 1),
}


def estate(**columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("vm-1", "D4s v5", cost="4.608", **VM)
    bill.add("vm-1", "4 vCPU VM License", cost="2.4", **VM | {"x_sku_meter_category": "Virtual Machines Licenses"})
    bill.add("vm-1", "Standard Data Transfer Out", cost="1", x_sku_meter_category="Bandwidth")
    return Estate(bill).add("azure_virtual_machines", "VM-1", **(PLAIN | columns))


def example() -> Estate:
    return estate()


def test_its_hours_and_licences_are_saved_and_what_it_sent_is_not() -> None:
    (found,) = example().ask("azure_vm_stopped").recommendations
    assert found.monthly_saving == Decimal("210.24") == (Decimal("4.608") + Decimal("2.4")) * 30
    assert (found.lever, found.component) == ("delete", "compute")


def test_covered_hours_are_apart() -> None:
    made = example()
    made.bill.add("vm-1", "D4s v5", cost="3", pricing_category="Committed", **VM)
    (found,) = made.ask("azure_vm_stopped").recommendations
    assert (found.monthly_saving, found.covered_cost) == (Decimal("210.24"), Decimal(90))


@pytest.mark.parametrize(
    ("why", "columns"),
    [
        ("running", {"power_state": "running"}),
        ("deallocated", {"power_state": "deallocated"}),
        ("on a host that is paid for anyway", {"is_on_host": True}),
        ("of a scale set", {"owner": "scale set"}),
        ("made a week ago", {"created_at": dt.datetime(2026, 10, 26)}),
        ("protected", {"tags": {"legal-hold": "2027"}}),
    ],
)
def test_what_is_left_alone(why: str, columns: dict[str, Any]) -> None:
    found = estate(**columns).ask("azure_vm_stopped")
    assert found.recommendations == [] and found.skipped == [], why


def test_a_state_that_is_not_known_is_not_judged() -> None:
    found = estate(power_state=None).ask("azure_vm_stopped")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == ["what state it is in is not known"]
