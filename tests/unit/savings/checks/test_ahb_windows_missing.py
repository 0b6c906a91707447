"""Windows VMs that pay for a licence which the customer may own already."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.savings_bill import Bill

DETAILS = '{"UsageType":"ComputeHR","ImageType":null,"ServiceType":"Standard_D4s_v3","VCPUs":4}'
WINDOWS: dict[str, Any] = {
    "x_sku_meter_category": "Virtual Machines", "x_sku_meter_subcategory": "Dv3/DSv3 Series Windows",
    "x_sku_details": DETAILS,
}  # fmt: skip
LINUX = WINDOWS | {"x_sku_meter_subcategory": "Dv3/DSv3 Series"}
SIZE = "D4 v3/D4s v3"


def machine(name: str = "vm-1", **columns: Any) -> Bill:
    """A Windows VM at 0.376 an hour, day and night."""
    return Bill(cloud="azure").add(name, SIZE, cost="9.024", **WINDOWS | columns)


def test_the_difference_to_the_same_size_without_windows_is_saved(tmp_path: Path) -> None:
    # 0.376 less 0.180 an hour, 720 hours; the price is another subscription's
    bill = machine().add("vm-2", SIZE, cost="4.32", sub_account_id="account-2", **LINUX)
    (found,) = bill.ask("ahb_windows_missing", tmp_path)
    assert (found.resource_id, found.monthly_saving) == ("vm-1", Decimal("141.120000000000"))
    assert found.monthly_cost == Decimal("270.720000000000")


def test_the_price_under_a_commitment_is_no_price_without_windows(tmp_path: Path) -> None:
    bill = machine().add("vm-2", SIZE, cost="2", **LINUX | {"pricing_category": "Committed"})
    assert bill.savings("ahb_windows_missing", tmp_path) == {"vm-1": Decimal("132.48")}


def test_else_the_list_price_of_the_licence_counts_at_the_discount_of_the_vm(tmp_path: Path) -> None:
    # 4 vCPUs at 0.046 for 720 hours are 132.48; at nine tenths of the list price 119.23
    bill = machine(list_cost=Decimal("10.026666666667"))
    assert bill.savings("ahb_windows_missing", tmp_path) == {"vm-1": Decimal("119.23")}


@pytest.mark.parametrize(
    "columns",
    [
        {"billing_currency": "EUR"},
        {"x_sku_details": None},
        {"x_sku_details": "not json"},
        {"x_sku_meter_subcategory": "BS Series Windows"},
    ],
)
def test_where_no_price_is_known_the_amount_stays_open(tmp_path: Path, columns: dict[str, Any]) -> None:
    (found,) = machine(**columns).ask("ahb_windows_missing", tmp_path)
    assert found.monthly_saving is None
    assert "an amount that the bill does not state" in found.reason


def test_a_licence_row_is_saved_whole(tmp_path: Path) -> None:
    licence: dict[str, Any] = {
        "x_sku_meter_category": "Virtual Machines Licenses",
        "x_sku_meter_subcategory": "Windows Server",
    }
    bill = Bill(cloud="azure").add("vm-1", "4 vCPU VM License", cost="4.416", **licence)
    assert bill.savings("ahb_windows_missing", tmp_path) == {"vm-1": Decimal("132.48")}


def test_linux_spot_own_licences_clients_and_what_is_gone_are_not_found(tmp_path: Path) -> None:
    bill = machine("vm-spot", pricing_category="Dynamic").add("vm-linux", SIZE, cost="4.32", **LINUX)
    bill.add("vm-spot-meter", "D4s v3 Spot", cost="1", **WINDOWS)
    bill.add("vm-reserved", SIZE, cost="4", **WINDOWS | {"pricing_category": "Committed"})
    bill.add("vm-byol", SIZE, cost="9", **WINDOWS | {"x_sku_details": '{"ImageType":"Windows Server BYOL"}'})
    bill.add("vm-client", SIZE, cost="9", **WINDOWS | {"x_sku_details": '{"ImageType":"Windows Client"}'})
    bill.add("vm-gone", SIZE, cost="9", last_days_ago=4, **WINDOWS)
    bill.add("vm-cheap", SIZE, cost="4.2", **WINDOWS)
    bill.add(None, SIZE, cost="9", **WINDOWS)
    assert bill.savings("ahb_windows_missing", tmp_path) == {}
