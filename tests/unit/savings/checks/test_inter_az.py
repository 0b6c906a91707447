"""Traffic between zones."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill

METER = "EU-DataTransfer-Regional-Bytes"


def test_much_traffic_of_one_resource_is_found_without_an_amount(tmp_path: Path) -> None:
    bill = Bill().add("i-1", METER, cost="0.30", quantity="30", unit="GB", x_operation="InterZone-Out")
    bill.add("i-1", METER, cost="0.20", quantity="20", unit="GB", x_operation="InterZone-In")
    (found,) = bill.ask("inter_az", tmp_path)
    assert (found.resource_id, found.monthly_cost, found.monthly_saving) == ("i-1", Decimal(15), None)


def test_little_of_it_and_other_traffic_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("i-1", METER, cost="0.33", quantity="33", unit="GB")
    bill.add("i-2", "EU-DataTransfer-Out-Bytes", cost="9", quantity="100", unit="GB")
    bill.add(None, METER, cost="9", quantity="900", unit="GB")
    bill.add("i-3", METER, cost="9", quantity="900", unit="GB", last_days_ago=4)
    assert bill.savings("inter_az", tmp_path) == {}
