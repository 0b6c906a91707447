"""Objects deleted too early."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

S3: dict[str, Any] = {"x_service_code": "AmazonS3", "unit": "GB-Months"}


def test_the_fee_of_a_bucket_is_found(tmp_path: Path) -> None:
    bill = Bill().add("bucket-1", "EU-TimedStorage-SIA-ByteHrs", cost="1", **S3)
    bill.add("bucket-1", "EU-EarlyDelete-SIA", cost="0.20", first_days_ago=20, last_days_ago=11, **S3)
    bill.add("bucket-1", "EU-EarlyDelete-GIR", cost="0.30", first_days_ago=20, last_days_ago=11, **S3)
    assert bill.savings("s3_early_delete", tmp_path) == {"bucket-1": Decimal("5.00")}


def test_little_of_it_and_other_services_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("bucket-1", "EU-EarlyDelete-SIA", cost="1.00", first_days_ago=0, **S3)
    bill.add("bucket-1", "EU-TimedStorage-SIA-ByteHrs", cost="1", **S3)
    bill.add("bucket-old", "EU-EarlyDelete-SIA", cost="5", last_days_ago=31, **S3)
    bill.add("bucket-old", "EU-TimedStorage-SIA-ByteHrs", cost="1", **S3)
    bill.add("vault", "EU-EarlyDelete-ByteHrs", cost="5", x_service_code="AmazonGlacier")
    assert bill.savings("s3_early_delete", tmp_path) == {}


def test_buckets_without_a_name_are_said_to_be_of_their_account(tmp_path: Path) -> None:
    (found,) = Bill().add(None, "EU-EarlyDelete-SIA", cost="1", **S3).ask("s3_early_delete", tmp_path)
    assert found.reason.startswith("Storage of account-1 was billed 30 USD in 30 days")
