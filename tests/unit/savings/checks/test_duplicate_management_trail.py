"""Paid copies of management events."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill


def test_paid_events_are_found_by_account_and_region(tmp_path: Path) -> None:
    bill = Bill().add(None, "EUC1-PaidEventsRecorded", cost="0.40", quantity="20000", unit="Events")
    bill.add(None, "USE2-PaidEventsRecorded", cost="0.10", quantity="5000", unit="Events", region_id="region-2")
    found = bill.ask("duplicate_management_trail", tmp_path)
    assert {(one.region, one.monthly_saving) for one in found} == {
        ("region-1", Decimal(12)),
        ("region-2", Decimal(3)),
    }
    assert "600,000 management events" in found[0].reason


def test_free_and_data_events_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add(None, "EUC1-FreeEventsRecorded", cost="0", quantity="20000", unit="Events")
    bill.add(None, "EUC1-DataEventsRecorded", cost="4", quantity="20000", unit="Events")
    bill.add("trail", "EUC1-PaidEventsRecorded", cost="0", quantity="20000", unit="Events")
    bill.add("trail-gone", "EUC1-PaidEventsRecorded", cost="1", quantity="20000", unit="Events", last_days_ago=4)
    assert bill.savings("duplicate_management_trail", tmp_path) == {}
