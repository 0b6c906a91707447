"""DynamoDB tables on demand, and what provisioned capacity would cost."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

DDB: dict[str, Any] = {"x_service_code": "AmazonDynamoDB", "unit": "WriteRequestUnits"}
METER = "EU-WriteRequestUnits"


def test_even_traffic_costs_less_with_provisioned_capacity(tmp_path: Path) -> None:
    # 8,640,000 writes a day: 100 a second; capacity of 100 * 2 / 0.7 units at 1040 * 0.000000625 an hour
    bill = Bill().add("table-1", METER, cost="5.40", quantity="8640000", **DDB)
    # 162 less 285.714 * 0.00065 * 720
    assert bill.savings("capacity_mode", tmp_path) == {"table-1": Decimal("28.29")}


def test_the_own_price_of_a_unit_counts(tmp_path: Path) -> None:
    bill = Bill().add("table-1", METER, cost="5.40", quantity="8640000", **DDB)
    bill.add("table-2", "EU-WriteCapacityUnit-Hrs", cost="0.01", quantity="20", x_service_code="AmazonDynamoDB")
    # 162 less 285.714 * 0.0005 * 720
    assert bill.savings("capacity_mode", tmp_path) == {"table-1": Decimal("59.14")}


def test_uneven_young_and_other_tables_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("table-uneven", METER, cost="5.40", quantity="8640000", **DDB)
    bill.add("table-uneven", METER, cost="2.70", quantity="4320000", first_days_ago=9, last_days_ago=9, **DDB)
    bill.add("table-young", METER, cost="5.40", quantity="8640000", first_days_ago=28, **DDB)
    bill.add("table-ia", "EU-IA-WriteRequestUnits", cost="5.40", quantity="8640000", **DDB)
    assert bill.savings("capacity_mode", tmp_path) == {}
