"""Metrics read from CloudWatch."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill


def test_polling_is_found_by_account_without_an_amount(tmp_path: Path) -> None:
    bill = Bill().add(None, "EU-CW:GMD-Metrics", cost="0.40", quantity="40000", unit="Metrics")
    bill.add("dashboard", "EU-CW:Requests", cost="0.10", quantity="10000", unit="Requests")
    (found,) = bill.ask("metric_api_calls", tmp_path)
    assert (found.account_id, found.resource_id) == ("account-1", "")
    assert (found.monthly_cost, found.monthly_saving) == (Decimal(15), None)


def test_little_of_it_and_other_meters_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add(None, "EU-CW:GMD-Metrics", cost="0.33", quantity="33000", unit="Metrics")
    bill.add(None, "EU-CW:MetricMonitorUsage", cost="9", quantity="30", unit="Metrics")
    bill.add(None, "CW:Requests", cost="9", quantity="30", unit="Requests", region_id="region-2", last_days_ago=4)
    assert bill.savings("metric_api_calls", tmp_path) == {}
