"""DynamoDB tables between their two classes."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

DDB: dict[str, Any] = {"x_service_code": "AmazonDynamoDB"}


def table(bill: Bill, name: str, storage: str, reads: str, **columns: Any) -> Bill:
    """A table that costs so much a day for its storage and its reads."""
    bill.add(name, "EU-TimedStorage-ByteHrs", cost=storage, quantity="4", unit="GB-Months", **DDB, **columns)
    return bill.add(name, "EU-ReadRequestUnits", cost=reads, quantity="9", unit="ReadRequestUnits", **DDB, **columns)


def test_storage_saves_more_than_throughput_adds(tmp_path: Path) -> None:
    bill = table(Bill(), "table-1", "1.00", "1.00")
    bill.add("table-1", "EU-WriteCapacityUnit-Hrs", cost="0.40", unit="WriteCapacityUnit-Hours", **DDB)
    # 30 * (0.6 * 1 - 0.25 * 1.4)
    assert bill.savings("table_class_ia", tmp_path) == {"table-1": Decimal("7.50")}


def test_busy_reserved_and_changed_tables_are_not_found(tmp_path: Path) -> None:
    bill = table(Bill(), "table-busy", "1.00", "2.40")
    table(bill, "table-reserved", "1.00", "0.10")
    bill.add(
        "table-reserved",
        "EU-ReadCapacityUnit-Hrs",
        cost="0.10",
        pricing_category="Committed",
        commitment_discount_status="Used",
        commitment_discount_type="Reserved",
        **DDB,
    )
    table(bill, "table-ia", "1.00", "0.10", last_days_ago=5)
    bill.add("table-ia", "EU-IA-TimedStorage-ByteHrs", cost="0.40", unit="GB-Months", first_days_ago=4, **DDB)
    table(bill, "table-gone", "1.00", "0.10", last_days_ago=4)
    bill.add("bucket", "EU-TimedStorage-ByteHrs", cost="1.00", unit="GB-Months", x_service_code="AmazonS3")
    assert bill.savings("table_class_ia", tmp_path) == {}


def test_what_a_savings_plan_covers_is_throughput_like_other(tmp_path: Path) -> None:
    bill = table(Bill(), "table-1", "1.00", "0.40")
    bill.add(
        "table-1",
        "EU-ReadRequestUnits",
        cost="0.40",
        pricing_category="Committed",
        commitment_discount_status="Used",
        commitment_discount_type="Savings Plan",
        **DDB,
    )
    # 30 * (0.6 * 1 - 0.25 * 0.8)
    assert bill.savings("table_class_ia", tmp_path) == {"table-1": Decimal("12.00")}
