"""Analytics pools of non-production that are never paused."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

SYNAPSE: dict[str, Any] = {"x_sku_meter_category": "Azure Synapse Analytics", "x_environment": "dev"}
KUSTO: dict[str, Any] = {"x_sku_meter_category": "Azure Data Explorer", "x_environment": "test"}


def test_the_hours_outside_work_are_saved(tmp_path: Path) -> None:
    # DW300c: 3 x 24 hundreds of DWUs a day; 118 of 168 hours of 1680
    bill = Bill(cloud="azure").add("pool-1", "100 DWUs", cost="56", quantity="72", unit="Units/Hour", **SYNAPSE)
    bill.add("kusto-1", "Standard Markup", cost="28", quantity="24", **KUSTO)
    assert bill.savings("always_on_pool", tmp_path) == {"pool-1": Decimal("1180.00"), "kusto-1": Decimal("590.00")}


def test_what_a_reservation_covers_is_not_saved_for_sure(tmp_path: Path) -> None:
    bill = Bill(cloud="azure").add("pool-1", "100 DWUs", cost="28", quantity="36", **SYNAPSE)
    bill.add("pool-1", "100 DWUs", cost="14", quantity="36", pricing_category="Committed", **SYNAPSE)
    (found,) = bill.ask("always_on_pool", tmp_path)
    assert found.monthly_saving == Decimal("590.000000000000")
    # of the 420 that are covered the plan frees the share that is saved
    assert found.covered_cost == Decimal(420)


def test_production_paused_new_and_stored_ones_are_not_found(tmp_path: Path) -> None:
    bill = Bill(cloud="azure").add("prod", "100 DWUs", cost="9", **SYNAPSE | {"x_environment": "prod"})
    bill.add("unnamed", "100 DWUs", cost="9", **SYNAPSE | {"x_environment": None})
    bill.add("paused-once", "100 DWUs", cost="9", last_days_ago=8, **SYNAPSE)
    bill.add("paused-once", "100 DWUs", cost="9", first_days_ago=6, **SYNAPSE)
    bill.add("paused-at-night", "100 DWUs", cost="9", last_days_ago=8, **SYNAPSE)
    bill.add("paused-at-night", "100 DWUs", cost="9", quantity="12", first_days_ago=7, **SYNAPSE)
    bill.add("paused-every-night", "100 DWUs", cost="9", quantity="10", **SYNAPSE)
    bill.add("new", "100 DWUs", cost="9", first_days_ago=26, **SYNAPSE)
    bill.add("stored", "Storage Data Stored", cost="9", unit="TB-Months", **SYNAPSE)
    bill.add("reserved", "100 DWUs", cost="9", pricing_category="Committed", **SYNAPSE)
    assert bill.savings("always_on_pool", tmp_path) == {}
