"""Functions with more memory than they use."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.savings_inventory import Estate

ARN = "arn:aws:lambda:region-1:account-1:function:"
OLD = dt.datetime(2026, 1, 1)


def function(estate: Estate, name: str, memory: Any = 20.0, cost: str = "1", **columns: Any) -> Estate:
    """A function of 1,024 MB for 1 a day."""
    estate.add("aws_functions", ARN + name, **{"name": name, "memory_mb": 1024, "changed_at": OLD, **columns})
    estate.bill.add(ARN + name, "EUC1-Lambda-GB-Second", cost=cost, quantity="60000", unit="Lambda-GB-Second")
    if memory is not None:
        estate.measure("aws_function_memory", ARN + name, memory)
    return estate


def example() -> Estate:
    return function(Estate(), "wide")


def test_the_needed_memory_costs_less() -> None:
    # 20 % of 1,024 MB and a fifth are 246: 256 MB, a quarter
    assert example().savings("function_memory") == {ARN + "wide": Decimal("22.50")}


def test_who_needs_it_is_left_alone() -> None:
    # 42 % and a fifth are 517 MB, more than half
    estate = function(Estate(), "near", 42.0)
    function(estate, "once", [5.0] * 335 + [90.0])
    function(estate, "small", 5.0, memory_mb=128)
    function(estate, "new", changed_at=dt.datetime(2026, 10, 28))
    function(estate, "unmeasured", None)
    function(estate, "cheap", None, cost="0.3")
    function(estate, "kept", tags={"do-not-delete": "yes"})
    found = estate.ask("function_memory")
    assert not found.recommendations
    assert {one.resource_id.removeprefix(ARN) for one in found.skipped} == {"kept", "new", "unmeasured"}
