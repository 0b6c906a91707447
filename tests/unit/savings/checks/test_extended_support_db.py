"""Fees for old engine versions."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill

MYSQL = "USE2-ExtendedSupport:Yr1-Yr2:MySQL8.0"


def test_the_whole_fee_is_saved(tmp_path: Path) -> None:
    # two vCPUs: 48 vCPU-hours a day at 0.10
    bill = Bill().add("db-1", MYSQL, cost="4.80", quantity="48", unit="vCPU-Hours", x_service_code="AmazonRDS")
    bill.add("db-1", "USE2-InstanceUsage:db.t3.micro", cost="0.43", x_service_code="AmazonRDS")
    (found,) = bill.ask("extended_support_db", tmp_path)
    assert (found.monthly_cost, found.monthly_saving) == (Decimal("144.000000000000"), Decimal("144.000000000000"))
    assert found.reason == "db-1 pays 144 USD in 30 days for the extended support of MySQL8.0"


def test_spellings_differ(tmp_path: Path) -> None:
    bill = Bill().add("d-1", "ESInstance-extendedSupport:m5.large", cost="1", x_service_code="AmazonES")
    bill.add("c-1", "EU-NodeUsage-ExtendedSupport:cache.r5.large", cost="2", x_service_code="AmazonElastiCache")
    assert bill.savings("extended_support_db", tmp_path) == {"d-1": Decimal("30.00"), "c-1": Decimal("60.00")}


def test_upgraded_databases_free_lines_and_clusters_of_kubernetes_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("db-1", MYSQL, cost="4.80", x_service_code="AmazonRDS", last_days_ago=4)
    bill.add("db-1", "USE2-InstanceUsage:db.t3.micro", cost="0.43", x_service_code="AmazonRDS")
    bill.add("db-free", MYSQL, cost="0", x_service_code="AmazonRDS")
    bill.add("eks", "USE2-AmazonEKS-Hours:extendedSupport", cost="12", x_service_code="AmazonEKS")
    assert bill.savings("extended_support_db", tmp_path) == {}
