"""What runs at night and on weekends outside production."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.savings_bill import Bill

DEV: dict[str, Any] = {"x_environment": "dev", "x_service_code": "AmazonEC2"}


def test_118_of_168_hours_are_saved(tmp_path: Path) -> None:
    # 30 days at 5.60: 168 x 118 / 168
    bill = Bill().add("i-1", "EU-BoxUsage:m5.large", cost="5.60", **DEV)
    bill.add("i-1", "EU-EBSOptimized:m5.large", cost="9", **DEV)
    (found,) = bill.ask("nonprod_always_on", tmp_path)
    assert (found.monthly_cost, found.monthly_saving) == (Decimal("168.000000000000"), Decimal("118.000000000000"))
    assert "i-1 of dev ran at least 168 of 168 hours in each of four weeks for 168 USD" in found.reason


@pytest.mark.parametrize("usage_type", ["EU-InstanceUsage:db.m5.large", "Multi-AZUsage:db.r6g.xl"])
def test_databases_too_and_staging_by_the_name_of_the_account(tmp_path: Path, usage_type: str) -> None:
    bill = Bill().add("db-1", usage_type, cost="5.60", sub_account_name="Shop Staging")
    assert bill.savings("nonprod_always_on", tmp_path) == {"db-1": Decimal("118.00")}


def test_virtual_machines_of_azure(tmp_path: Path) -> None:
    azure = Bill("azure").add(
        "/vm/1", "D4s v5", cost="5.60", x_sku_meter_category="Virtual Machines", x_environment="Test"
    ).add(
        "/vm/spot", "D4s v5 Spot", cost="5.60", x_sku_meter_category="Virtual Machines", x_environment="Test",
        pricing_category="Dynamic",
    ).add(
        "/vmss/1", "D4s v5", cost="56", quantity="240", x_sku_meter_category="Virtual Machines", x_environment="Test"
    )  # fmt: skip
    assert azure.savings("nonprod_always_on", tmp_path) == {"/vm/1": Decimal("118.00")}


def test_vcpus_of_google(tmp_path: Path) -> None:
    google = Bill("gcp")
    for name, core_hours in (("vm-on", "96"), ("vm-14-of-24-hours", "56"), ("vm-day", "36")):
        google.add(name, "N2 Instance Core running in EMEA", cost="4", quantity=core_hours, x_environment="dev")
        google.add(name, "N2 Instance Ram running in EMEA", cost="1.60", quantity="384", x_environment="dev")
    assert google.savings("nonprod_always_on", tmp_path) == {"vm-on": Decimal("118.00")}


def test_google_by_the_hour_needs_a_charge_for_each(tmp_path: Path) -> None:
    bill = Bill("gcp")
    for _ in range(12):
        bill.add("vm-half", "N2 Instance Core running in EMEA", cost="0.2", quantity="4", x_environment="dev")
    for _ in range(24):
        bill.add("vm-on", "N2 Instance Core running in EMEA", cost="0.2", quantity="2", x_environment="dev")
    # 144 x 118 / 168
    assert bill.savings("nonprod_always_on", tmp_path) == {"vm-on": Decimal("101.14")}


def test_weekends_off_production_covered_young_and_stopped_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("i-prod", "BoxUsage:m5.large", cost="5", x_environment="production", sub_account_name="dev")
    bill.add("i-unknown", "BoxUsage:m5.large", cost="5", sub_account_name="shop")
    bill.add("i-159", "BoxUsage:m5.large", cost="5", quantity="22.71", **DEV)
    for first in range(61, -1, -7):
        bill.add(
            "i-weekdays", "BoxUsage:m5.large", cost="5", first_days_ago=first, last_days_ago=max(first - 4, 0), **DEV
        )
    bill.add("i-covered", "BoxUsage:m5.large", cost="5", pricing_category="Committed", **DEV)
    bill.add("i-spot", "SpotUsage:m5.large", cost="5", pricing_category="Dynamic", **DEV)
    bill.add("i-young", "BoxUsage:m5.large", cost="5", first_days_ago=20, **DEV)
    bill.add("i-stopped", "BoxUsage:m5.large", cost="5", last_days_ago=3, **DEV)
    bill.add("fleet", "BoxUsage:m5.large", cost="50", quantity="240", **DEV)
    bill.add(None, "BoxUsage:m5.large", cost="5", **DEV)
    assert bill.savings("nonprod_always_on", tmp_path) == {}


def test_160_hours_are_enough(tmp_path: Path) -> None:
    bill = Bill().add("i-160", "BoxUsage:m5.large", cost="5.60", quantity="22.86", **DEV)
    assert bill.savings("nonprod_always_on", tmp_path) == {"i-160": Decimal("118.00")}
