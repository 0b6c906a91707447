"""Notebooks, and whether anybody ever stops them."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill


def test_118_of_168_hours_are_saved(tmp_path: Path) -> None:
    bill = Bill().add("n-1", "EU-Notebk:ml.m5.xlarge", cost="5.60", x_service_code="AmazonSageMaker")
    bill.add("space-1", "USE1-Studio:JupyterLab-ml.r6i.4xlarge", cost="5.60", x_service_code="AmazonSageMaker")
    expected = {"n-1": Decimal("118.00"), "space-1": Decimal("118.00")}
    assert bill.savings("notebook_always_on", tmp_path) == expected


def test_stopped_covered_young_and_other_things_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("n-159", "Notebk:ml.t3.medium", cost="5", quantity="22.71")
    bill.add("n-day-off", "Notebk:ml.t3.medium", cost="5", first_days_ago=61, last_days_ago=12)
    bill.add("n-day-off", "Notebk:ml.t3.medium", cost="5", first_days_ago=9)
    bill.add("n-young", "Notebk:ml.t3.medium", cost="5", first_days_ago=26)
    bill.add("n-gone", "Notebk:ml.t3.medium", cost="5", last_days_ago=4)
    bill.add("n-covered", "Notebk:ml.t3.medium", cost="5", pricing_category="Committed")
    bill.add("endpoint", "Host:ml.m5.large", cost="5")
    bill.add("apps", "Notebk:ml.t3.medium", cost="50", quantity="240")
    assert bill.savings("notebook_always_on", tmp_path) == {}
