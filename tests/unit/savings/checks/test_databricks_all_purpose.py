"""Scheduled work on interactive Databricks clusters."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

DBU: dict[str, Any] = {"unit": "Units", "x_sku_meter_category": "Azure Databricks"}
ALL_PURPOSE, JOBS = "Premium All-purpose Compute DBU", "Premium Jobs Compute DBU"


def workspace(bill: Bill, name: str = "ws-1", **columns: Any) -> Bill:
    """100 DBUs a day for 55, and 60 more on working days for some weeks."""
    values: dict[str, Any] = {"cost": "55", "quantity": "100", **DBU, **columns}
    bill.add(name, ALL_PURPOSE, **values)
    return bill.add(name, ALL_PURPOSE, **values | {"cost": "33", "quantity": "60", "first_days_ago": 5})


def test_what_runs_on_the_quietest_day_is_saved_at_the_list_prices_ratio(tmp_path: Path) -> None:
    # 100 DBUs on 30 days at 0.55 are 1650, of which jobs cost 55 %
    (found,) = workspace(Bill(cloud="azure")).ask("databricks_all_purpose", tmp_path)
    assert (found.monthly_saving or Decimal(0)).quantize(Decimal("0.01")) == Decimal("742.50")


def test_the_own_price_of_jobs_counts(tmp_path: Path) -> None:
    # 0.55 less 0.30 for 3000 DBUs
    bill = workspace(Bill(cloud="azure")).add("ws-2", JOBS, cost="3", quantity="10", **DBU)
    assert bill.savings("databricks_all_purpose", tmp_path) == {"ws-1": Decimal("750.00")}


def test_days_off_other_dbus_covered_and_gone_ones_are_not_found(tmp_path: Path) -> None:
    bill = Bill(cloud="azure").add("ws-weekdays", ALL_PURPOSE, cost="5", quantity="10", last_days_ago=9, **DBU)
    bill.add("ws-weekdays", ALL_PURPOSE, cost="5", quantity="10", first_days_ago=7, **DBU)
    bill.add("ws-new", ALL_PURPOSE, cost="5", quantity="10", first_days_ago=26, **DBU)
    bill.add("ws-gone", ALL_PURPOSE, cost="5", quantity="10", last_days_ago=1, **DBU)
    bill.add("ws-jobs", JOBS, cost="2", quantity="10", **DBU)
    bill.add("ws-serverless", "Premium Interactive Serverless Compute DBU", cost="5", quantity="10", **DBU)
    bill.add("ws-committed", ALL_PURPOSE, cost="5", quantity="10", pricing_category="Committed", **DBU)
    assert bill.savings("databricks_all_purpose", tmp_path) == {}
