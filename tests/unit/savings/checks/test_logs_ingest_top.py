"""What is written to log groups."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

LOGS: dict[str, Any] = {"x_service_code": "AmazonCloudWatch", "unit": "GB", "quantity": "4"}
METER = "EU-DataProcessing-Bytes"


def test_a_log_group_with_a_hundredth_of_the_account(tmp_path: Path) -> None:
    bill = Bill().add("group-1", METER, cost="2", **LOGS).add("i-1", "BoxUsage:m5.large", cost="198")
    assert bill.savings("logs_ingest_top", tmp_path) == {"group-1": Decimal("30.00")}


def test_the_own_price_of_infrequent_access_counts(tmp_path: Path) -> None:
    bill = Bill().add("group-1", METER, cost="2", **LOGS)
    bill.add("group-ia", "EU-DataProcessingIA-Bytes", cost="0.80", sub_account_id="account-2", **LOGS)
    assert bill.savings("logs_ingest_top", tmp_path) == {"group-1": Decimal("36.00")}


def test_small_ones_stored_ones_and_what_ended_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("group-1", METER, cost="1.99", **LOGS).add("i-1", "BoxUsage:m5.large", cost="198")
    bill.add("lb", METER, cost="50", x_service_code="AWSELB", unit="GB")
    bill.add("group-moved", METER, cost="5", last_days_ago=4, **LOGS)
    bill.add("group-moved", "EU-DataProcessingIA-Bytes", cost="5", region_id="region-2", first_days_ago=3, **LOGS)
    assert bill.savings("logs_ingest_top", tmp_path) == {}


def test_a_day_is_no_month(tmp_path: Path) -> None:
    bill = Bill().add("group-1", METER, cost="1000", first_days_ago=0, **LOGS)
    bill.add("group-2", METER, cost="1000", first_days_ago=5, **LOGS)
    bill.add("group-3", METER, cost="1000", first_days_ago=6, **LOGS)
    assert set(bill.savings("logs_ingest_top", tmp_path)) == {"group-3"}


def test_another_currency_is_another_account(tmp_path: Path) -> None:
    bill = Bill().add("group-1", METER, cost="2", billing_currency="EUR", **LOGS)
    bill.add("i-1", "BoxUsage:m5.large", cost="1000")
    assert bill.savings("logs_ingest_top", tmp_path) == {"group-1": Decimal("30.00")}
