"""Snapshots that were there a year ago."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill

METER = "EU-EBS:SnapshotUsage"


def test_a_snapshot_of_a_year_saves_what_it_costs(tmp_path: Path) -> None:
    bill = Bill().add("snap-old", METER, cost="0.05", quantity="1", unit="GB-Months", first_days_ago=365)
    (found,) = bill.ask("snapshot_over_1y", tmp_path)
    assert (found.resource_id, found.monthly_saving) == ("snap-old", Decimal("1.5"))
    assert "has been billed for 365 days" in found.reason


def test_younger_archived_and_deleted_ones_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("snap-young", METER, cost="0.05", quantity="1", unit="GB-Months", first_days_ago=364)
    bill.add(
        "snap-archived", "EBS:SnapshotArchiveStorage", cost="0.05", quantity="1", unit="GB-Months", first_days_ago=380
    )
    bill.add("snap-gone", METER, cost="0.05", quantity="1", unit="GB-Months", first_days_ago=380, last_days_ago=4)
    bill.add("vol-1", "EBS:VolumeUsage.gp3", cost="0.05", quantity="1", unit="GB-Months", first_days_ago=380)
    assert bill.savings("snapshot_over_1y", tmp_path) == {}


def test_one_that_went_to_the_archive_last_week_is_not_found(tmp_path: Path) -> None:
    bill = Bill().add("snap", METER, cost="5", quantity="1", unit="GB-Months", first_days_ago=380, last_days_ago=8)
    bill.add("snap", "EBS:SnapshotArchiveStorage", cost="1", quantity="1", unit="GB-Months", first_days_ago=7)
    assert bill.savings("snapshot_over_1y", tmp_path) == {}
