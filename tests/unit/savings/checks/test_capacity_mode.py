"""DynamoDB tables on demand, and what provisioned capacity would cost."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from savings.findings import Recommendation
from tests.savings_bill import LAST_DAY, Bill

DDB: dict[str, Any] = {"x_service_code": "AmazonDynamoDB", "unit": "WriteRequestUnits"}
METER = "EU-WriteRequestUnits"


def possible(found: Recommendation) -> Decimal:
    """What the finding says could be saved."""
    assert found.monthly_saving is None
    return Decimal(json.loads(found.evidence)["possible_saving"]).quantize(Decimal("0.01"))


def add_hours(bill: Bill, name: str, meter: str, hours: range, unit: str = "WriteRequestUnits") -> None:
    """A charge for each of these hours of the last 30 days."""
    for day in range(30):
        for hour in hours:
            start = dt.datetime.combine(LAST_DAY - dt.timedelta(days=day), dt.time(hour))
            bill.add(
                name, meter, cost=Decimal("5.40") / len(hours), quantity=str(8640000 // len(hours)), first_days_ago=day,
                last_days_ago=day, **DDB | {"unit": unit, "charge_period_start": start},
            )  # fmt: skip


def test_even_traffic_is_a_hint_and_no_amount(tmp_path: Path) -> None:
    # 8,640,000 writes a day: 100 a second; capacity of 100 * 2 / 0.7 units at 1040 * 0.000000625 an hour
    bill = Bill().add("table-1", METER, cost="5.40", quantity="8640000", **DDB)
    (found,) = bill.ask("capacity_mode", tmp_path)
    # 162 less 285.714 * 0.00065 * 720
    assert (found.lever, found.monthly_cost, possible(found)) == ("none", Decimal(162), Decimal("28.29"))


def test_the_own_price_of_a_unit_counts(tmp_path: Path) -> None:
    bill = Bill().add("table-1", METER, cost="5.40", quantity="8640000", **DDB)
    bill.add("table-2", "EU-WriteCapacityUnit-Hrs", cost="0.01", quantity="20", x_service_code="AmazonDynamoDB")
    # 162 less 285.714 * 0.0005 * 720
    assert [possible(found) for found in bill.ask("capacity_mode", tmp_path)] == [Decimal("59.14")]


def test_a_bill_by_the_hour_must_have_every_hour(tmp_path: Path) -> None:
    bill = Bill()
    add_hours(bill, "table-even", METER, range(24))
    add_hours(bill, "table-nightly", METER, range(3))
    assert [found.resource_id for found in bill.ask("capacity_mode", tmp_path)] == ["table-even"]


def test_a_single_charge_a_day_says_nothing_where_others_have_hours(tmp_path: Path) -> None:
    bill = Bill()
    add_hours(bill, "i-1", "EU-BoxUsage:m5.large", range(24), unit="Hours")
    bill.add("table-1", METER, cost="5.40", quantity="8640000", **DDB)
    assert bill.ask("capacity_mode", tmp_path) == []


def test_uneven_young_cheap_and_other_tables_are_not_found(tmp_path: Path) -> None:
    bill = Bill()
    for day in range(62):
        busy = day % 7 < 3
        bill.add("table-uneven", METER, cost="9" if busy else "3", quantity="14400000" if busy else "4800000",
                 first_days_ago=day, last_days_ago=day, **DDB)  # fmt: skip
    bill.add("table-young", METER, cost="5.40", quantity="8640000", first_days_ago=28, **DDB)
    bill.add("table-cheap", METER, cost="1.60", quantity="2560000", **DDB)
    bill.add("table-ia", "EU-IA-WriteRequestUnits", cost="5.40", quantity="8640000", **DDB)
    assert bill.ask("capacity_mode", tmp_path) == []
