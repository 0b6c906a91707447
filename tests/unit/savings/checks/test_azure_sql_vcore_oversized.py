"""Databases of Azure SQL with more vCores than they use."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {
    "status": "Online",
    "tier": "GeneralPurpose",
    "sku": "GP_Gen5",
    "capacity": 8,
    "max_size_bytes": 32 * 1024**3,
    "created_at": dt.datetime(2026, 1, 1),
}


def estate(cpu: Any = 25, data_io: Any = 10, log_io: Any = 5, **columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("db-1", "vCore", cost="48", x_sku_meter_category="SQL Database")
    bill.add("db-1", "General Purpose Data Stored", cost="1", x_sku_meter_category="SQL Database")
    made = Estate(bill).add("azure_sql_databases", "Db-1", **(PLAIN | columns))
    for metric, values in (("cpu", cpu), ("data_io", data_io), ("log_io", log_io)):
        if values is not None:
            made.measure(f"azure_sql_{metric}", "Db-1", values)
    return made


def example() -> Estate:
    return estate()


def test_the_share_of_vcores_that_are_less_is_saved() -> None:
    # 25 % of 8 are half of 4; its storage stays
    (found,) = example().ask("azure_sql_vcore_oversized").recommendations
    assert (found.monthly_cost, found.monthly_saving) == (Decimal(1440), Decimal(720))
    assert "at most 25 % of its CPU and 10 % of its IO in 99 of 100 hours; with 4 in place of 8" in found.reason


def test_io_decides_where_it_is_more() -> None:
    # 40 % of 8 are 53 % of 6
    assert estate(log_io=40).savings("azure_sql_vcore_oversized") == {"db-1": Decimal("360.00")}


@pytest.mark.parametrize(
    ("why", "made"),
    [
        ("46 % of 8 are 61 % of 6", estate(cpu=46)),
        ("busy at night only", estate(cpu=[80.0 if hour % 24 == 2 else 1.0 for hour in range(336)])),
        ("its data IO", estate(data_io=50)),
        ("two vCores", estate(capacity=2)),
        ("serverless", estate(sku="GP_S_Gen5")),
        ("Hyperscale", estate(tier="Hyperscale")),
        ("of an elastic pool", estate(pool_id="/pools/p")),
        ("of a failover group", estate(failover_group_id="/groups/g")),
        ("young", estate(created_at=dt.datetime(2026, 10, 25))),
    ],
)
def test_what_is_left_alone(why: str, made: Estate) -> None:
    found = made.ask("azure_sql_vcore_oversized")
    assert found.recommendations == [] and found.skipped == [], why


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (estate(log_io=None), "its log IO: measured on 0 days, which are too few"),
        (estate(max_size_bytes=2 * 1024**4), "it may grow beyond what fewer vCores hold"),
    ],
)
def test_what_is_not_known_is_not_judged(made: Estate, reason: str) -> None:
    found = made.ask("azure_sql_vcore_oversized")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == [reason]
