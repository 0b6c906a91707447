"""Databases of Azure SQL with more DTUs than they use."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {
    "status": "Online",
    "tier": "Standard",
    "sku": "Standard",
    "capacity": 100,
    "max_size_bytes": 250 * 1024**3,
    "created_at": dt.datetime(2026, 1, 1),
}


def estate(used: Any = 25, **columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("db-1", "S3 DTUs", cost="5", x_sku_meter_category="SQL Database")
    bill.add("db-1", "LTR Backup Data Stored", cost="1", x_sku_meter_category="SQL Database")
    made = Estate(bill).add("azure_sql_databases", "Db-1", **(PLAIN | columns))
    return made if used is None else made.measure("azure_sql_dtu", "Db-1", used)


def example() -> Estate:
    return estate()


def test_the_share_of_dtus_that_are_less_is_saved() -> None:
    # 25 of 100 are half of 50; its backups stay
    (found,) = example().ask("azure_sql_dtu_oversized").recommendations
    assert (found.monthly_cost, found.monthly_saving) == (Decimal(150), Decimal(75))
    assert "at most 25 % of its 100 DTUs in 99 of 100 hours; as S2" in found.reason


def test_the_lowest_level_that_holds_it_is_proposed() -> None:
    assert estate(used=5).savings("azure_sql_dtu_oversized") == {"db-1": Decimal("135.00")}
    # S3 and up hold a terabyte
    large = {"capacity": 400, "max_size_bytes": 500 * 1024**3}
    assert estate(used=1, **large).savings("azure_sql_dtu_oversized") == {"db-1": Decimal("112.50")}


@pytest.mark.parametrize(
    ("why", "made"),
    [
        ("31 of 100 are 62 % of 50", estate(used=31)),
        ("busy at night only", estate(used=[80.0 if hour % 24 == 2 else 1.0 for hour in range(336)])),
        ("too large for any lower level", estate(max_size_bytes=500 * 1024**3)),
        ("the lowest level", estate(capacity=10)),
        ("of an elastic pool", estate(pool_id="/pools/p")),
        ("a replica", estate(secondary_type="Geo")),
        ("of another model", estate(tier="GeneralPurpose")),
        ("young", estate(created_at=dt.datetime(2026, 10, 25))),
    ],
)
def test_what_is_left_alone(why: str, made: Estate) -> None:
    found = made.ask("azure_sql_dtu_oversized")
    assert found.recommendations == [] and found.skipped == [], why


def test_what_was_not_measured_is_not_judged() -> None:
    found = estate(used=None).ask("azure_sql_dtu_oversized")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == [
        "how many of its DTUs it uses: measured on 0 days, which are too few"
    ]
