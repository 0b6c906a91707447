"""Databases on x86, and where Graviton costs less."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

POSTGRES: dict[str, Any] = {"x_service_code": "AmazonRDS", "x_operation": "CreateDBInstance:0014"}


def database(bill: Bill, name: str, usage_type: str, hourly: str, **columns: Any) -> Bill:
    """A database that runs the whole day."""
    return bill.add(name, f"EU-{usage_type}", cost=Decimal(hourly) * 24, **{**POSTGRES, **columns})


def test_the_list_is_asked_where_no_own_price_is_known(tmp_path: Path) -> None:
    # usage types of RDS shorten xlarge to xl: 720 h x (0.356 - 0.318) x 2
    bill = database(Bill(), "db-1", "Multi-AZUsage:db.m5.xl", "0.712")
    (found,) = bill.ask("rds_graviton", tmp_path)
    assert round(found.monthly_saving or 0, 2) == Decimal("54.72")
    assert "as db.m5.xlarge for 512.64 USD in 30 days; as db.m6g.xlarge" in found.reason


def test_each_engine_has_a_list_of_its_own(tmp_path: Path) -> None:
    bill = database(Bill(), "db-mysql", "InstanceUsage:db.m5.large", "0.171", x_operation="CreateDBInstance:0002")
    database(bill, "db-postgres", "InstanceUsage:db.m5.large", "0.178")
    database(bill, "db-aurora", "InstanceUsage:db.r5.large", "0.29", x_operation="CreateDBInstance:0021")
    # 720 h x 0.171 x (1 - 0.608 / 0.684); x 0.178 x (1 - 0.636 / 0.712); x 0.29 x (1 - 1.038 / 1.16)
    expected = {"db-mysql": Decimal("13.68"), "db-postgres": Decimal("13.68"), "db-aurora": Decimal("21.96")}
    assert bill.savings("rds_graviton", tmp_path) == expected


def test_the_own_price_is_of_the_same_engine_and_deployment(tmp_path: Path) -> None:
    bill = database(Bill(), "db-1", "InstanceUsage:db.r5.large", "0.25")
    database(bill, "db-other-engine", "InstanceUsage:db.r7g.large", "0.10", x_operation="CreateDBInstance:0021")
    database(bill, "db-other-deployment", "Multi-AZUsage:db.r7g.large", "0.11")
    # 720 h x 0.25 x (1 - 0.899)
    assert bill.savings("rds_graviton", tmp_path) == {"db-1": Decimal("18.18")}
    (tmp_path / "b").mkdir()
    database(bill, "db-2", "InstanceUsage:db.r7g.large", "0.20")
    # 720 h x 0.05
    assert bill.savings("rds_graviton", tmp_path / "b") == {"db-1": Decimal("36.00")}


def test_licensed_engines_other_services_and_covered_hours_are_not_found(tmp_path: Path) -> None:
    bill = database(Bill(), "db-sql-server", "InstanceUsage:db.m5.large", "0.9", x_operation="CreateDBInstance:0012")
    database(bill, "db-oracle", "InstanceUsage:db.m5.large", "0.5", x_operation="CreateDBInstance:0020")
    database(bill, "docdb", "InstanceUsage:db.r5.large", "0.277", x_service_code="AmazonDocDB")
    database(bill, "db-arm", "InstanceUsage:db.m6g.large", "0.159")
    database(bill, "db-ri", "InstanceUsage:db.m5.large", "0.1", pricing_category="Committed")
    database(bill, "db-gone", "InstanceUsage:db.m5.large", "0.178", last_days_ago=3)
    assert bill.savings("rds_graviton", tmp_path) == {}
