"""Traffic to the internet."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.savings_bill import Bill


@pytest.mark.parametrize("service", ["AmazonEC2", "AWSELB", "AmazonS3", "AWSDataTransfer"])
def test_much_traffic_of_one_resource_is_found_without_an_amount(service: str, tmp_path: Path) -> None:
    bill = Bill().add("thing", "EU-DataTransfer-Out-Bytes", cost="2", quantity="22", unit="GB", x_service_code=service)
    (found,) = bill.ask("internet_vs_cdn", tmp_path)
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == ("thing", Decimal(60), None)


def test_little_of_it_other_regions_and_cloudfront_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("i-1", "EU-DataTransfer-Out-Bytes", cost="1.66", unit="GB", x_service_code="AmazonEC2")
    bill.add("i-2", "EU-USE1-AWS-Out-Bytes", cost="9", unit="GB", x_service_code="AmazonEC2")
    bill.add("cdn", "EU-DataTransfer-Out-Bytes", cost="9", unit="GB", x_service_code="AmazonCloudFront")
    bill.add("i-3", "EU-DataTransfer-Regional-Bytes", cost="9", unit="GB", x_service_code="AmazonEC2")
    assert bill.savings("internet_vs_cdn", tmp_path) == {}
