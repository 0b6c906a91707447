"""App Service plans with more workers than their apps need."""

from decimal import Decimal
from typing import Any

import pytest

from tests.savings_bill import Bill
from tests.savings_inventory import Estate

PLAIN: dict[str, Any] = {
    "tier": "PremiumV3",
    "size": "P1v3",
    "workers": 6,
    "apps": 3,
    "is_elastic": False,
    "is_zone_redundant": False,
}


def estate(cpu: Any = 20, memory: Any = 40, **columns: Any) -> Estate:
    bill = Bill(cloud="azure").add("plan-1", "P1 v3 App", cost="18", x_sku_meter_category="Azure App Service")
    made = Estate(bill).add("azure_app_service_plans", "Plan-1", **(PLAIN | columns))
    for metric, values in (("azure_plan_cpu", cpu), ("azure_plan_memory", memory)):
        if values is not None:
            made.measure(metric, "Plan-1", values)
    return made


def example() -> Estate:
    return estate()


def test_the_workers_that_are_too_many_are_saved() -> None:
    # CPU: 6 x 20 / 65 are 1.8; memory: 6 x (40 - 25) / (80 - 25) are 1.6: two are left
    (found,) = example().ask("app_service_plan_oversized").recommendations
    assert (found.monthly_cost, found.monthly_saving) == (Decimal(540), Decimal(360))
    assert "of its 6 workers in 99 of 100 hours; 2 do" in found.reason


def test_as_many_are_left_as_are_needed() -> None:
    # CPU: 6 x 40 / 65 are 3.7; memory: 6 x (70 - 25) / 55 are 4.9
    assert estate(cpu=40).savings("app_service_plan_oversized") == {"plan-1": Decimal("180.00")}
    assert estate(memory=70).savings("app_service_plan_oversized") == {"plan-1": Decimal("90.00")}


def test_one_in_each_zone_is_left() -> None:
    assert estate(is_zone_redundant=True).savings("app_service_plan_oversized") == {"plan-1": Decimal("270.00")}


@pytest.mark.parametrize(
    ("why", "made"),
    [
        ("six are needed", estate(cpu=55)),
        ("busy at night only", estate(cpu=[60.0 if hour % 24 == 2 else 5.0 for hour in range(336)])),
        ("two workers", estate(workers=2)),
        ("three in three zones", estate(workers=3, is_zone_redundant=True)),
        ("elastic", estate(is_elastic=True)),
        ("without an app", estate(apps=0)),
        ("protected", estate(tags={"retain": "true"})),
    ],
)
def test_what_is_left_alone(why: str, made: Estate) -> None:
    found = made.ask("app_service_plan_oversized")
    assert found.recommendations == [] and found.skipped == [], why


def test_memory_that_is_not_known_is_not_judged() -> None:
    found = estate(memory=None).ask("app_service_plan_oversized")
    assert found.recommendations == []
    assert [one.reason for one in found.skipped] == ["its memory: measured on 0 days, which are too few"]
