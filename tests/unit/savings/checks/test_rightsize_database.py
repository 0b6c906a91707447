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
    operation, kind = columns.pop("operation", "CreateDBInstance:0002"), columns.pop("billed", "db.m5.2xl")
    estate.add("aws_databases", ARN + name, **{**plain, **columns})
    estate.bill.add(ARN + name, f"EUC1-InstanceUsage:{kind}", cost="16", x_operation=operation)
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
    database(estate, "kept", tags={"do-not-delete": "yes"})
    found = estate.ask("rightsize_database")
    assert not found.recommendations
    assert {one.resource_id for one in found.skipped} == {ARN + "kept", ARN + "unmeasured"}


def test_the_smallest_class_of_a_family_is_large() -> None:
    # EC2 has a medium of Graviton families, RDS has none
    estate = types(Estate(), "m7g")
    estate.add("aws_instance_types", "m7g.medium", **{**_known(estate), "vcpus": 1, "memory_mib": 4096})
    small = database(estate.copy(), "small", 5.0, 7.5, instance_class="db.m7g.large", billed="db.m7g.large")
    assert small.ask("rightsize_database").recommendations == []
    database(estate, "wide", 5.0, 31.0, instance_class="db.m7g.2xlarge", billed="db.m7g.2xl")
    (one,) = estate.ask("rightsize_database").recommendations
    assert json.loads(one.evidence)["target_type"] == "db.m7g.large"


def _known(estate: Estate) -> dict[str, Any]:
    """What is known of another type, without its name."""
    row = estate.rows["aws_instance_types"][0]
    return {name: value for name, value in row.items() if name not in ("account_id", "region", "resource_id")}
