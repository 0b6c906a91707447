"""Storage accounts whose hot data is hardly read."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.savings_bill import Bill

BLOB: dict[str, Any] = {"x_sku_meter_category": "Storage", "x_sku_meter_subcategory": "Blob Storage"}
STORED = "Hot LRS Data Stored"


def busy_bill() -> Bill:
    """A bill that has reads of another account."""
    return operations(Bill(cloud="azure"), "Hot Read Operations", 1000, "0.0004", "sa-busy")


def account(bill: Bill, name: str = "sa-1", gigabytes: str = "3100", **columns: Any) -> Bill:
    """So many GB at 0.02 a month of 31 days, billed by the day of October and September."""
    quantity = Decimal(gigabytes) / 31
    values: dict[str, Any] = {"unit": "GB-Months", "quantity": quantity, "cost": quantity / 50, **BLOB, **columns}
    return bill.add(name, STORED, **values)


def operations(bill: Bill, meter: str, count: int, cost: str, name: str = "sa-1") -> Bill:
    """So many operations on every day, billed in tens of thousands."""
    quantity = Decimal(count) / 10000
    return bill.add(name, meter, cost=cost, quantity=quantity, unit="10K", consumed_quantity=Decimal(count), **BLOB)


def test_unread_data_saves_the_difference_to_cool(tmp_path: Path) -> None:
    # 30 days at 2 a day are 60; cool costs 73.1 % of it
    assert account(busy_bill()).savings("hot_without_reads", tmp_path) == {"sa-1": Decimal("16.14")}


def test_the_own_price_of_cool_data_counts(tmp_path: Path) -> None:
    bill = account(busy_bill()).add("sa-2", "Cool LRS Data Stored", cost="1", quantity="100", unit="GB-Months", **BLOB)
    # another redundancy's price is not that of this
    bill.add("sa-3", "Cool GRS Data Stored", cost="0.1", quantity="100", unit="GB-Months", **BLOB)
    assert bill.savings("hot_without_reads", tmp_path) == {"sa-1": Decimal("30.00")}


def test_dearer_operations_and_retrieval_are_taken_off(tmp_path: Path) -> None:
    # 30 days of 1 write cost more; 30 x 100 reads of 4 MiB at 55 % of 0.02 a GB, and 1.5 times 0.00004 of a read
    bill = operations(account(busy_bill()), "Hot LRS Write Operations", 2000, "0.01")
    operations(bill, "Hot Read Operations", 100, "0.00004")
    saved = Decimal("16.14") - Decimal("0.3") - Decimal("0.1289") - Decimal("0.0018")
    assert bill.savings("hot_without_reads", tmp_path) == {"sa-1": saved.quantize(Decimal("0.01"))}


def test_read_small_new_cool_covered_files_and_gone_data_is_not_found(tmp_path: Path) -> None:
    bill = operations(account(busy_bill(), "sa-read"), "Hot Read Operations", 517, "0.0002", "sa-read")
    account(bill, "sa-small", "90")
    account(bill, "sa-new", first_days_ago=58)
    account(bill, "sa-reserved", pricing_category="Committed")
    account(bill, "sa-files", x_sku_meter_subcategory="Files v2")
    account(bill, "sa-gone", last_days_ago=4)
    bill.add("sa-cool", "Cool LRS Data Stored", cost="2", quantity="100", unit="GB-Months", **BLOB)
    assert bill.savings("hot_without_reads", tmp_path) == {}


@pytest.mark.parametrize(("reads", "is_found"), [(516, True), (517, False)])
def test_ten_reads_a_gigabyte_in_60_days_are_the_limit(tmp_path: Path, reads: int, is_found: bool) -> None:
    # 3,100 GB are read 31,000 times: 516.7 a day
    bill = operations(account(busy_bill()), "Hot Read Operations", reads, "0.0002")
    assert bool(bill.savings("hot_without_reads", tmp_path)) is is_found


def test_a_bill_without_any_reads_says_nothing(tmp_path: Path) -> None:
    assert account(Bill(cloud="azure")).savings("hot_without_reads", tmp_path) == {}
