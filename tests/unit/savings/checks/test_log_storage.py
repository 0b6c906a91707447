"""Logs that cost money."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from savings.plan import make_plan
from tests.savings_bill import Bill


def project(logs: str, rest: str = "10") -> Bill:
    """A project whose logs and whose rest cost so much a day."""
    bill = Bill("gcp").add("vm-1", "E2 Instance Core running in Belgium", cost=rest, service_name="Compute Engine")
    return bill.add(None, "Log Storage cost", cost=logs, unit="GiB", service_name="Cloud Logging")


def test_logs_are_named_with_their_cost_and_no_saving(tmp_path: Path) -> None:
    (found,) = project("2").ask("log_storage", tmp_path)
    assert (found.account_id, found.monthly_cost, found.monthly_saving) == ("account-1", Decimal(60), None)
    assert found.reason == (
        "Logs of account-1 cost 60 USD in 30 days of 360 in all, of it 0 for keeping them longer than 30 days"
    )


def test_what_is_kept_beyond_the_free_days_is_saved(tmp_path: Path) -> None:
    bill = project("2").add(None, "Log Retention cost", cost="1", unit="GiB-Months", service_name="Cloud Logging")
    (found,) = bill.ask("log_storage", tmp_path)
    assert (found.monthly_cost, found.monthly_saving) == (Decimal(90), Decimal(30))


@pytest.mark.parametrize(("logs", "rest"), [("1.66", "10"), ("2", "98.01")])
def test_few_logs_and_a_small_part_are_not_found(tmp_path: Path, logs: str, rest: str) -> None:
    assert project(logs, rest).ask("log_storage", tmp_path) == []


def test_what_is_kept_is_saved_once_however_it_grows(tmp_path: Path) -> None:
    """A project's retention and a bucket that only grows are the same gigabytes."""
    columns: dict[str, Any] = {"service_name": "Cloud Logging"}
    bill = Bill("gcp").add_months("logs", "Log Retention cost", [str(800 + 100 * month) for month in range(9)], "0.10")
    for row in bill.rows:
        row |= columns
    bill.add("logs", "Log Retention cost", cost="6", quantity="60", unit="GiB-Months", **columns)
    rows = [one.to_record() for check in ("log_storage", "storage_only_grows") for one in bill.ask(check, tmp_path)]
    (total,) = make_plan(rows).totals.values()
    assert 0 < total <= rows[0]["monthly_cost"]
