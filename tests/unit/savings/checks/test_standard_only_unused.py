"""Buckets in S3 Standard, used and unused."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

S3: dict[str, Any] = {"x_service_code": "AmazonS3"}
STANDARD = "EU-TimedStorage-ByteHrs"


def bucket(bill: Bill, name: str, **columns: Any) -> Bill:
    """A bucket that costs 2 a day in S3 Standard."""
    return bill.add(
        name, STANDARD, cost="2", quantity="100", unit="GB-Months", x_operation="StandardStorage", **S3, **columns
    )


def test_an_unused_bucket_saves_a_share(tmp_path: Path) -> None:
    bill = bucket(Bill(), "bucket-1")
    # looking at a bucket is not using it
    bill.add("bucket-1", "EU-Requests-Tier1", cost="0", quantity="9", unit="Requests", x_operation="ListBucket", **S3)
    assert bill.savings("standard_only_unused", tmp_path) == {"bucket-1": Decimal("18.00")}


def test_the_own_price_of_the_target_counts(tmp_path: Path) -> None:
    bill = bucket(Bill(), "bucket-1")
    bill.add("bucket-ia", "EU-TimedStorage-SIA-ByteHrs", cost="1", quantity="100", unit="GB-Months", **S3)
    assert bill.savings("standard_only_unused", tmp_path) == {"bucket-1": Decimal("30.00")}


def test_buckets_that_are_used_tiered_new_or_gone_are_not_found(tmp_path: Path) -> None:
    bill = Bill()
    for operation in ("PutObject", "GetObject", "CopyObject"):
        bucket(bill, operation)
        bill.add(
            operation,
            "EU-Requests-Tier2",
            cost="0",
            quantity="1",
            unit="Requests",
            x_operation=operation,
            first_days_ago=50,
            last_days_ago=50,
            **S3,
        )
    bucket(bill, "tiered").add("tiered", "EU-TimedStorage-INT-FA-ByteHrs", cost="1", unit="GB-Months", **S3)
    bucket(bill, "new", first_days_ago=40)
    bucket(bill, "gone", last_days_ago=4)
    bill.add("table", STANDARD, cost="2", unit="GB-Months", x_service_code="AmazonDynamoDB")
    assert bill.savings("standard_only_unused", tmp_path) == {}
