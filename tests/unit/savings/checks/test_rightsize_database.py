"""Databases whose work fits on a smaller class."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate
from tests.unit.savings.checks.test_rightsize_instance import types

ARN = "arn:aws:rds:region-1:account-1:db:"


def database(estate: Estate, name: str, cpu: Any = 30.0, free_gib: Any = 24.0, **columns: Any) -> Estate:
    """A MySQL database of 8 vCPUs and 32 GiB for 16 a day."""
    plain = {
        "name": name, "state": "available", "instance_class": "db.m5.2xlarge", "engine": "mysql",
        "created_at": dt.datetime(2026, 1, 1),
    }  # fmt: skip
    operation = columns.pop("operation", "CreateDBInstance:0002")
    estate.add("aws_databases", ARN + name, **{**plain, **columns})
    estate.bill.add(ARN + name, "EUC1-InstanceUsage:db.m5.2xl", cost="16", x_operation=operation)
    estate.bill.add(ARN + name, "EUC1-RDS:GP3-Storage", cost="1", quantity="5", unit="GB-Months")
    if cpu is not None:
        estate.measure("aws_database_cpu", ARN + name, cpu)
    if free_gib is not None:
        values = free_gib if isinstance(free_gib, list) else [free_gib] * 336
        estate.measure("aws_database_free_memory", ARN + name, [one * 2**30 for one in values])
    return estate


def example() -> Estate:
    return database(types(Estate()), "wide")


def test_half_the_class_costs_half() -> None:
    # 30 % of 8 and a fifth are 2.9 vCPUs, 8 GiB and a fifth 9.6: db.m5.xlarge has 4 and 16
    (one,) = example().ask("rightsize_database").recommendations
    assert (one.resource_id, one.monthly_saving) == (ARN + "wide", Decimal("240.00"))
    assert json.loads(one.evidence)["target_type"] == "db.m5.xlarge"


def test_who_needs_it_is_left_alone() -> None:
    estate = types(Estate())
    database(estate, "near", 42.0)
    database(estate, "nightly", [10.0] * 300 + [90.0] * 36)
    # 14 GiB and a fifth do not fit in 16
    database(estate, "caches", free_gib=18.0)
    database(estate, "full-once", free_gib=[24.0] * 335 + [2.0])
    database(estate, "member", cluster="aurora")
    database(estate, "oracle", operation="CreateDBInstance:0020")
    database(estate, "unmeasured", None)
    found = estate.ask("rightsize_database")
    assert not found.recommendations
    assert [one.resource_id for one in found.skipped] == [ARN + "unmeasured"]
