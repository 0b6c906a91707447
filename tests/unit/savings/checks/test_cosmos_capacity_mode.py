"""Cosmos DB that autoscales and never scales."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

COSMOS: dict[str, Any] = {"x_sku_meter_category": "Azure Cosmos DB", "unit": "Units/Hour"}
AUTOSCALE = "AP1 100 RUs"


def test_the_dearer_price_of_autoscale_is_saved(tmp_path: Path) -> None:
    # 1000 RU/s: 10 hundreds for 24 hours at 0.012 are 2.88 a day
    bill = Bill(cloud="azure").add("db-1", AUTOSCALE, cost="2.88", quantity="240", **COSMOS)
    (found,) = bill.ask("cosmos_capacity_mode", tmp_path)
    assert (found.monthly_saving or Decimal(0)).quantize(Decimal("0.0001")) == Decimal("28.8000")
    assert found.reason.startswith("db-1 was billed 1,000 RU/s of autoscale throughput on every one of 30 days")


def test_what_scales_is_standard_small_new_or_covered_is_not_found(tmp_path: Path) -> None:
    bill = Bill(cloud="azure").add("db-scales", AUTOSCALE, cost="2.88", quantity="240", last_days_ago=1, **COSMOS)
    bill.add("db-scales", AUTOSCALE, cost="2.86", quantity="238", first_days_ago=0, **COSMOS)
    bill.add("db-manual", "100 RU/s", cost="2", quantity="240", **COSMOS)
    bill.add("db-small", AUTOSCALE, cost="0.09", quantity="8", **COSMOS)
    bill.add("db-new", AUTOSCALE, cost="2.88", quantity="240", first_days_ago=28, **COSMOS)
    bill.add("db-covered", AUTOSCALE, cost="2.88", quantity="240", pricing_category="Committed", **COSMOS)
    assert bill.savings("cosmos_capacity_mode", tmp_path) == {}
