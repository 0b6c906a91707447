"""Databases of earlier generations, and where their successor costs less."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

MYSQL: dict[str, Any] = {"x_service_code": "AmazonRDS", "x_operation": "CreateDBInstance:0002"}


def database(bill: Bill, name: str, usage_type: str, hourly: str, **columns: Any) -> Bill:
    """A database that runs the whole day."""
    return bill.add(name, f"EU-{usage_type}", cost=Decimal(hourly) * 24, **{**MYSQL, **columns})


def test_the_price_of_the_successor_in_the_bill_is_the_basis(tmp_path: Path) -> None:
    bill = database(Bill(), "db-1", "InstanceUsage:db.m4.2xl", "0.70")
    database(bill, "db-2", "InstanceUsage:db.m5.2xl", "0.684", sub_account_id="account-2")
    (found,) = bill.ask("rds_previous_generation", tmp_path)
    # 720 h x 0.016
    assert (found.resource_id, found.monthly_saving) == ("db-1", Decimal("11.520000000000"))
    assert "as db.m4.2xlarge for 504 USD in 30 days; as db.m5.2xlarge" in found.reason


def test_the_oldest_classes_cost_more_by_the_list(tmp_path: Path) -> None:
    bill = database(Bill(), "db-m4", "InstanceUsage:db.m4.large", "0.175")
    database(bill, "db-m3", "Multi-AZUsage:db.m3.xl", "0.74")
    database(bill, "db-oracle", "InstanceUsage:db.m4.large", "0.45", x_operation="CreateDBInstance:0020")
    # 720 h x (0.175 - 0.171); 720 h x (0.74 - 0.684)
    expected = {"db-m4": Decimal("2.88"), "db-m3": Decimal("40.32")}
    assert bill.savings("rds_previous_generation", tmp_path) == expected


def test_without_a_lower_price_of_the_same_thing_nothing_is_found(tmp_path: Path) -> None:
    bill = database(Bill(), "db-1", "InstanceUsage:db.r4.large", "0.24")
    database(bill, "db-engine", "InstanceUsage:db.r5.large", "0.1", x_operation="CreateDBInstance:0014")
    database(bill, "db-deployment", "Multi-AZUsage:db.r5.large", "0.1")
    database(bill, "db-region", "InstanceUsage:db.r5.large", "0.1", region_id="region-2")
    database(bill, "db-docdb", "InstanceUsage:db.r5.large", "0.1", x_service_code="AmazonDocDB")
    database(bill, "db-covered", "InstanceUsage:db.r5.large", "0.1", pricing_category="Committed")
    database(bill, "db-dearer", "InstanceUsage:db.r6i.large", "0.25")
    assert bill.savings("rds_previous_generation", tmp_path) == {}
