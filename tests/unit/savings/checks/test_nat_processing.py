"""What NAT gateways process."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill

METER = "EU-NatGateway-Bytes"


def test_a_fifth_of_the_network_beside_s3_is_found_without_an_amount(tmp_path: Path) -> None:
    bill = Bill().add("nat-1", METER, cost="1", quantity="20", unit="GB")
    bill.add("i-1", "EU-DataTransfer-Out-Bytes", cost="4", quantity="40", unit="GB", x_service_code="AmazonEC2")
    bill.add("bucket", "EU-TimedStorage-ByteHrs", cost="1", unit="GB-Months", x_service_code="AmazonS3")
    (found,) = bill.ask("nat_processing", tmp_path)
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == ("", Decimal(30), None)


def test_little_of_the_network_and_accounts_without_s3_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("nat-1", METER, cost="1", quantity="20", unit="GB")
    bill.add("i-1", "EU-DataTransfer-Out-Bytes", cost="4.10", quantity="40", unit="GB")
    bill.add("bucket", "EU-TimedStorage-ByteHrs", cost="1", unit="GB-Months", x_service_code="AmazonS3")
    bill.add("nat-2", METER, cost="1", quantity="20", unit="GB", region_id="region-2")
    bill.add("nat-3", METER, cost="0.33", quantity="7", unit="GB", region_id="region-3")
    bill.add("table", "TimedStorage-ByteHrs", cost="1", x_service_code="AmazonDynamoDB", region_id="region-3")
    assert bill.savings("nat_processing", tmp_path) == {}
