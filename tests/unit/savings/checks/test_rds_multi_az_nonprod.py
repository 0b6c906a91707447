"""Standby databases, in and outside production."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

RDS: dict[str, Any] = {"x_service_code": "AmazonRDS", "x_operation": "CreateDBInstance:0014"}
STORAGE: dict[str, Any] = {"quantity": Decimal(100) / 31, "unit": "GB-Months", "first_days_ago": 30}


def database(bill: Bill, name: str, usage_type: str = "Multi-AZUsage:db.m6g.large", **columns: Any) -> Bill:
    """A database that costs 6 a day."""
    return bill.add(name, f"EU-{usage_type}", cost="6", **{**RDS, "x_environment": "dev", **columns})


def test_half_of_instance_and_storage_is_the_standby(tmp_path: Path) -> None:
    bill = database(Bill(), "db-1")
    bill.add("db-1", "EU-RDS:Multi-AZ-GP3-Storage", cost="1", **STORAGE, **RDS, x_environment="dev")
    bill.add("db-1", "EU-RDS:ChargedBackupUsage", cost="3", **STORAGE, **RDS, x_environment="dev")
    (found,) = bill.ask("rds_multi_az_nonprod", tmp_path)
    assert (found.monthly_cost, found.monthly_saving) == (Decimal("210.000000000000"), Decimal("105.000000000000"))
    assert found.component == "all"


def test_the_account_says_it_where_the_database_has_no_environment(tmp_path: Path) -> None:
    bill = database(Bill(), "db-1", x_environment=None, sub_account_name="shop-staging")
    database(bill, "db-word", x_environment=None, sub_account_name="latest-developments")
    database(bill, "db-tagged", x_environment="production", sub_account_name="shop-staging")
    assert bill.savings("rds_multi_az_nonprod", tmp_path) == {"db-1": Decimal("90.00")}


def test_production_single_az_clusters_and_changed_ones_are_not_found(tmp_path: Path) -> None:
    bill = database(Bill(), "db-prod", x_environment="Prod")
    database(bill, "db-unknown", x_environment=None)
    database(bill, "db-single", "InstanceUsage:db.m6g.large")
    database(bill, "db-three-nodes", "Multi-AZClusterUsage:db.m5d.large")
    database(bill, "db-covered", pricing_category="Committed")
    database(bill, "db-changed", last_days_ago=4)
    database(bill, "db-changed", "InstanceUsage:db.m6g.large", first_days_ago=3)
    assert bill.savings("rds_multi_az_nonprod", tmp_path) == {}
