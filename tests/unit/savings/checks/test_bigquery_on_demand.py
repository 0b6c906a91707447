"""BigQuery on demand that slots may undercut."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.savings_bill import Bill


def test_steady_scanning_is_named_and_no_amount(tmp_path: Path) -> None:
    bill = Bill("gcp").add(None, "Analysis (europe-west1)", cost="25", quantity="4", unit="TiB")
    (found,) = bill.ask("bigquery_on_demand", tmp_path)
    assert (found.account_id, found.monthly_cost, found.monthly_saving) == ("account-1", Decimal(750), None)
    assert found.reason.startswith("Queries of account-1 read 4 TiB a day on demand for 750 USD in 30 days, on 28")


def test_the_jobs_of_a_project_are_added_up(tmp_path: Path) -> None:
    bill = Bill("gcp").add("job-1", "Analysis", cost="12.5", quantity="2", unit="TiB")
    assert len(bill.add("job-2", "Analysis", cost="12.5", quantity="2", unit="TiB").ask("bigquery_on_demand", tmp_path))


@pytest.mark.parametrize(
    ("meter", "quantity", "days"),
    [("Analysis", "3.1", 62), ("Analysis", "24", 19), ("Analysis Slots", "24", 62), ("Active Storage", "24", 62)],
)
def test_little_rare_and_other_use_is_not_found(tmp_path: Path, meter: str, quantity: str, days: int) -> None:
    bill = Bill("gcp").add(None, meter, cost="150", quantity=quantity, unit="TiB", first_days_ago=days - 1)
    assert bill.ask("bigquery_on_demand", tmp_path) == []
