"""Caches that nobody asks."""

from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {"tier": "Standard", "size": "C2", "linked": 0}


def estate(gets: Any = 0, sets: Any = 0, operations: Any = 4, **columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("cache-1", "C2 Cache", cost="5.4", x_sku_meter_category="Redis Cache")
    made = Estate(bill).add("azure_redis_caches", "Cache-1", **(PLAIN | columns))
    for metric, values in (("gets", gets), ("sets", sets), ("operations", operations)):
        if values is not None:
            made.measure(f"azure_redis_{metric}", "Cache-1", values)
    return made


def example() -> Estate:
    return estate()


def test_what_it_costs_is_saved() -> None:
    (found,) = example().ask("azure_redis_idle").recommendations
    assert found.monthly_saving == Decimal(162)
    assert "(Standard C2) had no get and no set on 14 days" in found.reason


@pytest.mark.parametrize(
    ("why", "made"),
    [
        ("one get in two weeks", estate(gets=[0.0] * 335 + [1.0])),
        ("sets at night only", estate(sets=[9.0 if hour % 24 == 2 else 0.0 for hour in range(336)])),
        ("messages, which are neither", estate(operations=[2.0] * 335 + [11.0])),
        ("linked to another", estate(linked=1)),
        ("protected", estate(tags={"keep": "true"})),
    ],
)
def test_what_is_left_alone(why: str, made: Estate) -> None:
    found = made.ask("azure_redis_idle")
    assert found.recommendations == [] and found.skipped == [], why


def test_what_was_not_measured_is_not_judged() -> None:
    found = estate(sets=None).ask("azure_redis_idle")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == ["its sets: measured on 0 days, which are too few"]
