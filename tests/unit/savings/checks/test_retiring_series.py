"""VMs of old series, which Microsoft retires and newer ones undercut."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.savings_bill import Bill

LINUX: dict[str, Any] = {"x_sku_meter_category": "Virtual Machines", "x_sku_meter_subcategory": "Dv2/DSv2 Series"}
WINDOWS = LINUX | {"x_sku_meter_subcategory": "Dv2/DSv2 Series Windows"}


def test_the_successors_own_price_in_the_region_counts(tmp_path: Path) -> None:
    # 0.146 an hour less 0.096: 36 of 105.12 in 720 hours
    bill = Bill(cloud="azure").add("vm-1", "D2 v2/DS2 v2", cost="3.504", **LINUX)
    bill.add("vm-2", "D2s v5", cost="2.304", sub_account_id="account-2", **LINUX)
    (found,) = bill.ask("retiring_series", tmp_path)
    assert (found.resource_id, found.monthly_saving) == ("vm-1", Decimal("36.000000000000"))
    assert found.monthly_cost == Decimal("105.120000000000")


def test_the_cheapest_of_the_targets_on_the_bill_is_proposed(tmp_path: Path) -> None:
    bill = Bill(cloud="azure").add("vm-1", "D2 v2/DS2 v2", cost="3.504", **LINUX)
    bill.add("vm-2", "D2s v5", cost="2.304", **LINUX).add("vm-3", "D2as v5", cost="2.064", **LINUX)
    (found,) = bill.ask("retiring_series", tmp_path)
    assert found.monthly_saving == Decimal("43.200000000000")
    assert found.reason.endswith("as D2as v5 it costs 43.20 USD less in 30 days")


@pytest.mark.parametrize(
    "successor",
    [
        {"region_id": "region-2"},
        {"billing_currency": "EUR"},
        {"pricing_category": "Committed"},
        {"x_sku_meter_subcategory": "Dsv5 Series Windows"},
        {"cost": "3.6"},
    ],
)
def test_without_a_lower_price_of_its_own_the_amount_stays_open(tmp_path: Path, successor: dict[str, Any]) -> None:
    bill = Bill(cloud="azure").add("vm-1", "D2 v2/DS2 v2", cost="3.504", **LINUX)
    (found,) = bill.add("vm-2", "D2s v5", **{"cost": "2.304", **LINUX, **successor}).ask("retiring_series", tmp_path)
    assert (found.resource_id, found.monthly_saving) == ("vm-1", None)
    assert found.reason.endswith("retired on 2028-05-01; as D2s v5 it costs an amount that this bill does not state")


@pytest.mark.parametrize(
    "meter", ["A4 v2", "B2ms", "F4/F4s", "F8s v2", "D13 v2/DS13 v2", "DS3 v2", "D3/DS3", "L8s v2", "A2m v2"]
)
def test_every_series_is_known_by_its_meters(tmp_path: Path, meter: str) -> None:
    assert list(Bill(cloud="azure").add("vm-1", meter, cost="5", **WINDOWS).savings("retiring_series", tmp_path)) == [
        "vm-1"
    ]


def test_what_a_commitment_covers_is_not_saved_for_sure(tmp_path: Path) -> None:
    bill = (
        Bill(cloud="azure")
        .add("vm-1", "D2 v2/DS2 v2", cost="3.504", **LINUX)
        .add("vm-2", "D2s v5", cost="2.304", **LINUX)
    )
    bill.add("vm-1", "D2 v2/DS2 v2", cost="2.5", pricing_category="Committed", **LINUX)
    (found,) = bill.ask("retiring_series", tmp_path)
    assert found.monthly_cost == Decimal("105.120000000000")
    assert (found.monthly_saving, found.covered_cost) == (Decimal("36.000000000000"), Decimal(75))


def test_new_series_spot_covered_and_gone_ones_are_not_found(tmp_path: Path) -> None:
    bill = (
        Bill(cloud="azure").add("vm-new", "D2s v5", cost="2", **LINUX).add("vm-v3", "D2 v3/D2s v3", cost="2", **LINUX)
    )
    bill.add("vm-b", "B2s v2", cost="2", **LINUX).add("vm-e", "E2 v3/E2s v3", cost="2", **LINUX)
    bill.add("vm-spot", "D2 v2/DS2 v2", cost="1", pricing_category="Dynamic", **LINUX)
    bill.add("vm-spot-meter", "D2 v2/DS2 v2 Spot", cost="1", **LINUX)
    bill.add("vm-covered", "D2 v2/DS2 v2", cost="1", pricing_category="Committed", **LINUX)
    bill.add("vm-gone", "D2 v2/DS2 v2", cost="1", last_days_ago=4, **LINUX)
    bill.add("other", "D2", cost="1", x_sku_meter_category="Cloud Services")
    assert bill.savings("retiring_series", tmp_path) == {}
