"""Databases that nobody connects to."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

OLD = dt.datetime(2026, 1, 1)


def database(estate: Estate, name: str, connections: Any = 0.0, **columns: Any) -> Estate:
    """A database for 4 a day, a quarter of it storage."""
    arn = f"arn:aws:rds:region-1:account-1:db:{name}"
    plain = {"name": name, "state": "available", "instance_class": "db.m5.large", "engine": "mysql", "created_at": OLD}
    estate.add("aws_databases", arn, **{**plain, **columns})
    estate.bill.add(arn, "InstanceUsage:db.m5.large", cost="3")
    estate.bill.add(arn, "RDS:GP3-Storage", cost="1", quantity="5", unit="GB-Months")
    if connections is not None:
        estate.measure("aws_database_connections", arn, connections)
    return estate


def example() -> Estate:
    return database(Estate(), "idle")


def test_all_of_it_is_saved() -> None:
    assert example().savings("idle_database") == {"arn:aws:rds:region-1:account-1:db:idle": Decimal("120.00")}


def test_what_is_used_or_stands_by_is_left_alone() -> None:
    estate = Estate()
    night = [0.0] * 336
    night[-1] = 1.0
    database(estate, "nightly", night)
    database(estate, "standby", replica_of="main")
    database(estate, "main", replicas=["standby"])
    database(estate, "member", cluster="aurora")
    database(estate, "stopped", state="stopped")
    database(estate, "new", created_at=dt.datetime(2026, 10, 30))
    database(estate, "unmeasured", None)
    database(estate, "kept", tags={"do-not-delete": "1"})
    found = estate.ask("idle_database")
    assert not found.recommendations
    assert sorted(one.resource_id.rpartition(":")[2] for one in found.skipped) == ["kept", "new", "unmeasured"]
