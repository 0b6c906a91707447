"""Fees for old versions of Kubernetes."""

from decimal import Decimal
from pathlib import Path

from tests.savings_bill import Bill


def test_the_fee_is_saved_and_the_cluster_stays(tmp_path: Path) -> None:
    bill = Bill().add(
        "eks-1", "USE1-AmazonEKS-Hours:extendedSupport", cost="12", x_service_code="AmazonEKS",
        x_operation="ExtendedSupport",
    ).add(
        "eks-1", "USE1-AmazonEKS-Hours:perCluster", cost="2.40", x_service_code="AmazonEKS",
        x_operation="CreateOperation",
    )  # fmt: skip
    (found,) = bill.ask("extended_support_eks", tmp_path)
    assert (found.monthly_cost, found.monthly_saving) == (Decimal("360.000000000000"), Decimal("360.000000000000"))


def test_without_a_resource_the_account_pays(tmp_path: Path) -> None:
    bill = Bill().add(None, "USE1-AmazonEKS-Hours:extendedSupport", cost="12", x_service_code="AmazonEKS")
    (found,) = bill.ask("extended_support_eks", tmp_path)
    assert found.reason == "Account account-1 pays 360 USD in 30 days for extended support"


def test_standard_support_and_upgraded_clusters_are_not_found(tmp_path: Path) -> None:
    bill = Bill().add("eks-1", "USE1-AmazonEKS-Hours:perCluster", cost="2.40", x_service_code="AmazonEKS")
    bill.add("eks-1", "USE1-AmazonEKS-Hours:extendedSupport", cost="12", x_service_code="AmazonEKS", last_days_ago=5)
    bill.add("db", "ExtendedSupport:Yr1-Yr2:MySQL8.0", cost="5", x_service_code="AmazonRDS")
    assert bill.savings("extended_support_eks", tmp_path) == {}
