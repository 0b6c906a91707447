"""Databases of Azure SQL that nobody connects to."""

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
    "capacity": 4,
    "created_at": dt.datetime(2026, 1, 1),
}


def estate(connections: Any = 0, sessions: Any = 0, **columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("db-1", "vCore", cost="24", x_sku_meter_category="SQL Database")
    bill.add("db-1", "General Purpose Data Stored", cost="1", x_sku_meter_category="SQL Database")
    made = Estate(bill).add("azure_sql_databases", "Db-1", **(PLAIN | columns))
    for metric, values in (("azure_sql_connections", connections), ("azure_sql_sessions", sessions)):
        if values is not None:
            made.measure(metric, "Db-1", values)
    return made


def example() -> Estate:
    return estate()


def test_all_that_it_costs_is_saved() -> None:
    (found,) = example().ask("azure_sql_idle").recommendations
    assert found.monthly_saving == Decimal(750)
    assert "(GP_Gen5, 4) had no connection on 14 days" in found.reason


@pytest.mark.parametrize(
    ("why", "made"),
    [
        ("somebody connected once", estate(connections=[0.0] * 335 + [1.0])),
        ("somebody connects at night", estate(connections=[1.0 if hour % 24 == 2 else 0.0 for hour in range(336)])),
        ("a pool of connections stays open", estate(sessions=3)),
        ("paused", estate(status="Paused")),
        ("of an elastic pool", estate(pool_id="/pools/p")),
        ("a replica", estate(secondary_type="Geo")),
        ("of a failover group", estate(failover_group_id="/groups/g")),
        ("a data warehouse", estate(tier="DataWarehouse")),
        ("young", estate(created_at=dt.datetime(2026, 10, 25))),
        ("protected", estate(tags={"protected": "1"})),
    ],
)
def test_what_is_left_alone(why: str, made: Estate) -> None:
    found = made.ask("azure_sql_idle")
    assert found.recommendations == [] and found.skipped == [], why


def test_what_was_not_measured_is_not_judged() -> None:
    found = estate(sessions=None).ask("azure_sql_idle")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == ["its sessions: measured on 0 days, which are too few"]
