"""Uploads in parts, begun and finished."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

S3: dict[str, Any] = {"x_service_code": "AmazonS3"}


def bucket(bill: Bill, name: str, begun: str, completed: str, aborted: str = "0") -> Bill:
    """A bucket that costs 1 a day, with so many uploads a day."""
    bill.add(name, "EU-TimedStorage-ByteHrs", cost="1", unit="GB-Months", x_operation="StandardStorage", **S3)
    for operation, count, meter in (
        ("InitiateMultipartUpload", begun, "EU-Requests-Tier1"),
        ("CompleteMultipartUpload", completed, "EU-Requests-Tier1"),
        ("AbortMultipartUpload", aborted, "EU-Requests-NoCharge"),
    ):
        bill.add(name, meter, cost="0", quantity=count, unit="Requests", x_operation=operation, **S3)
    return bill


def test_unfinished_uploads_are_counted_and_priced_at_nothing(tmp_path: Path) -> None:
    (found,) = bucket(Bill(), "bucket-1", "10", "7", "1").ask("incomplete_multipart", tmp_path)
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == ("bucket-1", Decimal(30), None)
    assert found.reason.startswith("60 of 300 uploads in parts to bucket-1")


def test_finished_and_aborted_uploads_are_not_found(tmp_path: Path) -> None:
    bill = bucket(Bill(), "bucket-done", "10", "10")
    bucket(bill, "bucket-aborted", "10", "4", "6")
    bill.add("bucket-long-ago", "EU-TimedStorage-ByteHrs", cost="1", unit="GB-Months", **S3)
    bill.add(
        "bucket-long-ago",
        "EU-Requests-Tier1",
        cost="0",
        unit="Requests",
        x_operation="InitiateMultipartUpload",
        last_days_ago=30,
        **S3,
    )
    assert bill.savings("incomplete_multipart", tmp_path) == {}
