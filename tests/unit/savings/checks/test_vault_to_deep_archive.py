"""Vaults of Amazon Glacier."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

VAULT: dict[str, Any] = {"x_service_code": "AmazonGlacier", "unit": "GB-Months", "quantity": "100"}


def test_the_share_depends_on_the_region(tmp_path: Path) -> None:
    bill = Bill().add("vault-ireland", "EU-TimedStorage-ByteHrs", cost="1", region_id="eu-west-1", **VAULT)
    bill.add("vault-frankfurt", "EUC1-TimedStorage-ByteHrs", cost="1", region_id="eu-central-1", **VAULT)
    bill.add("vault-oregon", "USW2-TimedStorage-ByteHrs", cost="1", region_id="us-west-2", **VAULT)
    assert bill.savings("vault_to_deep_archive", tmp_path) == {
        "vault-oregon": Decimal("21.75"),
        "vault-ireland": Decimal("21.75"),
        "vault-frankfurt": Decimal("16.68"),
    }


def test_the_own_price_of_deep_archive_counts(tmp_path: Path) -> None:
    bill = Bill().add("vault", "TimedStorage-ByteHrs", cost="1", region_id="us-east-1", **VAULT)
    bill.add(
        "bucket",
        "TimedStorage-GDA-ByteHrs",
        cost="1",
        quantity="200",
        unit="GB-Months",
        region_id="us-east-1",
        x_service_code="AmazonS3",
    )
    assert bill.savings("vault_to_deep_archive", tmp_path) == {"vault": Decimal("15.00")}


def test_classes_of_s3_and_vaults_that_are_gone_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("bucket", "EU-TimedStorage-ByteHrs", cost="1", unit="GB-Months", x_service_code="AmazonS3")
    bill.add("bucket", "EU-TimedStorage-GlacierByteHrs", cost="1", unit="GB-Months", x_service_code="AmazonS3")
    bill.add("gone", "EU-TimedStorage-ByteHrs", cost="1", last_days_ago=4, **VAULT)
    bill.add("vault", "EU-Requests-Tier1", cost="1", x_service_code="AmazonGlacier")
    assert bill.savings("vault_to_deep_archive", tmp_path) == {}
