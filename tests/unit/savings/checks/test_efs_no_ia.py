"""File systems of EFS and their classes."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

EFS: dict[str, Any] = {"x_service_code": "AmazonEFS", "unit": "GB-Months", "quantity": "10"}


def test_a_file_system_all_in_standard_is_found_without_an_amount(tmp_path: Path) -> None:
    (found,) = Bill().add("fs-1", "EU-TimedStorage-ByteHrs", cost="1", **EFS).ask("efs_no_ia", tmp_path)
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == ("fs-1", Decimal(30), None)


def test_tiered_small_and_other_ones_are_not_found(tmp_path: Path) -> None:
    bill = Bill()
    for name, meter in (("fs-ia", "EU-IATimedStorage-ByteHrs"), ("fs-archive", "EU-ArchiveTimedStorage-ByteHrs")):
        bill.add(name, "EU-TimedStorage-ByteHrs", cost="1", **EFS).add(name, meter, cost="0.10", **EFS)
    bill.add("fs-small", "EU-TimedStorage-ByteHrs", cost="0.33", **EFS)
    bill.add("bucket", "EU-TimedStorage-ByteHrs", cost="1", unit="GB-Months", x_service_code="AmazonS3")
    assert bill.savings("efs_no_ia", tmp_path) == {}
