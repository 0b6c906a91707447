"""Aurora clusters, priced as Standard and as I/O-Optimized."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.savings_bill import Bill

RDS: dict[str, Any] = {"x_service_code": "AmazonRDS", "x_operation": "CreateDBInstance:0021"}


def cluster(bill: Bill, name: str, io: str, storage: str = "2", **columns: Any) -> Bill:
    """A cluster with so much cost a day of I/O and of storage."""
    columns = {**RDS, **columns}
    bill.add(name, "EU-Aurora:StorageIOUsage", cost=io, quantity="1000000", unit="IOs", **columns)
    return bill.add(
        name,
        "EU-Aurora:StorageUsage",
        cost=storage,
        quantity="20",
        unit="GB-Months",
        **{"first_days_ago": 29, **columns},
    )


def instance(bill: Bill, name: str, cost: str, usage_type: str = "InstanceUsage:db.r6g.large", **columns: Any) -> Bill:
    """An instance with so much cost a day."""
    return bill.add(name, f"EU-{usage_type}", cost=cost, **{**RDS, **columns})


def test_both_configurations_are_priced(tmp_path: Path) -> None:
    # a month: 300 of I/O less 60 x 125 % and 300 x 30 %
    bill = instance(cluster(Bill(), "cluster-1", "10"), "db-1", "10")
    (found,) = bill.ask("io_optimized", tmp_path)
    assert (found.monthly_cost, found.monthly_saving) == (Decimal("360.000000000000"), Decimal("135.000000000000"))


def test_serverless_adds_a_third(tmp_path: Path) -> None:
    # 300 less 75 less 300 x 34 %
    bill = instance(cluster(Bill(), "cluster-1", "10"), "db-1", "10", "Aurora:ServerlessV2Usage", unit="ACU-Hours")
    assert bill.savings("io_optimized", tmp_path) == {"cluster-1": Decimal("123.00")}


def test_covered_instances_count_at_their_price_on_demand(tmp_path: Path) -> None:
    bill = instance(
        cluster(Bill(), "cluster-1", "10"), "db-1", "2", pricing_category="Committed", contracted_cost=Decimal(10)
    )
    assert bill.savings("io_optimized", tmp_path) == {"cluster-1": Decimal("135.00")}


def test_little_io_and_what_other_clusters_may_need_is_not_found(tmp_path: Path) -> None:
    assert instance(cluster(Bill(), "cluster-1", "4"), "db-1", "10").savings("io_optimized", tmp_path) == {}
    (tmp_path / "b").mkdir()
    bill = instance(cluster(Bill(), "cluster-1", "10"), "db-1", "10")
    # instances of another cluster of the account could be its own
    instance(cluster(bill, "cluster-2", "0.1"), "db-2", "20")
    assert bill.savings("io_optimized", tmp_path / "b") == {}
    (tmp_path / "c").mkdir()
    gone = cluster(Bill(), "cluster-gone", "10", last_days_ago=4)
    assert gone.savings("io_optimized", tmp_path / "c") == {}


def test_without_instances_on_the_bill_the_saving_is_not_known(tmp_path: Path) -> None:
    # 300 less 75 are 30 % of 750
    (found,) = cluster(Bill(), "cluster-1", "10").ask("io_optimized", tmp_path)
    assert found.monthly_saving is None
    assert found.reason.endswith("as I/O-Optimized it costs less, if its instances cost less than 750.0 USD")
